"""Labelling a volume tile by tile; it need not fit into memory."""

from collections.abc import Collection, Iterator

import numpy as np

from .blocks import ImageBlock, make_blocks
from .checks import check_shape
from .classifier import label_block
from .model import Forest

TILE_VOXELS = 3_000_000
"""Approximate number of voxels of a tile, without its halo: large enough that the halo is a small
part of the work, small enough for a gigabyte of memory."""


def tiles_of(shape: tuple[int, int, int]) -> Iterator[ImageBlock]:
    """Yield the tiles of a volume, in the order of `classify_tiles`."""
    return make_blocks(shape, voxels=TILE_VOXELS)


def tile_voxels(shape: tuple[int, int, int]) -> list[int]:
    """Return the number of voxels of each tile, in the order of `classify_tiles`."""
    return [
        int(np.prod([part.stop - part.start for part in block.target])) for block in tiles_of(shape)
    ]


def classify_tiles(
    volume: np.ndarray,
    forest: Forest,
    target: np.ndarray,
    *,
    finished: Collection[int] = (),
) -> Iterator[int]:
    """Label a volume tile by tile; the labels are those of `manyeyes.forest.classify`.

    A tile is read with a halo as wide as the widest filter, so that the labels do not depend on the
    tiles. Memory depends on the size of a tile only.

    Parameters
    ----------
    volume : array-like, shape (z, y, x)
        An ndarray, a memory-mapped TIFF, a Zarr array, or anything else with ``shape``, ``ndim``,
        ``dtype`` and indexing by three slices.
    forest : Forest
    target : array-like of uint8, shape (z, y, x)
        Output, assigned to by three slices.
    finished : collection of int
        Numbers of the tiles to skip, because an earlier, interrupted call labelled them.

    Yields
    ------
    int
        The number of each tile that was written to ``target``.

    Raises
    ------
    ValueError
        If the volume is empty, not finite or not exact in float32, or the target has another shape
        or type.
    """
    check_shape(volume)
    if tuple(target.shape) != tuple(volume.shape) or target.dtype != np.uint8:
        raise ValueError(
            f"expected a target of uint8 with the volume's shape {tuple(volume.shape)}, found "
            f"{target.dtype} of shape {tuple(target.shape)}"
        )
    for number, block in enumerate(tiles_of(volume.shape)):
        if number in finished:
            continue
        (labels,) = label_block(volume, block, [forest])
        target[block.target] = labels
        yield number
