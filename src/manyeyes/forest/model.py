"""A trained forest as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .coding import Coding

INNER = 0
"""Kind of a child that has a place of its own: a node, or a mixed leaf. A kind of 1 ... n is a
pure leaf of that class (by its number in `Forest.classes`, from 1)."""

MIXED = 63
"""Left kind of a place that is a mixed leaf: its training voxels have the same codes."""

MOST_CLASSES = 60
"""Where votes are counted, kinds of leaves take the places of channels, of which there are 61."""

# Compiled code contains copies of these numbers, and Numba does not notice an edit here: delete the
# cached code in __pycache__ afterwards. A place in 64 bits, from the low ones up: the channel times
# 64, the cut, the kinds of the left and the right child, and the place of the left child (the right
# one follows) or the row of shares.
CHANNEL_BIT, CUT_BIT, LEFT_BIT, RIGHT_BIT, CHILD_BIT = 6, 12, 20, 26, 32
CHANNEL_MASK = 63 << CHANNEL_BIT


@dataclass(frozen=True)
class Forest:
    """A random forest over the codes of the channels.

    Node i sends a voxel left if its code of ``channel[i]`` is below ``cut[i]``. The children are at
    ``child[i]`` (left) and ``child[i] + 1`` (right). The places of pure leaves, according to their
    kind, stay empty. A mixed leaf has MIXED as its left kind and its row in ``mixed`` as its child.

    Attributes
    ----------
    classes : ndarray of uint8, shape (n,)
        Labels seen in training, ascending.
    roots : ndarray of int32, shape (trees,)
        First node of each tree.
    channel, cut : ndarray of uint8, shape (nodes,)
    left, right : ndarray of uint8, shape (nodes,)
        Kinds of the children: INNER or a class.
    child : ndarray of int32, shape (nodes,)
    mixed : ndarray of float32, shape (mixed leaves, n)
        Share of each class in each mixed leaf.
    depth : int
        Nodes on the longest path from a root to a leaf.
    low, per_unit, cuts : ndarray
        See `manyeyes.forest.coding.Coding`.
    trainer : str
        What grew the trees: ``manyeyes`` or ``scikit-learn``, with its version.
    seed : int
        Seed of the training.
    labelled : int
        Number of voxels in the training.
    """

    classes: np.ndarray
    roots: np.ndarray
    channel: np.ndarray
    cut: np.ndarray
    left: np.ndarray
    right: np.ndarray
    child: np.ndarray
    mixed: np.ndarray
    depth: int
    low: np.ndarray
    per_unit: np.ndarray
    cuts: np.ndarray
    trainer: str
    seed: int
    labelled: int

    @property
    def coding(self) -> Coding:
        """How this forest codes the channels."""
        return Coding(low=self.low, per_unit=self.per_unit, cuts=self.cuts)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all fields as arrays by name, ready for ``numpy.savez_compressed``."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Forest:
        """Make a forest from what `arrays` returned, such as a loaded npz file.

        Raises
        ------
        ValueError
            If a field is missing.
        """
        missing = [field.name for field in fields(cls) if field.name not in arrays]
        if missing:
            raise ValueError(f"not a saved forest: {missing} are missing; train and save it again")
        plain = {"depth": int, "trainer": str, "seed": int, "labelled": int}
        return cls(
            **{
                field.name: plain.get(field.name, np.asarray)(arrays[field.name])
                for field in fields(cls)
            }
        )

    def provenance(self) -> str:
        """Return a line about the training, which is stored with the labels of this forest."""
        return (
            f"random forest, trainer {self.trainer}, {self.roots.size} trees, "
            f"{self.labelled} labelled voxels, seed {self.seed}"
        )

    def packed(self) -> np.ndarray:
        """Return each place as one uint64, as `pack` does."""
        return pack(self.channel, self.cut, self.left, self.right, self.child)


def pack(
    channel: np.ndarray, cut: np.ndarray, left: np.ndarray, right: np.ndarray, child: np.ndarray
) -> np.ndarray:
    """Pack the fields of places into one uint64 each."""
    fields_and_bits = (
        (channel, CHANNEL_BIT),
        (cut, CUT_BIT),
        (left, LEFT_BIT),
        (right, RIGHT_BIT),
        (child, CHILD_BIT),
    )
    packed = np.zeros(np.shape(channel), dtype=np.uint64)
    for field, bit in fields_and_bits:
        packed |= np.asarray(field).astype(np.uint64) << np.uint64(bit)
    return packed


def unpack(places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return channel, cut, left and right as uint8 and child as int64: the inverse of `pack`."""
    widths = ((CHANNEL_BIT, 63), (CUT_BIT, 255), (LEFT_BIT, MIXED), (RIGHT_BIT, MIXED))
    small = [(places >> np.uint64(bit) & np.uint64(mask)).astype(np.uint8) for bit, mask in widths]
    return *small, (places >> np.uint64(CHILD_BIT)).astype(np.int64)


def join_trees(
    grown: list[np.ndarray], shares: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Join packed trees into one array of nodes.

    Parameters
    ----------
    grown : list of ndarray of uint64
        The packed nodes of each tree, with children and mixed leaves numbered within the tree.
    shares : list of ndarray of float32, shape (mixed leaves, classes)

    Returns
    -------
    nodes : ndarray of uint64
        With children and mixed leaves numbered throughout.
    roots : ndarray of int32
    mixed : ndarray of float32, shape (mixed leaves, classes)

    Raises
    ------
    ValueError
        If there are more nodes than an int32 can count.
    """
    starts = np.concatenate([[0], np.cumsum([tree.size for tree in grown])])
    if starts[-1] >= 2**31:
        raise ValueError(
            f"the forest has {starts[-1]} nodes, of which at most {2**31 - 1} can be numbered; "
            "limit the labels with max_labels"
        )
    rows = np.concatenate([[0], np.cumsum([len(share) for share in shares])])
    parts = []
    for tree, start, row in zip(grown, starts, rows, strict=False):
        is_share = (tree >> np.uint64(LEFT_BIT) & np.uint64(MIXED)) == MIXED
        offset = np.where(is_share, row, start).astype(np.uint64)
        parts.append(tree + (offset << np.uint64(CHILD_BIT)))
    return np.concatenate(parts), starts[:-1].astype(np.int32), np.concatenate(shares)
