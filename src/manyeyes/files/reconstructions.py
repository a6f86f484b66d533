"""Reconstructed slices: real numbers, written slab by slab."""

from collections.abc import Iterable
from math import prod

import numpy as np
import tifffile

# The classic format's offsets have 32 bits; some room is left for what describes the pages.
_CLASSIC_BYTES = 2**32 - 2**25


def write_slices(
    path, slabs: Iterable[np.ndarray], shape: tuple[int, int, int], voxel_size_nm: float
) -> None:
    """Write slices into an uncompressed TIFF, which ImageJ opens with its voxel size up to 4 GB.

    Parameters
    ----------
    path : path-like
    slabs : iterable of numpy.ndarray
        float32 (z, y, x), from the first slice to the last.
    shape : tuple of int
        Slices, rows, columns of the whole.
    voxel_size_nm : float
    """
    options = {"bigtiff": True}
    if 4 * prod(shape) <= _CLASSIC_BYTES:
        options = {
            "imagej": True,
            "resolution": (1000.0 / voxel_size_nm,) * 2,
            "metadata": {"axes": "ZYX", "spacing": voxel_size_nm / 1000.0, "unit": "um"},
        }
    slices = (np.ascontiguousarray(image, dtype=np.float32) for slab in slabs for image in slab)
    tifffile.imwrite(path, data=slices, shape=tuple(shape), dtype=np.float32, **options)
