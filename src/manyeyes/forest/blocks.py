"""A volume of any size, cut into blocks with a halo."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .checks import check_values
from .taps import HALO

PLANE_EDGE = 256
"""Longest edge of a block in y and x, without its halo."""

BLOCK_VOXELS = 1_000_000
"""Approximate number of voxels of a block, without its halo."""

LARGEST_GROUP_DEPTH = 4
"""The depth of a block is a multiple of this, to fill its groups of voxels."""


@dataclass(frozen=True)
class ImageBlock:
    """A part of a volume, as three slices each."""

    target: tuple[slice, slice, slice]  # in the volume
    source: tuple[slice, slice, slice]  # in the volume, with its halo as far as the volume goes
    inner: tuple[slice, slice, slice]  # in the source

    def read(self, volume: np.ndarray) -> np.ndarray:
        """Return the source as contiguous float32, or raise ValueError if it does not fit."""
        values = np.asarray(volume[self.source])
        check_values(values)
        return np.ascontiguousarray(values, dtype=np.float32)


def _cut(start: int, stop: int, edge: int) -> list[tuple[int, int]]:
    """Cut a range into pieces of length ``edge``; the last may be shorter."""
    return [(a, min(a + edge, stop)) for a in range(start, stop, edge)]


def make_blocks(
    shape: Sequence[int], slices: Iterable[int] | None = None, *, voxels: int | None = None
) -> Iterator[ImageBlock]:
    """Cut a volume, or some slices of it, into blocks.

    Parameters
    ----------
    shape : sequence of int
        Shape (z, y, x) of the volume.
    slices : iterable of int, optional
        The slices to cover; neighbouring ones share a block. The default is all.
    voxels : int, optional
        Instead of BLOCK_VOXELS.
    """
    depth, height, width = shape
    wanted = range(depth) if slices is None else sorted(set(slices))
    runs: list[list[int]] = []
    for z in wanted:
        if runs and runs[-1][1] == z:
            runs[-1][1] = z + 1
        else:
            runs.append([z, z + 1])
    rows, columns = _cut(0, height, PLANE_EDGE), _cut(0, width, PLANE_EDGE)
    area = min(height, PLANE_EDGE) * min(width, PLANE_EDGE)
    layers = max(1, (voxels or BLOCK_VOXELS) // area // LARGEST_GROUP_DEPTH) * LARGEST_GROUP_DEPTH
    for first, last in runs:
        for z in _cut(first, last, layers):
            for y in rows:
                for x in columns:
                    yield _block((z, y, x), shape)


def _block(part: tuple[tuple[int, int], ...], shape: Sequence[int]) -> ImageBlock:
    """Return the block of a part given by its bounds."""
    low = [max(0, a - HALO) for a, _ in part]
    high = [min(size, b + HALO) for (_, b), size in zip(part, shape, strict=True)]
    return ImageBlock(
        target=tuple(slice(a, b) for a, b in part),
        source=tuple(slice(a, b) for a, b in zip(low, high, strict=True)),
        inner=tuple(slice(a - c, b - c) for (a, b), c in zip(part, low, strict=True)),
    )
