"""Slices of particles, whose voxels have three edges, as the study's jobs write them.

Apart from `results`, which writes cubic voxels, so that other studies do not depend on this.
"""

from collections.abc import Sequence

import numpy as np
import tifffile


def write_slices(path, volume: np.ndarray, voxel_size_nm: Sequence[float]) -> None:
    """Write slices as a compressed TIFF stack that ImageJ opens; `results.read_result` reads it.

    Parameters
    ----------
    path : path-like
    volume : ndarray of uint8 or uint16, shape (z, y, x)
    voxel_size_nm : sequence of float
        Edges (z, y, x) of a voxel, nm; written in um.
    """
    dz, dy, dx = (float(size) for size in voxel_size_nm)
    tifffile.imwrite(
        path,
        np.ascontiguousarray(volume),
        imagej=True,
        compression="zlib",
        resolution=(1000.0 / dx, 1000.0 / dy),
        metadata={"axes": "ZYX", "spacing": dz / 1000.0, "unit": "um"},
    )
