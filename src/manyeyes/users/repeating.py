"""A study's plan repeated on one image by other users, of whom only numbers are kept."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..groups import SIMULATED
from ..measures.fractions import percent_different, volume_fraction
from ..methods import segmentation
from ..methods.procedures import annotation_of, forest_segmentations
from .annotations import Drawing, Threshold
from .population import Population, draw_traits


def repeated(
    image: np.ndarray,
    variants: Mapping[str, Mapping[str, object]],
    users: Sequence[str],
    population: Population,
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let users of a population segment an image, and keep what comes out in numbers alone.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variants : mapping of variant to mapping
        As in the config; what is done together shares the features of the image.
    users : sequence of str
    population : Population
        Where they come from. With the same structure and priors they do what they do anywhere.
    names : sequence
        Study seed, dataset, filter.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    fractions : DataFrame
        dataset, filter, variant, user, made_by (simulated), active_fraction.
    pairs : DataFrame
        dataset, filter, variant, made_by, user_a, user_b, percent_different; see
        `manyeyes.measures.percent_different`.
    """
    seed, dataset, filter_ = names
    done: dict[str, dict[str, np.ndarray]] = {name: {} for name in variants}
    for user in users:
        user_names = (seed, user, dataset, filter_)
        traits = draw_traits(population, seed, user)
        drawings = {}
        for name, variant in variants.items():
            annotation = annotation_of(image, name, variant, traits, user_names, inside)
            if isinstance(annotation, Drawing):
                drawings[name] = annotation.labels
            elif isinstance(annotation, Threshold):
                done[name][user] = segmentation.threshold(image, annotation.level, inside)
            else:
                low, high = annotation.low, annotation.high
                done[name][user] = segmentation.watershed(image, low, high, inside=inside)
        if drawings:
            forests = forest_segmentations(image, drawings, variants, user_names, inside)
            for name, (labels, _) in forests.items():
                done[name][user] = labels
    where = {"dataset": dataset, "filter": filter_}
    fractions = [
        {
            **where,
            "variant": name,
            "user": user,
            "made_by": SIMULATED,
            "active_fraction": volume_fraction(labels),
        }
        for name, by_user in done.items()
        for user, labels in by_user.items()
    ]
    pairs = [
        {
            **where,
            "variant": name,
            "made_by": SIMULATED,
            "user_a": first,
            "user_b": second,
            "percent_different": percent_different(by_user[first], by_user[second]),
        }
        for name, by_user in done.items()
        for first, second in combinations(by_user, 2)
    ]
    columns = ["dataset", "filter", "variant", "made_by", "user_a", "user_b", "percent_different"]
    return pd.DataFrame(fractions), pd.DataFrame(pairs, columns=columns)
