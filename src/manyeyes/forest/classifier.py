"""Training on labelled voxels and classifying volumes."""

from collections.abc import Iterator, Sequence

import numpy as np

from .blocks import ImageBlock, make_blocks
from .checks import check_labels, check_shape, check_slices, check_whole
from .descent import PackedTrees, first_classes, vote
from .features import channels_at
from .filters import N_CHANNELS, Coders, code_channels
from .grouping import Grouping
from .model import Forest
from .sampling import bounded_labels
from .smoothing import smooth_block
from .training import train

POOL = 10
"""If the labels that a tree learns from are bounded, this many times as many are kept. It costs no
time that each tree draws its own, and the trees together see more."""

MOST_LABELS = 1_000_000
"""Labelled voxels that are kept if no bound is given: more than people draw, and less than a
gigabyte. If there are more, each tree learns from a `POOL`-th of those kept."""


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
        Grey values, integers or floats. Only blocks around labelled slices are read, so it may be
        a memory-mapped array.
    labels : ndarray of uint8, shape (z, y, x)
        0 where unlabelled, else the class.
    seed : int
        The same volume, labels and seed give the same forest, for any number of threads.
    trees : int
        Number of trees, 1 to 255.
    max_labels : int, optional
        The most labelled voxels that a tree learns from. Each tree draws its own, from `POOL` times
        as many that are kept of the classes in proportion (at least one of each). The default is
        to use all labels up to `MOST_LABELS`, and ``MOST_LABELS // POOL`` a tree if there are more.
        Each label that is kept takes 420 bytes.
    trainer : {"manyeyes", "scikit-learn"}
        What grows the trees. It is recorded in the forest.

    Raises
    ------
    ValueError
        If the shapes differ, fewer than two classes are labelled, the volume is empty, not finite,
        not exact in float32 or its values are too small for float32, or seed, trees or max_labels
        are not whole numbers in their range.
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
    """Train a forest on each of several label volumes; the channels are computed once.

    ``seeds`` has one seed for each label volume. Each forest, and every other parameter, is that of
    `fit_forest`.
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

    # Voxels that several volumes label get their channels once, unless they are too many.
    together = _joined([places for places, _, _ in chosen])
    is_shared = len(chosen) > 1 and together.size <= MOST_LABELS
    shared = channels_at(volume, together) if is_shared else None

    def channels(places):
        if shared is None:
            return channels_at(volume, places)
        return shared[np.searchsorted(together, places)]

    return [
        train(channels(places), classes, seed=seed, trees=trees, draws=draws, trainer=trainer)
        for (places, classes, draws), seed in zip(chosen, seeds, strict=True)
    ]


def _joined(places: Sequence[np.ndarray]) -> np.ndarray:
    """Return the distinct values of several ascending arrays, ascending."""
    if len(places) == 1:
        return places[0]
    # A stable sort merges sorted runs, which is ten times faster than numpy.unique.
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
        Label these slices only. Their labels are those of the whole volume.

    Returns
    -------
    ndarray of uint8, shape (z, y, x) or (len(slices), y, x)
        The class with the largest mean share over the trees' leaves; on ties the first.

    Raises
    ------
    ValueError
        If the volume is empty, not finite or not exact in float32, or a slice lies outside it.
    """
    return classify_many(volume, [forest], slices=slices)[0]


def classify_many(
    volume: np.ndarray, forests: Sequence[Forest], *, slices: Sequence[int] | None = None
) -> list[np.ndarray]:
    """Do as `classify` for each of several forests; the channels are computed once."""
    if not forests:
        raise ValueError("expected one forest or more, found none")
    check_shape(volume)
    numbers = check_slices(slices, volume.shape[0])
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
    check_shape(volume)
    numbers = check_slices(slices, volume.shape[0])
    out = np.empty((len(numbers), *volume.shape[1:], forest.classes.size), dtype=dtype)
    for block, where, order in _blocks_of(volume, numbers):
        ((_, grouping, votes),) = _group_votes(volume, block, [forest], early=False)
        share = grouping.in_order(votes) / np.float32(forest.roots.size)
        out[where] = (share if dtype == np.float32 else np.rint(share * np.float32(255)))[order]
    return out


def _blocks_of(
    volume: np.ndarray, numbers: list[int]
) -> Iterator[tuple[ImageBlock, tuple[np.ndarray, slice, slice], np.ndarray]]:
    """Yield blocks, their places in an output of the numbered slices, and their slices there."""
    wanted = np.asarray(numbers)
    for block in make_blocks(volume.shape, numbers):
        zs = block.target[0]
        rows = np.flatnonzero((wanted >= zs.start) & (wanted < zs.stop))
        yield block, (rows, *block.target[1:]), wanted[rows] - zs.start


def label_block(
    volume: np.ndarray, block: ImageBlock, forests: Sequence[Forest]
) -> list[np.ndarray]:
    """Return the labels, uint8 (z, y, x), that each forest gives the inner part of a block."""
    found = []
    for forest, grouping, votes in _group_votes(volume, block, forests, early=True):
        labels = np.empty((votes.shape[0], 64), dtype=np.uint8)
        first_classes(votes, forest.classes, labels)
        found.append(grouping.in_order(labels))
    return found


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
