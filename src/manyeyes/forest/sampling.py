"""The labelled voxels on which a forest is trained."""

from collections.abc import Iterator

import numpy as np

from ..randomness import generator


def bounded_labels(
    labels: np.ndarray, max_labels: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labelled voxels, or a sample of them with the same shares of classes.

    Parameters
    ----------
    labels : ndarray of integers, shape (z, y, x)
        0 is unlabelled; other values up to 255 are classes. It is read slice by slice.
    max_labels : int or None
        Number of voxels to keep, up to rounding and at least one of each class. None keeps all.
    seed : int

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
    # Slice by slice, because the places of all labels take eight times the memory of the labels.
    counts = sum(np.bincount(layer, minlength=256) for layer in _layers(labels))
    counts[0] = 0
    total = int(counts.sum())
    kept = None if max_labels is None or total <= max_labels else {}
    if kept is not None:
        share = max_labels / total
        for label in np.flatnonzero(counts).astype(np.uint8):
            members = int(counts[label])
            draw = generator("labels kept", seed, label).choice(
                members, max(1, round(share * members)), replace=False, shuffle=False
            )
            kept[label] = np.sort(draw)
    passed = np.zeros(256, dtype=np.int64)
    places, classes = [], []
    for number, layer in enumerate(_layers(labels)):
        where = np.flatnonzero(layer)
        if kept is not None:
            where = _kept_of(layer, where, kept, passed)
        places.append(where + number * layer.size)
        classes.append(layer[where])
    return np.concatenate(places), np.concatenate(classes)


def _layers(labels: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the slices of a label volume, which may be on disk, flat and as uint8."""
    for z in range(labels.shape[0]):
        yield np.ravel(np.asarray(labels[z])).astype(np.uint8)


def _kept_of(
    layer: np.ndarray, where: np.ndarray, kept: dict[int, np.ndarray], passed: np.ndarray
) -> np.ndarray:
    """Return which of the labelled places ``where`` of a slice are kept.

    ``kept`` says for each class which of its voxels are kept, counted over all slices. ``passed``
    is the number of voxels of each class in the previous slices, and is updated.
    """
    found = layer[where]
    chosen = []
    for label in np.flatnonzero(np.bincount(found)):
        members = where[found == label]
        first, last = np.searchsorted(kept[label], [passed[label], passed[label] + members.size])
        chosen.append(members[kept[label][first:last] - passed[label]])
        passed[label] += members.size
    return np.sort(np.concatenate(chosen)) if chosen else where
