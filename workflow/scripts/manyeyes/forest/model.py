"""A trained forest as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from manyeyes.forest.coding import Coding

INNER = 0
"""Kind of a child that is split further. A kind of 1 ... n is a leaf of that class (by place in
`Forest.classes`, from 1); MIXED is a leaf whose training voxels could not be told apart."""

MIXED = 255


@dataclass(frozen=True)
class Forest:
    """A random forest over the codes of the channels.

    Node i sends a voxel left where the code of ``channel[i]`` is below ``cut[i]``. Its children
    are at ``child[i]`` (left) and ``child[i] + 1`` (right) unless their kind says that they are
    leaves. Only nodes and mixed leaves use their places; the place of a pure leaf stays empty.

    Attributes
    ----------
    classes : ndarray of uint8, shape (n,)
        Labels seen in training, ascending.
    roots : ndarray of int32, shape (trees,)
        First node of each tree.
    channel, cut : ndarray of uint8, shape (nodes,)
    left, right : ndarray of uint8, shape (nodes,)
        Kinds of the children: INNER, a class, or MIXED.
    child : ndarray of int32, shape (nodes,)
        For the place of a mixed leaf: its row in ``mixed``.
    mixed : ndarray of float32, shape (mixed leaves, n)
        Share of each class in each mixed leaf.
    depth : int
        Nodes on the longest path from a root to a leaf.
    low, per_unit, cuts : ndarray
        See `manyeyes.forest.coding.Coding`.
    trainer : str
        Which trainer grew the trees: ``manyeyes`` or ``scikit-learn`` with its version.
    seed : int
        Seed of the training.
    labelled : int
        Voxels that it was trained on.
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

    def packed(self) -> np.ndarray:
        """Return each node as a uint64: channel, cut, left, right, child from the low bits up."""
        return (
            self.channel.astype(np.uint64)
            | self.cut.astype(np.uint64) << np.uint64(8)
            | self.left.astype(np.uint64) << np.uint64(16)
            | self.right.astype(np.uint64) << np.uint64(24)
            | self.child.astype(np.uint64) << np.uint64(32)
        )
