"""From the channels of labelled voxels to a forest."""

import math

import numpy as np

from ..randomness import generator
from .coding import code_values, make_coding
from .filters import N_CHANNELS
from .growing import TrainingVoxels, TreeRules, grow_trees
from .model import MOST_CLASSES, Forest, join_trees, unpack
from .scikit import scikit_trees

TRAINERS = ("manyeyes", "scikit-learn")

CHANNELS_TRIED = math.floor(math.sqrt(N_CHANNELS) + 0.5)
"""Channels tried at each node: the rounded square root of their number, as in ilastik."""

MANYEYES_VERSION = "manyeyes 1"
"""Our trainer in `Forest.trainer`. The number is raised when its forests change."""


def train(
    values: np.ndarray,
    labels: np.ndarray,
    *,
    seed: int,
    trees: int,
    draws: int | None = None,
    trainer: str = "manyeyes",
) -> Forest:
    """Train a forest.

    Parameters
    ----------
    values : ndarray of float32, shape (voxels, channels)
    labels : ndarray of uint8, shape (voxels,)
        Two classes or more.
    seed, trees, trainer
        See `manyeyes.forest.fit_forest`.
    draws : int, optional
        Size of each tree's bootstrap sample; the number of voxels is the default and the maximum.

    Raises
    ------
    ValueError
        If the trainer is unknown, the number of trees is not between 1 and 255, or there are more
        than MOST_CLASSES classes.
    """
    if trainer not in TRAINERS:
        raise ValueError(f"unknown trainer {trainer!r}; use one of {', '.join(TRAINERS)}")
    if not 1 <= trees <= 255:
        raise ValueError(f"expected 1 to 255 trees, found {trees}")
    classes = np.flatnonzero(np.bincount(labels)).astype(np.uint8)
    if classes.size > MOST_CLASSES:
        raise ValueError(
            f"expected at most {MOST_CLASSES} classes, found {classes.size}; join some of them"
        )
    coding = make_coding(values, labels)
    codes = code_values(values, coding)
    place_of = np.zeros(256, dtype=np.uint8)
    place_of[classes] = np.arange(classes.size)
    voxels = TrainingVoxels(codes, place_of[labels], classes.size, coding.cuts)
    rules = TreeRules(N_CHANNELS, CHANNELS_TRIED, min(draws or labels.size, labels.size))
    if trainer == "manyeyes":
        grown, name = _own_trees(voxels, rules, seed, trees), MANYEYES_VERSION
    else:
        grown, name = scikit_trees(voxels, rules, seed, trees)
    nodes, roots, mixed, depth = grown
    channel, cut, left, right, child = unpack(nodes)
    return Forest(
        classes=classes,
        roots=roots,
        channel=channel,
        cut=cut,
        left=left,
        right=right,
        child=child.astype(np.int32),
        mixed=mixed,
        depth=depth,
        low=coding.low,
        per_unit=coding.per_unit,
        cuts=coding.cuts,
        trainer=name,
        seed=seed,
        labelled=labels.size,
    )


def _own_trees(
    voxels: TrainingVoxels, rules: TreeRules, seed: int, trees: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Grow the trees; return them as `join_trees` does, with their depth."""
    seeds = generator("forest", seed).integers(2**64, size=trees, dtype=np.uint64)
    # Untouched pages of these arrays take up no memory.
    grown = np.empty((trees, 2 * rules.draws + 1), dtype=np.uint64)
    shares = np.empty((trees, rules.draws // 2 + 1, voxels.n_classes), dtype=np.float32)
    sizes = np.empty((trees, 3), dtype=np.int64)
    grow_trees(voxels, rules, seeds, grown, shares, sizes)
    used, mixed, depth = sizes.T
    joined = join_trees(
        [tree[:k] for tree, k in zip(grown, used, strict=True)],
        [share[:k] for share, k in zip(shares, mixed, strict=True)],
    )
    return *joined, int(depth.max())
