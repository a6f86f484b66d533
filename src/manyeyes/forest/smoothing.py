"""Pre-smoothing: one Gaussian-smoothed copy of a block for each scale of the filter bank."""

import numpy as np
from numba import njit, prange

from .filters import SmoothedBlock
from .taps import REACH, SCALES, filter_taps, mirror_indices, smoothing_taps


def smooth_block(block: np.ndarray, inner: tuple[slice, slice, slice]) -> SmoothedBlock:
    """Smooth a block at every scale, in and just around its inner part.

    Parameters
    ----------
    block : ndarray of float32, shape (z, y, x), C-contiguous
        The border is mirrored. Where it is not a border of the whole volume, the inner part must
        be `manyeyes.forest.taps.HALO` voxels away from it.
    inner : three slices
        The part of the block whose channels are wanted, with start and stop.

    Returns
    -------
    SmoothedBlock
        Covers the inner part and REACH voxels around it, as far as the block goes.
    """
    half, radius = smoothing_taps()
    low = [max(0, part.start - REACH) for part in inner]
    high = [min(size, part.stop + REACH) for part, size in zip(inner, block.shape, strict=True)]
    smoothed = np.empty(
        (len(SCALES), *(b - a for a, b in zip(low, high, strict=True))), dtype=np.float32
    )
    along_z = np.empty((len(SCALES), high[0] - low[0], *block.shape[1:]), dtype=np.float32)
    reach = int(radius.max())
    around = [
        mirror_indices(a - reach, b + reach, size)
        for a, b, size in zip(low, high, block.shape, strict=True)
    ]
    _smooth_along_z(block, around[0], half, radius, along_z)
    _smooth_along_yx(along_z, around[1], around[2], half, radius, smoothed)
    return SmoothedBlock(
        volumes=smoothed,
        taps=filter_taps(),
        origin=np.array([part.start - a for part, a in zip(inner, low, strict=True)]),
        shape=np.array([part.stop - part.start for part in inner]),
    )


@njit(cache=True)
def _add_neighbours(rows, centre, step, taps, acc):
    """Write the weighted sum of the row at ``centre`` and its neighbours to ``acc``.

    ``rows`` is flat; neighbouring rows begin ``step`` places apart. ``taps`` are the weights of
    the neighbours 0, 1, ..., radius to either side.
    """
    radius = taps.size - 1
    n = acc.size
    weight = taps[0]
    middle = rows[centre : centre + n]
    for x in range(n):
        acc[x] = weight * middle[x]
    k = 1
    # Four pairs at a time: the accumulator is loaded and stored a quarter as often.
    while k + 3 <= radius:
        w1, w2, w3, w4 = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
        a1, b1 = rows[centre - k * step :], rows[centre + k * step :]
        a2, b2 = rows[centre - (k + 1) * step :], rows[centre + (k + 1) * step :]
        a3, b3 = rows[centre - (k + 2) * step :], rows[centre + (k + 2) * step :]
        a4, b4 = rows[centre - (k + 3) * step :], rows[centre + (k + 3) * step :]
        for x in range(n):
            acc[x] += (w1 * (a1[x] + b1[x]) + w2 * (a2[x] + b2[x])) + (
                w3 * (a3[x] + b3[x]) + w4 * (a4[x] + b4[x])
            )
        k += 4
    while k <= radius:
        weight = taps[k]
        a, b = rows[centre - k * step :], rows[centre + k * step :]
        for x in range(n):
            acc[x] += weight * (a[x] + b[x])
        k += 1


@njit(cache=True, parallel=True)
def _smooth_along_z(block, around, half, radius, out):
    """Smooth the block along z at every scale.

    ``around`` maps slices to the block, from the largest radius before the first slice of the
    output to the same distance behind the last.
    """
    scales, nz, ny, nx = out.shape
    reach = half.shape[1] - 1
    for y in prange(ny):
        # The rows lie a whole slice apart and are copied first: this distance is often a multiple
        # of the cache's size, and they would evict each other.
        rows = np.empty(around.size * nx, dtype=np.float32)
        for i in range(around.size):
            rows[i * nx : (i + 1) * nx] = block[around[i], y, :]
        for scale in range(scales):
            taps = half[scale, : radius[scale] + 1]
            for z in range(nz):
                _add_neighbours(rows, (z + reach) * nx, nx, taps, out[scale, z, y])


@njit(cache=True, parallel=True)
def _smooth_along_yx(along_z, around_y, around_x, half, radius, out):
    """Smooth along y, then x, for the rows and columns that ``around_y`` and ``around_x`` map."""
    scales, nz, ny, nx = out.shape
    reach = half.shape[1] - 1
    wide = along_z.shape[3]
    # The scales take turns, because each thread gets a run of successive jobs.
    for job in prange(scales * nz):
        scale, z = job % scales, job // scales
        r = radius[scale]
        taps = half[scale, : r + 1]
        rows = np.empty(around_y.size * wide, dtype=np.float32)
        for i in range(around_y.size):
            rows[i * wide : (i + 1) * wide] = along_z[scale, z, around_y[i], :]
        row = np.empty(wide, dtype=np.float32)
        padded = np.empty(nx + 2 * r, dtype=np.float32)
        for y in range(ny):
            _add_neighbours(rows, (y + reach) * wide, wide, taps, row)
            for i in range(padded.size):
                padded[i] = row[around_x[i + reach - r]]
            # Along x, the neighbouring rows are the padded row itself, shifted.
            _add_neighbours(padded, r, 1, taps, out[scale, z, y])
