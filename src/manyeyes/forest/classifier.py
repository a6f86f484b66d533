"""Training on labelled voxels and classifying volumes: what others call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .blocks import ImageBlock, make_blocks
from .checks import (
    check_labels,
    check_shape,
    check_slices,
    check_whole,
)
from .descent import PackedTrees, first_classes, vote
from .features import channels_at
from .filters import N_CHANNELS, Coders, code_channels
from .grouping import Grouping
from .model import Forest
from .sampling import bounded_labels
from .smoothing import smooth_block
from .training import train

POOL = 10
"""How many times as many labelled voxels are kept as each tree learns from, if that is bounded. A
tree of its own draw costs no more time than a common draw, and the trees together see more."""

MOST_LABELS = 1_000_000
"""How many labelled voxels are kept where no bound is given: more than people draw, less than a
gigabyte. Of more labels than these each tree learns from a `POOL`-th of what is kept."""


def fit_forest(
    volume: np.ndarray,
    labels: np.ndarray,
    *,
    seed: int,
    trees: int = 100,
    max_labels: int | None = None,
    trainer: str = "manyeyes",
) -> Forest:
    """Train a random forest on the labelled voxels of a volume.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values, integers or floats. Only blocks around labelled slices are read, so a
        memory-mapped array will do.
    labels : ndarray of uint8, shape (z, y, x)
        0 where unlabelled, else the class.
    seed : int
        The same volume, labels and seed give the same forest, for any number of threads.
    trees : int
        Number of trees, 1 to 255.
    max_labels : int, optional
        Let each tree learn from at most so many labelled voxels. Each tree draws its own, out of
        at most `POOL` times as many that are drawn beforehand from each class in proportion (at
        least one of each). The default is to use all up to `MOST_LABELS`, and to bound more than
        these as ``MOST_LABELS // POOL`` does; a larger number takes more memory, 420 bytes for each
        label that is kept.
    trainer : {"manyeyes", "scikit-learn"}
        What grows the trees; it is recorded in the forest.

    Returns
    -------
    Forest

    Raises
    ------
    ValueError
        If the shapes differ, fewer than two classes are labelled, the volume is empty, not finite,
        not exact in float32 or of values too small for it, or seed, trees or max_labels are no
        whole numbers that will do.
    """
    return fit_forests(
        volume, [labels], seeds=[seed], trees=trees, max_labels=max_labels, trainer=trainer
    )[0]


def fit_forests(
    volume: np.ndarray,
    label_sets: Sequence[np.ndarray],
    *,
    seeds: Sequence[int],
    trees: int = 100,
    max_labels: int | None = None,
    trainer: str = "manyeyes",
) -> list[Forest]:
    """Train one forest for each of several label volumes; the channels are computed once.

    Each forest equals what `fit_forest` makes of its labels and seed; see there.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    label_sets : sequence of ndarray of uint8, shape (z, y, x)
    seeds : sequence of int
        One for each label volume.
    trees, max_labels, trainer
        As in `fit_forest`.

    Returns
    -------
    list of Forest
    """
    check_shape(volume)
    if not label_sets:
        raise ValueError("expected one label volume or more, found none")
    if len(label_sets) != len(seeds):
        raise ValueError(
            f"expected a seed for each label volume, found {len(seeds)} seeds "
            f"for {len(label_sets)} label volumes"
        )
    for seed in seeds:
        check_whole(seed, "seed")
    check_whole(trees, "trees")
    check_whole(1 if max_labels is None else max_labels, "max_labels")
    chosen = []
    for labels, seed in zip(label_sets, seeds, strict=True):
        check_labels(labels, volume.shape)
        pool = MOST_LABELS if max_labels is None else POOL * max_labels
        places, classes = bounded_labels(labels, pool, seed)
        draws = max_labels
        if max_labels is None and places.size < sum(
            np.count_nonzero(labels[z]) for z in range(volume.shape[0])
        ):
            draws = MOST_LABELS // POOL
        chosen.append((places, classes, draws))

    def trained(values, kept, seed):
        _, classes, draws = kept
        return train(values, classes, seed=seed, trees=trees, draws=draws, trainer=trainer)

    # Each voxel's channels are computed once, whoever labelled it, unless they are too many.
    together = _joined([kept[0] for kept in chosen])
    if len(chosen) == 1 or together.size > MOST_LABELS:
        return [
            trained(channels_at(volume, kept[0]), kept, seed)
            for kept, seed in zip(chosen, seeds, strict=True)
        ]
    values = channels_at(volume, together)
    return [
        trained(values[np.searchsorted(together, kept[0])], kept, seed)
        for kept, seed in zip(chosen, seeds, strict=True)
    ]


def _joined(places: Sequence[np.ndarray]) -> np.ndarray:
    """Return the distinct values of several ascending arrays, ascending."""
    if len(places) == 1:
        return places[0]
    # Stable sorting merges what is sorted already: ten times faster than numpy.unique.
    joined = np.sort(np.concatenate(places), kind="stable")
    return joined[np.append(True, joined[1:] != joined[:-1])]


def classify(
    volume: np.ndarray, forest: Forest, *, slices: Sequence[int] | None = None
) -> np.ndarray:
    """Label every voxel of a volume, or of some of its slices.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    forest : Forest
    slices : sequence of int, optional
        Label these slices only. They come out as they would for the whole volume.

    Returns
    -------
    ndarray of uint8, shape (z, y, x) or (len(slices), y, x)
        The class whose mean share over the trees' leaves is largest; on ties the first.

    Raises
    ------
    ValueError
        If the volume is empty, not finite or not exact in float32, or a slice lies outside it.
    """
    return classify_many(volume, [forest], slices=slices)[0]


def classify_many(
    volume: np.ndarray, forests: Sequence[Forest], *, slices: Sequence[int] | None = None
) -> list[np.ndarray]:
    """Do as `classify` for each of several forests; the channels are computed once.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    forests : sequence of Forest
    slices : sequence of int, optional

    Returns
    -------
    list of ndarray of uint8
        One for each forest.
    """
    if not forests:
        raise ValueError("expected one forest or more, found none")
    numbers = _wanted_slices(volume, slices)
    labels = [np.empty((len(numbers), *volume.shape[1:]), dtype=np.uint8) for _ in forests]
    for block, where, order in _blocks_of(volume, numbers):
        for found, out in zip(label_block(volume, block, forests), labels, strict=True):
            out[where] = found[order]
    return labels


def class_probabilities(
    volume: np.ndarray,
    forest: Forest,
    *,
    slices: Sequence[int] | None = None,
    dtype: type = np.float32,
) -> np.ndarray:
    """Return the mean share of each class over the trees' leaves.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    forest : Forest
    slices : sequence of int, optional
        As in `classify`.
    dtype : {numpy.float32, numpy.uint8}
        float32: 0 to 1. uint8: the same times 255, rounded to the nearest, halves to even.

    Returns
    -------
    ndarray of dtype, shape (z, y, x, classes) or (len(slices), y, x, classes)
        Classes in the order of ``forest.classes``.

    Raises
    ------
    ValueError
        As in `classify`, and for another dtype.
    """
    if dtype not in (np.float32, np.uint8):
        raise ValueError(f"expected float32 or uint8 probabilities, found {np.dtype(dtype)}")
    numbers = _wanted_slices(volume, slices)
    out = np.empty((len(numbers), *volume.shape[1:], forest.classes.size), dtype=dtype)
    for block, where, order in _blocks_of(volume, numbers):
        share = block_votes(volume, block, forest) / np.float32(forest.roots.size)
        out[where] = (share if dtype == np.float32 else np.rint(share * np.float32(255)))[order]
    return out


def _wanted_slices(volume: np.ndarray, slices: Sequence[int] | None) -> list[int]:
    """Check the volume's shape and return the numbers of the slices that are asked for."""
    check_shape(volume)
    if slices is None:
        return list(range(volume.shape[0]))
    return check_slices(slices, volume.shape[0])


