"""The table of how close to interfaces users disagree."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..imaging.masks import known_mask, voxels_inside
from .disagreement import Concentration, concentration

WITHIN_VOXELS = (1, 2, 3)


def concentration_table(
    votes: Mapping[tuple[str, str, str, str], tuple[np.ndarray, int]],
    truth: np.ndarray | None,
    inside: np.ndarray | None = None,
    truth_distance: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return the share of the disagreement within 1, 2 and 3 voxels of an interface.

    Parameters
    ----------
    votes : mapping of (dataset, filter, variant, made_by) to (ndarray of uint8, int)
        How many users call each voxel active, shape (z, y, x), and how many users there are; see
        `agreement.votes`. All of one dataset.
    truth : ndarray of bool, shape (z, y, x), or None
        Active material, if it is known. Otherwise the interfaces are those of the users' majority,
        which differ between variants.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.
    truth_distance : ndarray of float32, shape (z, y, x), optional
        `disagreement.interface_distance` of the truth, where several calls share it.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, users, reference (truth or majority), then the fields of
        `disagreement.Concentration`; these are NaN if the reference has a single phase and so
        no interface.
    """
    rows = []
    for (dataset, filter_, variant, made_by), (counted, users) in votes.items():
        reference = 2 * counted.astype(np.int16) > users if truth is None else truth
        known = voxels_inside(reference, known_mask(inside, reference.shape))
        if known.min() == known.max():
            nothing = float("nan")
            found = [Concentration(d, nothing, nothing, nothing) for d in WITHIN_VOXELS]
        else:
            found = concentration(counted, users, reference, WITHIN_VOXELS, inside, truth_distance)
        rows += [
            {
                "dataset": dataset,
                "filter": filter_,
                "variant": variant,
                "made_by": made_by,
                "users": users,
                "reference": "majority" if truth is None else "truth",
                **one._asdict(),
            }
            for one in found
        ]
    return pd.DataFrame(rows)
