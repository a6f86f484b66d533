"""The 61 channels by name, and their values as arrays."""

import numpy as np

from .blocks import make_blocks
from .checks import check_shape, check_values
from .filters import N_CHANNELS, gather_channels
from .smoothing import smooth_block
from .taps import SCALES

_FAMILIES = (
    "gaussian smoothing",
    "laplacian of gaussian",
    "gradient magnitude",
    "difference of gaussians",
    "structure tensor eigenvalue 1",
    "structure tensor eigenvalue 2",
    "structure tensor eigenvalue 3",
    "hessian eigenvalue 1",
    "hessian eigenvalue 2",
    "hessian eigenvalue 3",
)

CHANNELS = (
    f"{_FAMILIES[0]}, {SCALES[0]}",
    *(f"{family}, {scale}" for scale in SCALES[1:] for family in _FAMILIES),
)
"""What each channel is, and its scale in voxels. Eigenvalues descend."""

assert len(CHANNELS) == N_CHANNELS


def compute_features(volume: np.ndarray) -> np.ndarray:
    """Compute ilastik's 61 filter channels of a volume.

    Each volume is smoothed at seven scales and filtered there: Gaussian smoothing at all of them;
    Laplacian, gradient magnitude, difference of Gaussians, and the eigenvalues of the structure
    tensor and of the Hessian at the six larger ones. See `manyeyes.forest.taps`.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Any integer or float type whose values fit into float32. The border is mirrored.

    Returns
    -------
    ndarray of float32, shape (61, z, y, x)
        In the order of `CHANNELS`.

    Raises
    ------
    ValueError
        If the volume is empty, not three-dimensional, not finite or not exact in float32.
    """
    check_shape(volume)
    check_values(volume)
    depth, height, width = volume.shape
    block = smooth_block(
        np.ascontiguousarray(volume, dtype=np.float32), tuple(slice(0, n) for n in volume.shape)
    )
    out = np.empty((volume.size, N_CHANNELS), dtype=np.float32)
    columns = np.tile(np.arange(width, dtype=np.int32), depth * height)
    gather_channels(block, np.arange(depth * height + 1) * width, columns, out)
    return out.T.reshape(N_CHANNELS, *volume.shape)


def channels_at(volume: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Compute the channels of chosen voxels.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    places : ndarray of int64, shape (n,)
        Flat indices of the voxels, ascending.

    Returns
    -------
    ndarray of float32, shape (n, 61)
    """
    _, height, width = volume.shape
    z, rest = np.divmod(places, height * width)
    y, x = np.divmod(rest, width)
    values = np.empty((places.size, N_CHANNELS), dtype=np.float32)
    for block in make_blocks(volume.shape, np.flatnonzero(np.bincount(z)).tolist()):
        zs, ys, xs = block.target
        within = np.arange(*np.searchsorted(z, [zs.start, zs.stop]))
        within = within[(y[within] >= ys.start) & (y[within] < ys.stop)]
        within = within[(x[within] >= xs.start) & (x[within] < xs.stop)]
        if within.size == 0:
            continue
        smoothed = smooth_block(block.read(volume), block.inner)
        rows = ys.stop - ys.start
        row = (z[within] - zs.start) * rows + y[within] - ys.start
        row_start = np.searchsorted(row, np.arange((zs.stop - zs.start) * rows + 1))
        columns = (x[within] - xs.start).astype(np.int32)
        found = np.empty((within.size, N_CHANNELS), dtype=np.float32)
        gather_channels(smoothed, row_start, columns, found)
        values[within] = found
    return values
