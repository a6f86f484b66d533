"""Where users disagree, voxel by voxel."""

from collections.abc import Iterable

import numpy as np

from ..labels import OUTSIDE, Phases


def disagreement_map(segmentations: Iterable[np.ndarray], phases: Phases) -> np.ndarray:
    """Return for each voxel the share of pairs of users that label it differently.

    Its mean over the field of view is the mean pairwise difference of the same users.

    Parameters
    ----------
    segmentations : iterable of ndarray of uint8, shape (z, y, x)
        Of one image and variant, 0 outside the field of view; read one by one.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    ndarray of float32, shape (z, y, x)
        0 where all agree, and outside; for two phases at most n / (2 (n - 1)) for an even number n
        of users.

    Raises
    ------
    ValueError
        If there are fewer than two, or shapes or fields of view differ.
    """
    codes = sorted(phases.codes.values())
    counts: list[np.ndarray] | None = None
    users, inside = 0, None
    for labels in segmentations:
        phases.check(labels)
        if counts is None:
            inside = labels != OUTSIDE
            counts = [np.zeros(labels.shape, np.uint16) for _ in codes]
        elif labels.shape != inside.shape or not np.array_equal(labels != OUTSIDE, inside):
            raise ValueError(
                "segmentations that are compared must be of one crop and field of view; found "
                f"{labels.shape} beside {inside.shape}"
            )
        for count, code in zip(counts, codes, strict=True):
            count += labels == code
        users += 1
    if counts is None or users < 2:
        raise ValueError(f"a map of disagreement takes two users or more, found {users}")
    agreeing = np.zeros(counts[0].shape, np.float64)
    for count in counts:
        # Pairs of users who both chose this phase.
        agreeing += count * (count.astype(np.float64) - 1) / 2
    share = 1 - agreeing / (users * (users - 1) / 2)
    share[~inside] = 0
    return share.astype(np.float32)