def _blocks_of(
    volume: np.ndarray, numbers: list[int]
) -> Iterator[tuple[ImageBlock, tuple[np.ndarray, slice, slice], np.ndarray]]:
    """Yield blocks; where they go in an output of one slice a number; and which slices go there."""
    asked = np.asarray(numbers)
    for block in make_blocks(volume.shape, numbers):
        zs = block.target[0]
        rows = np.flatnonzero((asked >= zs.start) & (asked < zs.stop))
        yield block, (rows, *block.target[1:]), asked[rows] - zs.start


def label_block(
    volume: np.ndarray, block: ImageBlock, forests: Sequence[Forest]
) -> list[np.ndarray]:
    """Label a block's inner part by several forests; the channels are computed once.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    block : ImageBlock
    forests : sequence of Forest

    Returns
    -------
    list of ndarray of uint8, shape (z, y, x)
    """
    found = []
    for forest, grouping, votes in _group_votes(volume, block, forests, early=True):
        labels = np.empty((votes.shape[0], 64), dtype=np.uint8)
        first_classes(votes, forest.classes, labels)
        found.append(grouping.in_order(labels))
    return found


def block_votes(volume: np.ndarray, block: ImageBlock, forest: Forest) -> np.ndarray:
    """Return the votes of a forest on a block.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    block : ImageBlock
    forest : Forest

    Returns
    -------
    ndarray of float32, shape (z, y, x, classes)
        Of the block's inner part: sums over the trees of the classes' shares.
    """
    ((_, grouping, votes),) = _group_votes(volume, block, [forest], early=False)
    return grouping.in_order(votes)


def _group_votes(
    volume: np.ndarray, block: ImageBlock, forests: Sequence[Forest], *, early: bool
) -> Iterator[tuple[Forest, Grouping, np.ndarray]]:
    """Yield for each forest its votes on a block's groups, float32 (groups, classes, 64).

    With ``early``, voting on a voxel stops once its first class is certain.
    """
    smoothed = smooth_block(block.read(volume), block.inner)
    grouping = Grouping.of(tuple(smoothed.shape))
    codes = np.empty((len(forests), *grouping.counts, N_CHANNELS, 64), dtype=np.uint8)
    coders = Coders(
        low=np.stack([forest.low for forest in forests]),
        per_unit=np.stack([forest.per_unit for forest in forests]),
        table=np.stack([forest.coding.table() for forest in forests]),
    )
    code_channels(smoothed, grouping.group, coders, codes)
    valid = grouping.valid_lanes()
    for forest, of_forest in zip(forests, codes, strict=True):
        votes = np.empty((valid.size, forest.classes.size, 64), dtype=np.float32)
        trees = PackedTrees(forest.packed(), forest.roots, forest.mixed, forest.depth)
        vote(of_forest.reshape(-1), valid, trees, early, votes)
        yield forest, grouping, votes
