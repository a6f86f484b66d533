"""Pre-smoothing: one Gaussian-smoothed copy of a block for each scale of the filter bank."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from .taps import (
    REACH,
    SCALES,
    mirror_indices,
    smoothing_taps,
)


def smooth_block(
    block: np.ndarray, inner: tuple[slice, slice, slice]
) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Smooth a block at every scale, in and just around its inner part.

    Parameters
    ----------
    block : ndarray of float32, shape (z, y, x), C-contiguous
        The border is mirrored. Where the border is not a border of the whole volume, the inner
        part must keep `manyeyes.forest.taps.HALO` voxels away from it.
    inner : three slices
        The part of the block whose features are wanted, with start and stop.

    Returns
    -------
    smoothed : ndarray of float32, shape (scales, z', y', x')
        Covers the inner part and REACH voxels around it as far as the block goes.
    origin : tuple of int
        Index in ``smoothed`` of the first inner voxel, for each axis.
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
    smooth_along_z(block, around[0], half, radius, along_z)
    smooth_along_yx(along_z, around[1], around[2], half, radius, smoothed)
    origin = tuple(part.start - a for part, a in zip(inner, low, strict=True))
    return smoothed, origin


@njit(cache=True)
def add_neighbours(rows, centre, taps, acc):
    """Write the weighted sum of rows centre - radius ... centre + radius to ``acc``."""
    radius = taps.size - 1
    n = acc.size
    middle = rows[centre]
    weight = taps[0]
    for x in range(n):
        acc[x] = weight * middle[x]
    k = 1
    # Four pairs at a time: the accumulator is loaded and stored a quarter as often.
    while k + 3 <= radius:
        w1, w2, w3, w4 = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
        a1, b1 = rows[centre - k], rows[centre + k]
        a2, b2 = rows[centre - k - 1], rows[centre + k + 1]
        a3, b3 = rows[centre - k - 2], rows[centre + k + 2]
        a4, b4 = rows[centre - k - 3], rows[centre + k + 3]
        for x in range(n):
            acc[x] += (w1 * (a1[x] + b1[x]) + w2 * (a2[x] + b2[x])) + (
                w3 * (a3[x] + b3[x]) + w4 * (a4[x] + b4[x])
            )
        k += 4
    while k <= radius:
        weight = taps[k]
        a, b = rows[centre - k], rows[centre + k]
        for x in range(n):
            acc[x] += weight * (a[x] + b[x])
        k += 1


@njit(cache=True, parallel=True)
def smooth_along_z(block, around, half, radius, out):
    """Smooth the block along z at every scale.

    ``around`` maps slices to the block, from the largest radius before the first slice of the
    output to as many behind the last.
    """
    scales, nz, ny, nx = out.shape
    reach = half.shape[1] - 1
    for y in prange(ny):
        # The rows that lie a whole slice apart are gathered first: their distance is often a
        # multiple of the cache's size, which would let them push each other out.
        rows = np.empty((around.size, nx), dtype=np.float32)
        for i in range(around.size):
            rows[i, :] = block[around[i], y, :]
        for scale in range(scales):
            taps = half[scale, : radius[scale] + 1]
            for z in range(nz):
                add_neighbours(rows, z + reach, taps, out[scale, z, y])


@njit(cache=True, parallel=True)
def smooth_along_yx(along_z, around_y, around_x, half, radius, out):
    """Smooth along y, then x, for the rows and columns that ``around_y`` and ``around_x`` map."""
    scales, nz, ny, nx = out.shape
    reach = half.shape[1] - 1
    # The scales take turns, since the threads share the jobs out in runs.
    for job in prange(scales * nz):
        scale, z = job % scales, job // scales
        r = radius[scale]
        taps = half[scale, : r + 1]
        rows = np.empty((around_y.size, along_z.shape[3]), dtype=np.float32)
        for i in range(around_y.size):
            rows[i, :] = along_z[scale, z, around_y[i], :]
        row = np.empty(along_z.shape[3], dtype=np.float32)
        padded = np.empty(nx + 2 * r, dtype=np.float32)
        # Shifted views of one padded row take the part of neighbouring rows.
        for y in range(ny):
            add_neighbours(rows, y + reach, taps, row)
            for i in range(padded.size):
                padded[i] = row[around_x[i + reach - r]]
            add_shifted(padded, taps, out[scale, z, y])


@njit(cache=True)
def add_shifted(padded, taps, acc):
    """Write the weighted sum of a padded row's shifts by -radius ... radius to ``acc``."""
    radius = taps.size - 1
    n = acc.size
    weight = taps[0]
    middle = padded[radius : radius + n]
    for x in range(n):
        acc[x] = weight * middle[x]
    k = 1
    while k + 3 <= radius:
        w1, w2, w3, w4 = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
        a1, b1 = padded[radius - k :], padded[radius + k :]
        a2, b2 = padded[radius - k - 1 :], padded[radius + k + 1 :]
        a3, b3 = padded[radius - k - 2 :], padded[radius + k + 2 :]
        a4, b4 = padded[radius - k - 3 :], padded[radius + k + 3 :]
        for x in range(n):
            acc[x] += (w1 * (a1[x] + b1[x]) + w2 * (a2[x] + b2[x])) + (
                w3 * (a3[x] + b3[x]) + w4 * (a4[x] + b4[x])
            )
        k += 4
    while k <= radius:
        weight = taps[k]
        a, b = padded[radius - k :], padded[radius + k :]
        for x in range(n):
            acc[x] += weight * (a[x] + b[x])
        k += 1
