"""The 61 channels from the pre-smoothed volumes, row by row, and what becomes of a row.

Everything that is compiled here calls only functions of this file: Numba's cache on disk notices
changes in a kernel's own file, but not in files that it imports.

A job is a stack of slices of a strip of rows. It streams through its slices and keeps the
smoothed gradient products of the last five of them, so that only short rows are in flight and
they stay in the cache. A finished row goes straight to where it is wanted: into an array of all
channels, into a table of labelled voxels, or, as codes of one byte, into groups of 64
neighbouring voxels.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from manyeyes.forest.taps import N_STENCILS, SCALES

N_CHANNELS = 1 + 10 * (len(SCALES) - 1)
"""Smoothing at the smallest scale, ten channels at each of the others."""

CODE_CELLS = 8192
"""Cells into which a channel's range is cut before a table turns a cell's number into a code."""

STRIP = 8
"""Rows in a strip."""

# Row buffers of the two streams, by number.
_SMOOTH, _FIRST, _SECOND, _NARROW, _INNER_SMOOTH, _INNER_FIRST = range(N_STENCILS)


@njit(cache=True)
def _mirror(index, size):
    """Return the index inside 0 ... size - 1 by mirroring at the border voxels."""
    if size == 1:
        return 0
    period = 2 * (size - 1)
    index = abs(index) % period
    return index if index < size else period - index


@njit(cache=True)
def _symmetric(taps, a, b, c, d, e, out):
    """Write a symmetric 5-tap sum of rows to ``out``."""
    w0, w1, w2 = taps[2], taps[1], taps[0]
    for x in range(out.size):
        out[x] = w0 * c[x] + (w1 * (b[x] + d[x]) + w2 * (a[x] + e[x]))


@njit(cache=True)
def _antisymmetric(taps, a, b, d, e, out):
    """Write an antisymmetric 5-tap sum of rows to ``out``."""
    w1, w2 = taps[3], taps[4]
    for x in range(out.size):
        out[x] = w1 * (d[x] - b[x]) + w2 * (e[x] - a[x])


@njit(cache=True)
def _symmetric3(taps, b, c, d, out):
    """Write a symmetric 3-tap sum of rows to ``out``."""
    w0, w1 = taps[2], taps[1]
    for x in range(out.size):
        out[x] = w0 * c[x] + w1 * (b[x] + d[x])


@njit(cache=True)
def _antisymmetric3(taps, b, d, out):
    """Write an antisymmetric 3-tap sum of rows to ``out``."""
    w1 = taps[3]
    for x in range(out.size):
        out[x] = w1 * (d[x] - b[x])


@njit(cache=True)
def _symmetric_along(taps, row, x0, out):
    """Write a symmetric 5-tap sum along a row padded by two, from column x0, to ``out``."""
    _symmetric(taps, row[x0:], row[x0 + 1 :], row[x0 + 2 :], row[x0 + 3 :], row[x0 + 4 :], out)


@njit(cache=True)
def _antisymmetric_along(taps, row, x0, out):
    """Write an antisymmetric 5-tap sum along a row padded by two, from column x0, to ``out``."""
    _antisymmetric(taps, row[x0:], row[x0 + 1 :], row[x0 + 3 :], row[x0 + 4 :], out)


@njit(cache=True)
def _symmetric3_along(taps, row, x0, out):
    """Write a symmetric 3-tap sum along a row padded by two, from column x0, to ``out``."""
    _symmetric3(taps, row[x0 + 1 :], row[x0 + 2 :], row[x0 + 3 :], out)


@njit(cache=True)
def _antisymmetric3_along(taps, row, out):
    """Write an antisymmetric 3-tap sum along a row padded by two to ``out``."""
    _antisymmetric3(taps, row[1:], row[3:], out)


@njit(cache=True)
def _pad(padded):
    """Mirror a row, which fills ``padded`` but for two places at each end, into these places."""
    n = padded.size - 4
    padded[0] = padded[2 + _mirror(-2, n)]
    padded[1] = padded[2 + _mirror(-1, n)]
    padded[n + 2] = padded[2 + _mirror(n, n)]
    padded[n + 3] = padded[2 + _mirror(n + 1, n)]


@njit(cache=True)
def _cos_third(t):
    """Return cos(2/3 arccos(t)) for 0 <= t <= 1, to 4e-9."""
    # The Chebyshev interpolant of degree 8 on [0, 1], in powers of t.
    s = -0.0006260453394989179
    s = s * t + 0.003654119632233793
    s = s * t - 0.010237508432464154
    s = s * t + 0.01960032102518762
    s = s * t - 0.031925412185213546
    s = s * t + 0.05327935086024303
    s = s * t - 0.11109449276880777
    s = s * t + 0.5773496613984853
    return s * t + 0.5000000037331834


@njit(cache=True, error_model="numpy")
def symmetric_eigenvalues(xx, xy, xz, yy, yz, zz, first, second, third):
    """Write the eigenvalues of symmetric 3 x 3 matrices in descending order.

    Closed form (Smith 1961, doi:10.1145/355578.366316) in float64. The cosine of a third of an
    angle is a polynomial in the cosine of half that angle: no call to a mathematical library,
    whose results differ between machines, and no branch, so that rows are vectorised.

    Parameters
    ----------
    xx, xy, xz, yy, yz, zz : ndarray of float32, shape (n,)
        The entries of each matrix.
    first, second, third : ndarray of float32, shape (n,)
        Outputs.
    """
    for i in range(first.size):
        a = np.float64(xx[i])
        b = np.float64(yy[i])
        c = np.float64(zz[i])
        d = np.float64(xy[i])
        e = np.float64(xz[i])
        f = np.float64(yz[i])
        q = (a + b + c) * (1.0 / 3.0)
        a -= q
        b -= q
        c -= q
        p2 = (a * a + b * b + c * c + 2.0 * (d * d + e * e + f * f)) * (1.0 / 6.0)
        p = math.sqrt(p2)
        det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
        # A multiple of the identity has p = 0 and det = 0: any angle will do.
        r = 0.5 * det / (p2 * p + 1e-300)
        r = min(max(r, -1.0), 1.0)
        largest = q + 2.0 * p * _cos_third(math.sqrt(0.5 * (1.0 + r)))
        smallest = q - 2.0 * p * _cos_third(math.sqrt(0.5 * (1.0 - r)))
        first[i] = largest
        second[i] = 3.0 * q - largest - smallest
        third[i] = smallest


@njit(cache=True)
def _derivative_channels(volume, taps, z, y0, y1, x0, zrows, yrows, xrows, out):
    """Write channels 0-3 and 7-9 of one scale for rows y0 ... y1 - 1 of slice z.

    ``volume`` is pre-smoothed; ``zrows`` (4, rows + 4, x), ``yrows`` (7, x + 4) and ``xrows``
    (10, nx) are scratch; ``out`` is (channels, rows, nx) with its first column at x0.
    """
    nz, ny, _ = volume.shape
    nx = out.shape[2]
    a, b = volume[_mirror(z - 2, nz)], volume[_mirror(z - 1, nz)]
    c = volume[z]
    d, e = volume[_mirror(z + 1, nz)], volume[_mirror(z + 2, nz)]
    low, high = max(0, y0 - 2), min(ny, y1 + 2)
    for y in range(low, high):
        j = y - low
        _symmetric(taps[_SMOOTH], a[y], b[y], c[y], d[y], e[y], zrows[0, j])
        _antisymmetric(taps[_FIRST], a[y], b[y], d[y], e[y], zrows[1, j])
        _symmetric(taps[_SECOND], a[y], b[y], c[y], d[y], e[y], zrows[2, j])
        _symmetric3(taps[_NARROW], b[y], c[y], d[y], zrows[3, j])
    for y in range(y0, y1):
        ja, jb = _mirror(y - 2, ny) - low, _mirror(y - 1, ny) - low
        jc = y - low
        jd, je = _mirror(y + 1, ny) - low, _mirror(y + 2, ny) - low
        r = zrows[0]
        _symmetric(taps[_SMOOTH], r[ja], r[jb], r[jc], r[jd], r[je], yrows[0, 2:-2])
        _antisymmetric(taps[_FIRST], r[ja], r[jb], r[jd], r[je], yrows[1, 2:-2])
        _symmetric(taps[_SECOND], r[ja], r[jb], r[jc], r[jd], r[je], yrows[2, 2:-2])
        r = zrows[1]
        _symmetric(taps[_SMOOTH], r[ja], r[jb], r[jc], r[jd], r[je], yrows[3, 2:-2])
        _antisymmetric(taps[_FIRST], r[ja], r[jb], r[jd], r[je], yrows[4, 2:-2])
        r = zrows[2]
        _symmetric(taps[_SMOOTH], r[ja], r[jb], r[jc], r[jd], r[je], yrows[5, 2:-2])
        r = zrows[3]
        _symmetric3(taps[_NARROW], r[jb], r[jc], r[jd], yrows[6, 2:-2])
        for k in range(7):
            _pad(yrows[k])
        # Shifts of the padded rows; each must stay contiguous in type to be vectorised.
        row = y - y0
        smooth = out[0, row]
        _symmetric_along(taps[_SMOOTH], yrows[0], x0, smooth)
        # The Hessian (xx, xy, xz, yy, yz, zz), then the gradient (x, y, z).
        _symmetric_along(taps[_SECOND], yrows[0], x0, xrows[0])
        _antisymmetric_along(taps[_FIRST], yrows[1], x0, xrows[1])
        _antisymmetric_along(taps[_FIRST], yrows[3], x0, xrows[2])
        _symmetric_along(taps[_SMOOTH], yrows[2], x0, xrows[3])
        _symmetric_along(taps[_SMOOTH], yrows[4], x0, xrows[4])
        _symmetric_along(taps[_SMOOTH], yrows[5], x0, xrows[5])
        _antisymmetric_along(taps[_FIRST], yrows[0], x0, xrows[6])
        _symmetric_along(taps[_SMOOTH], yrows[1], x0, xrows[7])
        _symmetric_along(taps[_SMOOTH], yrows[3], x0, xrows[8])
        _symmetric3_along(taps[_NARROW], yrows[6], x0, xrows[9])
        xx, yy, zz = xrows[0], xrows[3], xrows[5]
        laplacian, gradient, difference = out[1, row], out[2, row], out[3, row]
        for x in range(nx):
            laplacian[x] = xx[x] + yy[x] + zz[x]
        gx, gy, gz = xrows[6], xrows[7], xrows[8]
        for x in range(nx):
            gradient[x] = math.sqrt(gx[x] * gx[x] + gy[x] * gy[x] + gz[x] * gz[x])
        narrow = xrows[9]
        for x in range(nx):
            difference[x] = smooth[x] - narrow[x]
        symmetric_eigenvalues(
            xx, xrows[1], xrows[2], yy, xrows[4], zz, out[7, row], out[8, row], out[9, row]
        )


@njit(cache=True)
def _smooth_products(volume, taps, z, y0, y1, x0, zrows, yrows, xrows, products, out):
    """Write the gradient products of slice z, smoothed along x and y, for rows y0 ... y1 - 1.

    ``zrows`` (2, rows + 6, x), ``yrows`` (3, x + 4), ``xrows`` (9, x + 4) and ``products``
    (6, rows + 4, nx) are scratch; ``out`` is (6, rows, nx).
    """
    nz, ny, px = volume.shape
    b, c, d = volume[_mirror(z - 1, nz)], volume[z], volume[_mirror(z + 1, nz)]
    low, high = max(0, y0 - 3), min(ny, y1 + 3)
    for y in range(low, high):
        _symmetric3(taps[_INNER_SMOOTH], b[y], c[y], d[y], zrows[0, y - low])
        _antisymmetric3(taps[_INNER_FIRST], b[y], d[y], zrows[1, y - low])
    for i in range(y1 - y0 + 4):
        # The products are mirrored, not the gradient: its sign does not turn at the border.
        y = _mirror(y0 - 2 + i, ny)
        jb, jc, jd = _mirror(y - 1, ny) - low, y - low, _mirror(y + 1, ny) - low
        r = zrows[0]
        _symmetric3(taps[_INNER_SMOOTH], r[jb], r[jc], r[jd], yrows[0, 2:-2])
        _antisymmetric3(taps[_INNER_FIRST], r[jb], r[jd], yrows[1, 2:-2])
        r = zrows[1]
        _symmetric3(taps[_INNER_SMOOTH], r[jb], r[jc], r[jd], yrows[2, 2:-2])
        for k in range(3):
            _pad(yrows[k])
        gx, gy, gz = xrows[6, :px], xrows[7, :px], xrows[8, :px]
        _antisymmetric3_along(taps[_INNER_FIRST], yrows[0], gx)
        _symmetric3_along(taps[_INNER_SMOOTH], yrows[1], 0, gy)
        _symmetric3_along(taps[_INNER_SMOOTH], yrows[2], 0, gz)
        _multiply(gx, gx, xrows[0, 2:-2])
        _multiply(gx, gy, xrows[1, 2:-2])
        _multiply(gx, gz, xrows[2, 2:-2])
        _multiply(gy, gy, xrows[3, 2:-2])
        _multiply(gy, gz, xrows[4, 2:-2])
        _multiply(gz, gz, xrows[5, 2:-2])
        for k in range(6):
            _pad(xrows[k])
            _symmetric_along(taps[_SMOOTH], xrows[k], x0, products[k, i])
    for k in range(6):
        p = products[k]
        for i in range(y1 - y0):
            _symmetric(taps[_SMOOTH], p[i], p[i + 1], p[i + 2], p[i + 3], p[i + 4], out[k, i])


@njit(cache=True)
def _multiply(a, b, out):
    """Write the product of two rows to ``out``."""
    for x in range(out.size):
        out[x] = a[x] * b[x]


@njit(cache=True)
def _tensor_channels(ring, z, taps, count, rows, out):
    """Write channels 4-6 of one scale; ``ring`` (5, 6, rows, nx) holds slices z - 2 ... z + 2."""
    a, b, c = ring[(z - 2) % 5], ring[(z - 1) % 5], ring[z % 5]
    d, e = ring[(z + 1) % 5], ring[(z + 2) % 5]
    for i in range(count):
        for k in range(6):
            _symmetric(taps[_SMOOTH], a[k, i], b[k, i], c[k, i], d[k, i], e[k, i], rows[k])
        symmetric_eigenvalues(
            rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], out[4, i], out[5, i], out[6, i]
        )


@njit(cache=True)
def _smallest_scale(volume, taps, z, y0, y1, x0, zrows, yrows, out):
    """Write the one channel of the smallest scale for rows y0 ... y1 - 1 of slice z."""
    nz, ny, _ = volume.shape
    b, c, d = volume[_mirror(z - 1, nz)], volume[z], volume[_mirror(z + 1, nz)]
    low, high = max(0, y0 - 1), min(ny, y1 + 1)
    r = zrows[0]
    for y in range(low, high):
        _symmetric3(taps[_SMOOTH], b[y], c[y], d[y], r[y - low])
    for y in range(y0, y1):
        jb, jc, jd = _mirror(y - 1, ny) - low, y - low, _mirror(y + 1, ny) - low
        _symmetric3(taps[_SMOOTH], r[jb], r[jc], r[jd], yrows[0, 2:-2])
        _pad(yrows[0])
        _symmetric3_along(taps[_SMOOTH], yrows[0], x0, out[0, y - y0])


@njit(cache=True)
def _advance(volume, scale, taps, z, z_start, y0, y1, x0, scratch, ring, out):
    """Write the channels of one scale for rows y0 ... y1 - 1 of slice z to ``out``.

    Slices come in ascending order; ``z_start`` is the first of them, at which the ring is filled.
    """
    zrows, yrows, xrows, prows, products = scratch
    if scale == 0:
        _smallest_scale(volume, taps, z, y0, y1, x0, zrows, yrows, out)
        return
    nz = volume.shape[0]
    _derivative_channels(volume, taps, z, y0, y1, x0, zrows, yrows, xrows, out)
    first = z - 2 if z == z_start else z + 2
    for ahead in range(first, z + 3):
        source = _mirror(ahead, nz)
        _smooth_products(
            volume, taps, source, y0, y1, x0, zrows, yrows, prows, products, ring[ahead % 5]
        )
    _tensor_channels(ring, z, taps, y1 - y0, xrows, out)


@njit(cache=True)
def _scratch(px, nx):
    """Return the row buffers of one job."""
    return (
        np.empty((4, STRIP + 6, px), dtype=np.float32),
        np.empty((7, px + 4), dtype=np.float32),
        np.empty((10, nx), dtype=np.float32),
        np.empty((9, px + 4), dtype=np.float32),
        np.empty((6, STRIP + 4, nx), dtype=np.float32),
    )


@njit(cache=True, parallel=True)
def write_channels(smoothed, taps, origin, depth, out):
    """Write all channels of a block's inner part as numbers.

    Parameters
    ----------
    smoothed : ndarray of float32, shape (scales, z', y', x')
        From `manyeyes.forest.smoothing.smooth_block`.
    taps : ndarray of float32, shape (scales, N_STENCILS, 5)
    origin : tuple of int
        Index in ``smoothed`` of the first inner voxel.
    depth : int
        Slices in a job.
    out : ndarray of float32, shape (N_CHANNELS, z, y, x)
        Output, of the inner part's shape.
    """
    _, nz, ny, nx = out.shape
    strips = (ny + STRIP - 1) // STRIP
    stacks = (nz + depth - 1) // depth
    for job in prange(strips * stacks):
        z0, y0 = job // strips * depth, job % strips * STRIP
        z1, y1 = min(z0 + depth, nz), min(y0 + STRIP, ny)
        scratch = _scratch(smoothed.shape[3], nx)
        ring = np.empty((5, 6, STRIP, nx), dtype=np.float32)
        rows = np.empty((10, STRIP, nx), dtype=np.float32)
        for scale in range(smoothed.shape[0]):
            first = 0 if scale == 0 else 10 * scale - 9
            count = 1 if scale == 0 else 10
            for z in range(z0, z1):
                _advance(
                    smoothed[scale], scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], scratch, ring, rows,
                )  # fmt: skip
                for k in range(count):
                    for y in range(y0, y1):
                        out[first + k, z, y, :] = rows[k, y - y0]


@njit(cache=True, parallel=True)
def gather_channels(smoothed, taps, origin, shape, depth, row_start, columns, out):
    """Write the channels of chosen voxels of a block's inner part, one voxel a row.

    Parameters
    ----------
    smoothed, taps, origin, depth
        As in `write_channels`.
    shape : tuple of int
        Shape (z, y, x) of the inner part.
    row_start : ndarray of int64, shape (z * y + 1,)
        Where the voxels of each row of the inner part begin in ``columns``.
    columns : ndarray of int32, shape (n,)
        The x of each voxel, in the order of the voxels.
    out : ndarray of float32, shape (n, N_CHANNELS)
        Output.
    """
    nz, ny, nx = shape
    strips = (ny + STRIP - 1) // STRIP
    stacks = (nz + depth - 1) // depth
    for job in prange(strips * stacks):
        z0, y0 = job // strips * depth, job % strips * STRIP
        z1, y1 = min(z0 + depth, nz), min(y0 + STRIP, ny)
        # Slices without any voxel at the job's ends need no channels.
        while z0 < z1 and row_start[z0 * ny + y0] == row_start[z0 * ny + y1]:
            z0 += 1
        while z0 < z1 and row_start[(z1 - 1) * ny + y0] == row_start[(z1 - 1) * ny + y1]:
            z1 -= 1
        if z0 == z1:
            continue
        scratch = _scratch(smoothed.shape[3], nx)
        ring = np.empty((5, 6, STRIP, nx), dtype=np.float32)
        rows = np.empty((10, STRIP, nx), dtype=np.float32)
        for scale in range(smoothed.shape[0]):
            first = 0 if scale == 0 else 10 * scale - 9
            count = 1 if scale == 0 else 10
            for z in range(z0, z1):
                _advance(
                    smoothed[scale], scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], scratch, ring, rows,
                )  # fmt: skip
                for y in range(y0, y1):
                    for i in range(row_start[z * ny + y], row_start[z * ny + y + 1]):
                        for k in range(count):
                            out[i, first + k] = rows[k, y - y0, columns[i]]


@njit(cache=True, parallel=True)
def code_channels(smoothed, taps, origin, shape, depth, group, low, per_unit, table, out):
    """Write the channels of a block's inner part as codes of one byte, in groups of 64 voxels.

    Parameters
    ----------
    smoothed, taps, origin, shape, depth
        As in `gather_channels`. ``depth`` must be a multiple of ``group[0]``.
    group : tuple of int
        Shape (z, y, x) of a group, 64 voxels in all; STRIP must be a multiple of ``group[1]``.
    low, per_unit : ndarray of float32, shape (forests, N_CHANNELS)
        Where the coded range of each channel begins, and how many cells it has in a unit.
    table : ndarray of uint8, shape (forests, N_CHANNELS, CODE_CELLS + 1)
        The code of each cell.
    out : ndarray of uint8, shape (forests, groups in z, in y, in x, N_CHANNELS, 64)
        Output. Voxels of a group that lie outside the inner part are left as they are.
    """
    nz, ny, nx = shape
    strips = (ny + STRIP - 1) // STRIP
    stacks = (nz + depth - 1) // depth
    gz, gy, gx = group
    across = out.shape[3]
    for job in prange(strips * stacks):
        z0, y0 = job // strips * depth, job % strips * STRIP
        z1, y1 = min(z0 + depth, nz), min(y0 + STRIP, ny)
        scratch = _scratch(smoothed.shape[3], nx)
        ring = np.empty((5, 6, STRIP, nx), dtype=np.float32)
        rows = np.empty((10, STRIP, nx), dtype=np.float32)
        cells = np.zeros(across * gx, dtype=np.int32)
        for scale in range(smoothed.shape[0]):
            first = 0 if scale == 0 else 10 * scale - 9
            count = 1 if scale == 0 else 10
            for z in range(z0, z1):
                _advance(
                    smoothed[scale], scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], scratch, ring, rows,
                )  # fmt: skip
                for forest in range(out.shape[0]):
                    for k in range(count):
                        channel = first + k
                        codes = table[forest, channel]
                        for y in range(y0, y1):
                            _cells(
                                rows[k, y - y0], low[forest, channel],
                                per_unit[forest, channel], cells,
                            )  # fmt: skip
                            lane = (z % gz * gy + y % gy) * gx
                            groups = out[forest, z // gz, y // gy]
                            for g in range(across):
                                lanes = groups[g, channel]
                                for i in range(gx):
                                    lanes[lane + i] = codes[cells[g * gx + i]]


@njit(cache=True)
def _cells(row, low, per_unit, cells):
    """Write the number of the cell that each value falls into; outside the range, the nearest."""
    top = np.float32(CODE_CELLS)
    zero = np.float32(0.0)
    for x in range(row.size):
        position = (row[x] - low) * per_unit
        cells[x] = np.int32(min(max(position, zero), top))
