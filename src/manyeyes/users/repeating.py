"""A study's plan repeated on one image by other users; only numbers are kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from ..groups import SIMULATED
from ..measures.fractions import percent_different, volume_fraction
from ..methods import Request, annotate, label
from .population import Population, draw_traits

_PAIR_COLUMNS = [
    *("dataset", "filter", "variant", "made_by"),
    *("user_a", "user_b", "percent_different"),
]


def repeated(
    image: np.ndarray,
    variants: Mapping[str, Mapping[str, object]],
    users: Sequence[str],
    population: Population,
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let users of a population segment an image, and return numbers of their segmentations.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variants : mapping of variant to mapping
        As in the config.
    users : sequence of str
    population : Population
        With the same structure and priors, users do the same as elsewhere in the study.
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

    def work(user: str, name: str):
        user_names = (seed, user, dataset, filter_)
        return annotate(
            image,
            variants[name],
            draw_traits(population, seed, user),
            seed_names=user_names,
            output_names=(*user_names, name, "first output"),
            inside=inside,
        )

    requests = [
        Request(variant, partial(work, user, name), user, (seed, user, dataset, filter_, name))
        for user in users
        for name, variant in variants.items()
    ]
    done: dict[str, dict[str, np.ndarray]] = {name: {} for name in variants}
    for request, (labels, _) in zip(requests, label(image, requests, inside), strict=True):
        done[request.names[-1]][request.user] = labels
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
    return pd.DataFrame(fractions), pd.DataFrame(pairs, columns=_PAIR_COLUMNS)
