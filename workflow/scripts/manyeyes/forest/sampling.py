"""Which labelled voxels a forest is trained on."""

from __future__ import annotations

import numpy as np

from manyeyes.randomness import generator


def bounded_labels(
    labels: np.ndarray, max_labels: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labelled voxels, or a subsample of them with the same shares of classes.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        0 is unlabelled.
    max_labels : int or None
        How many voxels to keep, up to rounding and to at least one of each class. None, or a
        number that is not exceeded, keeps all.
    seed : int
        Seed of the draw.

    Returns
    -------
    places : ndarray of int64, shape (n,)
        Flat indices, ascending.
    classes : ndarray of uint8, shape (n,)

    Raises
    ------
    ValueError
        If the bound is below 1.
    """
    if max_labels is not None and max_labels < 1:
        raise ValueError(f"max_labels must be 1 or more, or None for all; found {max_labels}")
    flat = labels.reshape(-1)
    places = np.flatnonzero(flat)
    if max_labels is None or places.size <= max_labels:
        return places, flat[places].astype(np.uint8)
    share = max_labels / places.size
    found = flat[places]
    kept = []
    for label in np.unique(found):
        members = places[found == label]
        count = max(1, round(share * members.size))
        draw = generator("labels kept", seed, label).choice(
            members.size, count, replace=False, shuffle=False
        )
        kept.append(members[draw])
    places = np.sort(np.concatenate(kept))
    return places, flat[places].astype(np.uint8)
