"""Which labelled voxels a forest is trained on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..randomness import generator


def bounded_labels(
    labels: np.ndarray, max_labels: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labelled voxels, or a subsample of them with the same shares of classes.

    Parameters
    ----------
    labels : ndarray of integers, shape (z, y, x)
        0 is unlabelled, no label above 255. It is read slice by slice.
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
    # Slice by slice, for the places of all labels take eight times as much as the labels do.
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
    """Yield the slices of a label volume, flat and as uint8; it may be one on disk."""
    for z in range(labels.shape[0]):
        yield np.ravel(np.asarray(labels[z])).astype(np.uint8)


def _kept_of(
    layer: np.ndarray, where: np.ndarray, kept: dict[int, np.ndarray], passed: np.ndarray
) -> np.ndarray:
    """Return the places in a slice that are kept, and count its labels as passed.

    Parameters
    ----------
    layer : ndarray of uint8, shape (n,)
    where : ndarray of int64
        Places of its labels, ascending.
    kept : dict of label to ndarray of int64
        Which of a class's voxels are kept, ascending, counted from 0 over all slices.
    passed : ndarray of int64, shape (256,)
        How many voxels of each class the slices before this one hold; updated.
    """
    found = layer[where]
    chosen = []
    for label in np.flatnonzero(np.bincount(found)):
        members = where[found == label]
        first, last = np.searchsorted(kept[label], [passed[label], passed[label] + members.size])
        chosen.append(members[kept[label][first:last] - passed[label]])
        passed[label] += members.size
    return np.sort(np.concatenate(chosen)) if chosen else where
