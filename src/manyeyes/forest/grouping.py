"""The voxels of a block in groups of 64 neighbours, and back in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMPACT = (4, 4, 4)
"""Groups whose voxels take the most similar ways down a tree."""

FLAT = (1, 8, 8)
"""Groups for blocks so thin that compact groups would be half empty."""


@dataclass(frozen=True)
class Grouping:
    """Groups of 64 voxels that cover a block."""

    shape: tuple[int, int, int]  # (z, y, x) of the block
    group: tuple[int, int, int]  # (z, y, x) of a group

    @classmethod
    def of(cls, shape: tuple[int, int, int]) -> Grouping:
        """Return the grouping for a block of some shape."""
        return cls(shape, COMPACT if shape[0] > 2 else FLAT)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Number of groups along each axis."""
        sizes = zip(self.shape, self.group, strict=True)
        z, y, x = (-(-size // edge) for size, edge in sizes)
        return z, y, x

    def valid_lanes(self) -> np.ndarray:
        """Return a mask for each group, uint64: which of its lanes hold voxels."""
        counts, group = self.counts, self.group
        inside = np.zeros([n * edge for n, edge in zip(counts, group, strict=True)], dtype=bool)
        inside[: self.shape[0], : self.shape[1], : self.shape[2]] = True
        lanes = inside.reshape(counts[0], group[0], counts[1], group[1], counts[2], group[2])
        lanes = lanes.transpose(0, 2, 4, 1, 3, 5).reshape(-1, 64)
        packed = np.packbits(lanes, axis=1, bitorder="little").view("<u8")
        return packed.astype(np.uint64).reshape(-1)

    def in_order(self, lanes: np.ndarray) -> np.ndarray:
        """Return values by group and lane, (groups, ..., 64), as a block (z, y, x, ...)."""
        extra = lanes.shape[1:-1]
        # (groups in z, y, x, ..., lanes in z, y, x) -> (z, y, x, ...)
        split = lanes.reshape(*self.counts, -1, *self.group).transpose(0, 4, 1, 5, 2, 6, 3)
        sizes = [n * edge for n, edge in zip(self.counts, self.group, strict=True)]
        full = split.reshape(*sizes, *extra)
        return full[: self.shape[0], : self.shape[1], : self.shape[2]]
