"""Measures of segmentations that people made in several sittings."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..labels import Phases
from .fractions import percent_different, volume_fraction

COLUMNS = [
    "dataset",
    "filter",
    "variant",
    "user",
    "person",
    "sitting",
    "active_fraction",
    "voxels",
    "percent_different",
]


def sittings_table(
    dataset: str, filter_: str, segmentations: Iterable[tuple], phases: Phases
) -> pd.DataFrame:
    """Return the volume fraction of every sitting, and how it differs from the person's first.

    Parameters
    ----------
    dataset, filter_ : str
        The image.
    segmentations : iterable of ((variant, user, person, sitting), ndarray of uint8)
        The sittings of a person follow one another, the first first.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`; percent_different are the voxels that a sitting labels in another way
        than the person's first one of that variant, NaN for the first itself.
    """
    rows = []
    first: tuple | None = None
    for (variant, user, person, sitting), labels in segmentations:
        if first is None or first[0] != (variant, person):
            first = ((variant, person), labels)
            different = np.nan
        else:
            different = percent_different(first[1], labels, phases)
        fraction = volume_fraction(labels, phases["active"].code, phases)
        voxels = int(np.count_nonzero(labels))
        names = (dataset, filter_, variant, user, person, sitting)
        rows.append((*names, fraction, voxels, different))
    return pd.DataFrame(rows, columns=COLUMNS)
