"""scikit-learn as the trainer, to compare with our own."""

import numba
import numpy as np

from ..randomness import generator
from .growing import TrainingVoxels, TreeRules
from .model import INNER, MIXED, join_trees, pack


def scikit_trees(
    voxels: TrainingVoxels, rules: TreeRules, seed: int, trees: int
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray, int], str]:
    """Train scikit-learn's random forest; return its trees as `join_trees` does, with their depth.

    The second value is the library and its version.
    """
    import sklearn
    from sklearn.ensemble import RandomForestClassifier

    state = int(generator("forest", seed).integers(2**32, dtype=np.uint64))
    forest = RandomForestClassifier(
        trees,
        max_features=rules.tries,
        max_samples=rules.draws,
        random_state=state,
        n_jobs=numba.get_num_threads(),
    ).fit(voxels.codes[:, : rules.channels], voxels.labels)
    grown, shares = zip(
        *(_convert(tree.tree_, voxels.n_classes) for tree in forest.estimators_), strict=True
    )
    depth = max(tree.tree_.max_depth for tree in forest.estimators_) + 1
    joined = join_trees(list(grown), list(shares))
    return (*joined, depth), f"scikit-learn {sklearn.__version__}"


def _convert(tree: object, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a scikit-learn tree as packed nodes and the shares of its mixed leaves."""
    is_leaf = tree.children_left < 0
    shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
    pure = is_leaf & (shares.max(axis=1) == 1)
    kind = np.where(pure, shares.argmax(axis=1) + 1, INNER).astype(np.uint64)
    mixed = np.flatnonzero(is_leaf & ~pure)
    row = np.zeros(tree.node_count, dtype=np.uint64)
    row[mixed] = np.arange(mixed.size)
    # Siblings get neighbouring places: 1 + 2 k and 2 + 2 k for the children of split k.
    split = np.flatnonzero(~is_leaf)
    place = np.zeros(tree.node_count, dtype=np.int64)
    first = 1 + 2 * np.arange(split.size)
    place[tree.children_left[split]] = first
    place[tree.children_right[split]] = first + 1
    nodes = np.zeros(1 + max(2 * split.size, 1), dtype=np.uint64)
    nodes[place[split]] = pack(
        tree.feature[split],
        np.floor(tree.threshold[split]) + 1,
        kind[tree.children_left[split]],
        kind[tree.children_right[split]],
        first,
    )
    if split.size == 0:
        # A root that is a leaf: no code is below 0, so all voxels go right, to place 1.
        nodes[:1] = pack([0], [0], [0], kind, [0])
        place[0] = 1
    nodes[place[mixed]] = pack(0 * mixed, 0 * mixed, 0 * mixed + MIXED, 0 * mixed, row[mixed])
    return nodes, shares[mixed].astype(np.float32).reshape(-1, n_classes)
