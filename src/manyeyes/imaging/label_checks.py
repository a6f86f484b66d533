"""Whether labels belong to a volume, judged by shape and by grey values."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from ..labels import ACTIVE, UNLABELLED

# Below this chance that a voxel labelled as active is brighter than one labelled as the rest,
# labels are hardly related to grey values: an image without contrast, or another one. 0.5 is no
# relation, 0.64 two normal distributions half a standard deviation apart. The noisiest images of
# the paper (contrast 1.5 times the noise) give 0.86, and 0.71 if a fifth of the labels is wrong.
# Medians are no alternative: that of half of a two-peaked histogram may lie in either peak.
LEAST_CHANCE = 0.64


def misfit(
    shape: Sequence[int],
    dataset_shape: Sequence[int],
    source_shape: Sequence[int] | None,
    what: str = "labels",
) -> str | None:
    """Return why labels (or a mask) fit neither a dataset nor the volume it was cropped from.

    Parameters
    ----------
    shape : sequence of int
        Of the labels (z, y, x).
    dataset_shape : sequence of int
        Of the dataset, cropped.
    source_shape : sequence of int or None
        Of the volume in the dataset's file; None for a twin or if unknown.
    what : str, default "labels"
        Name of the volume in the message.

    Returns
    -------
    str or None
        None if they fit one of the two exactly.
    """
    shape, dataset_shape = tuple(shape), tuple(dataset_shape)
    known = {"dataset": dataset_shape}
    if source_shape is not None and tuple(source_shape) != dataset_shape:
        known["the dataset's file"] = tuple(source_shape)
    if shape in known.values():
        return None
    found = f"{what} {shape}, " + ", ".join(f"{name} {size}" for name, size in known.items())
    for name, size in known.items():
        order = _exchanged(shape, size)
        if order:
            return (
                f"{found} (z, y, x): the axes are exchanged, z, y, x of the {name.split()[-1]} lie "
                f"along {order} of the {what}; export the {what} in the order of the image"
            )
    return f"{found} (z, y, x); export {what} of the whole volume, as large as the image"


def _exchanged(shape: tuple, wanted: tuple) -> str | None:
    """Return the order of axes that turns one shape into another, if only the order differs."""
    # Reversed axes are the most frequent mistake, so they are named where several orders fit.
    for order in sorted(permutations(range(3)), key=lambda order: order != (2, 1, 0)):
        if tuple(shape[axis] for axis in order) == wanted:
            return ", ".join("zyx"[axis] for axis in order)
    return None


def contradiction(image: np.ndarray, labels: np.ndarray, active_code: int = ACTIVE) -> str | None:
    """Return how labels contradict the grey values beneath them.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Active material is bright.
    labels : ndarray of uint8, shape (z, y, x)
        0 unlabelled, or the code of a phase; with active material and another phase.
    active_code : int
        The code of active material; all other phases are the rest.

    Returns
    -------
    str or None
        A sentence if a voxel labelled as active is brighter than one labelled as the rest in less
        than `LEAST_CHANCE` of all pairs (equal ones count half); otherwise None.
    """
    is_active = labels == active_code
    active, rest = (
        np.bincount(image[part], minlength=256).astype(np.float64)
        for part in (is_active, (labels != UNLABELLED) & ~is_active)
    )
    # Pairs in which the active voxel is brighter, and half of those that are equal.
    below = np.cumsum(rest) - rest / 2
    chance = float((active * below).sum() / (active.sum() * rest.sum()))
    medians = [int(np.searchsorted(np.cumsum(n), n.sum() / 2)) for n in (active, rest)]
    found = (
        f"a voxel labelled as active is brighter than one labelled as the rest in "
        f"{100 * chance:.0f} % of all pairs (median grey levels {medians[0]} and {medians[1]})"
    )
    if chance < 0.5:
        return (
            f"{found}: active is the darker; are the codes exchanged, is active material dark in "
            "the tomogram, or do the labels belong to another image?"
        )
    if chance < LEAST_CHANCE:
        return (
            f"{found}, hardly a difference; do the labels lie where they belong, and on this image?"
        )
    return None
