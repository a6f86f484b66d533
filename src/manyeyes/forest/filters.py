"""The 61 channels from the pre-smoothed volumes, row by row, and what becomes of a row.

Everything that is compiled here calls only functions of this file: Numba's cache on disk notices
changes in a kernel's own file, but not in files that it imports.

A job is a stack of slices of a strip of rows. It streams through its slices and keeps the
smoothed gradient products of the last five of them, so that only short rows are in flight and
they stay in the cache. A finished row goes straight to where it is wanted: into an array of all
channels, into a table of labelled voxels, or, as codes of one byte, into groups of 64
neighbouring voxels.

The rows lie in flat arrays and are named by their offsets: a view of each row would cost more
than the arithmetic on it. Offsets are unsigned where a row is run through, since signed ones
would be checked for counting from the end.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from .taps import N_STENCILS, SCALES

N_CHANNELS = 1 + 10 * (len(SCALES) - 1)
"""Smoothing at the smallest scale, ten channels at each of the others."""

CODE_CELLS = 8192
"""Cells into which a channel's range is cut before a table turns a cell's number into a code."""

STRIP = 8
"""Rows in a strip."""

# Stencils, by their row in the table of taps.
_SMOOTH, _FIRST, _SECOND, _NARROW, _INNER_SMOOTH, _INNER_FIRST = range(N_STENCILS)

# Rows along x that the derivative channels are made of: the Hessian (xx, xy, xz, yy, yz, zz), the
# gradient (x, y, z), and the narrower Gaussian.
_XX, _XY, _XZ, _YY, _YZ, _ZZ, _X, _Y, _Z, _G = range(10)


@njit(cache=True)
def _mirror(index, size):
    """Return the index inside 0 ... size - 1 by mirroring at the border voxels."""
    if size == 1:
        return 0
    period = 2 * (size - 1)
    index = abs(index) % period
    return index if index < size else period - index


@njit(cache=True)
def _symmetric(source, a, b, c, d, e, taps, stencil, target, to, n):
    """Write a symmetric 5-tap sum of n voxels of the rows at a ... e to the row at ``to``."""
    a, b, c = np.uint64(a), np.uint64(b), np.uint64(c)
    d, e, to = np.uint64(d), np.uint64(e), np.uint64(to)
    w0, w1, w2 = taps[stencil, 2], taps[stencil, 1], taps[stencil, 0]
    for x in range(np.uint64(n)):
        target[to + x] = w0 * source[c + x] + (
            w1 * (source[b + x] + source[d + x]) + w2 * (source[a + x] + source[e + x])
        )


@njit(cache=True)
def _antisymmetric(source, a, b, d, e, taps, stencil, target, to, n):
    """Write an antisymmetric 5-tap sum of n voxels of the rows at a, b, d, e to ``to``."""
    a, b, d = np.uint64(a), np.uint64(b), np.uint64(d)
    e, to = np.uint64(e), np.uint64(to)
    w1, w2 = taps[stencil, 3], taps[stencil, 4]
    for x in range(np.uint64(n)):
        target[to + x] = w1 * (source[d + x] - source[b + x]) + w2 * (source[e + x] - source[a + x])


@njit(cache=True)
def _symmetric3(source, b, c, d, taps, stencil, target, to, n):
    """Write a symmetric 3-tap sum of n voxels of the rows at b, c, d to the row at ``to``."""
    b, c, d, to = np.uint64(b), np.uint64(c), np.uint64(d), np.uint64(to)
    w0, w1 = taps[stencil, 2], taps[stencil, 1]
    for x in range(np.uint64(n)):
        target[to + x] = w0 * source[c + x] + w1 * (source[b + x] + source[d + x])


@njit(cache=True)
def _antisymmetric3(source, b, d, taps, stencil, target, to, n):
    """Write an antisymmetric 3-tap sum of n voxels of the rows at b and d to ``to``."""
    b, d, to = np.uint64(b), np.uint64(d), np.uint64(to)
    w1 = taps[stencil, 3]
    for x in range(np.uint64(n)):
        target[to + x] = w1 * (source[d + x] - source[b + x])


@njit(cache=True)
def _multiply(source, a, b, target, to, n):
    """Write the product of n voxels of the rows at a and b to the row at ``to``."""
    a, b, to = np.uint64(a), np.uint64(b), np.uint64(to)
    for x in range(np.uint64(n)):
        target[to + x] = source[a + x] * source[b + x]


@njit(cache=True)
def _pad(rows, at, n):
    """Mirror a row of n voxels, before and behind which two places are free, into these."""
    first = at + 2
    rows[at] = rows[first + _mirror(-2, n)]
    rows[at + 1] = rows[first + _mirror(-1, n)]
    rows[first + n] = rows[first + _mirror(n, n)]
    rows[first + n + 1] = rows[first + _mirror(n + 1, n)]


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
def symmetric_eigenvalues(entries, n, out, to, step):
    """Write the eigenvalues of n symmetric 3 x 3 matrices in descending order.

    Closed form (Smith 1961, doi:10.1145/355578.366316) in float64. The cosine of a third of an
    angle is a polynomial in the cosine of half that angle: no call to a mathematical library,
    whose results differ between machines, and no branch, so that rows are vectorised.

    Parameters
    ----------
    entries : ndarray of float32
        Flat; its first 6 * n places hold all xx, then all xy, xz, yy, yz, zz.
    n : int
    out : ndarray of float32
        Flat; the largest eigenvalues are written from ``to`` on, the middle ones from
        ``to + step``, the smallest from ``to + 2 * step``.
    to, step : int
    """
    n = np.uint64(n)
    to, step = np.uint64(to), np.uint64(step)
    xy = n
    xz = xy + n
    yy = xz + n
    yz = yy + n
    zz = yz + n
    middle = to + step
    last = middle + step
    for i in range(n):
        a = np.float64(entries[i])
        b = np.float64(entries[yy + i])
        c = np.float64(entries[zz + i])
        d = np.float64(entries[xy + i])
        e = np.float64(entries[xz + i])
        f = np.float64(entries[yz + i])
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
        out[to + i] = largest
        out[middle + i] = 3.0 * q - largest - smallest
        out[last + i] = smallest


@njit(cache=True)
def _magnitude(rows, a, b, c, target, to, n):
    """Write the length of the vectors of the rows at a, b, c to the row at ``to``."""
    a, b, c, to = np.uint64(a), np.uint64(b), np.uint64(c), np.uint64(to)
    for x in range(np.uint64(n)):
        target[to + x] = math.sqrt(
            rows[a + x] * rows[a + x] + rows[b + x] * rows[b + x] + rows[c + x] * rows[c + x]
        )


@njit(cache=True)
def _sum(rows, a, b, c, target, to, n):
    """Write the sum of the rows at a, b, c to the row at ``to``."""
    a, b, c, to = np.uint64(a), np.uint64(b), np.uint64(c), np.uint64(to)
    for x in range(np.uint64(n)):
        target[to + x] = rows[a + x] + rows[b + x] + rows[c + x]


@njit(cache=True)
def _subtract(target, a, rows, b, to, n):
    """Write the row at a of ``target`` minus the row at b of ``rows`` to the row at ``to``."""
    a, b, to = np.uint64(a), np.uint64(b), np.uint64(to)
    for x in range(np.uint64(n)):
        target[to + x] = target[a + x] - rows[b + x]


@njit(cache=True)
def _derivative_channels(volume, shape, taps, z, y0, y1, x0, nx, zrows, yrows, xrows, out):
    """Write channels 0-3 and 7-9 of one scale for rows y0 ... y1 - 1 of slice z.

    ``volume`` is pre-smoothed, flat, of the given shape; ``zrows`` (4, STRIP + 6, x), ``yrows``
    (7, x + 4) and ``xrows`` (10, nx) are scratch; ``out`` is (channels, STRIP, nx), its first
    column at x0. All are flat.
    """
    nz, ny, px = shape
    plane = ny * px
    a, b = _mirror(z - 2, nz) * plane, _mirror(z - 1, nz) * plane
    c = z * plane
    d, e = _mirror(z + 1, nz) * plane, _mirror(z + 2, nz) * plane
    low, high = max(0, y0 - 2), min(ny, y1 + 2)
    stack = (STRIP + 6) * px
    for y in range(low, high):
        r = y * px
        j = (y - low) * px
        _symmetric(volume, a + r, b + r, c + r, d + r, e + r, taps, _SMOOTH, zrows, j, px)
        _antisymmetric(volume, a + r, b + r, d + r, e + r, taps, _FIRST, zrows, stack + j, px)
        _symmetric(
            volume, a + r, b + r, c + r, d + r, e + r, taps, _SECOND, zrows, 2 * stack + j, px
        )
        _symmetric3(volume, b + r, c + r, d + r, taps, _NARROW, zrows, 3 * stack + j, px)
    wide = px + 4
    for y in range(y0, y1):
        a, b = (_mirror(y - 2, ny) - low) * px, (_mirror(y - 1, ny) - low) * px
        c = (y - low) * px
        d, e = (_mirror(y + 1, ny) - low) * px, (_mirror(y + 2, ny) - low) * px
        _symmetric(zrows, a, b, c, d, e, taps, _SMOOTH, yrows, 2, px)
        _antisymmetric(zrows, a, b, d, e, taps, _FIRST, yrows, wide + 2, px)
        _symmetric(zrows, a, b, c, d, e, taps, _SECOND, yrows, 2 * wide + 2, px)
        a, b, c, d, e = a + stack, b + stack, c + stack, d + stack, e + stack
        _symmetric(zrows, a, b, c, d, e, taps, _SMOOTH, yrows, 3 * wide + 2, px)
        _antisymmetric(zrows, a, b, d, e, taps, _FIRST, yrows, 4 * wide + 2, px)
        a, b, c, d, e = a + stack, b + stack, c + stack, d + stack, e + stack
        _symmetric(zrows, a, b, c, d, e, taps, _SMOOTH, yrows, 5 * wide + 2, px)
        _symmetric3(zrows, b + stack, c + stack, d + stack, taps, _NARROW, yrows, 6 * wide + 2, px)
        for k in range(7):
            _pad(yrows, k * wide, px)
        row = (y - y0) * nx
        strip = STRIP * nx
        _along(yrows, x0, taps, _SMOOTH, out, row, nx)
        _along(yrows, x0, taps, _SECOND, xrows, _XX * nx, nx)
        _slope(yrows, wide + x0, taps, _FIRST, xrows, _XY * nx, nx)
        _slope(yrows, 3 * wide + x0, taps, _FIRST, xrows, _XZ * nx, nx)
        _along(yrows, 2 * wide + x0, taps, _SMOOTH, xrows, _YY * nx, nx)
        _along(yrows, 4 * wide + x0, taps, _SMOOTH, xrows, _YZ * nx, nx)
        _along(yrows, 5 * wide + x0, taps, _SMOOTH, xrows, _ZZ * nx, nx)
        _slope(yrows, x0, taps, _FIRST, xrows, _X * nx, nx)
        _along(yrows, wide + x0, taps, _SMOOTH, xrows, _Y * nx, nx)
        _along(yrows, 3 * wide + x0, taps, _SMOOTH, xrows, _Z * nx, nx)
        s = 6 * wide + x0
        _symmetric3(yrows, s + 1, s + 2, s + 3, taps, _NARROW, xrows, _G * nx, nx)
        _sum(xrows, _XX * nx, _YY * nx, _ZZ * nx, out, strip + row, nx)
        _magnitude(xrows, _X * nx, _Y * nx, _Z * nx, out, 2 * strip + row, nx)
        _subtract(out, row, xrows, _G * nx, 3 * strip + row, nx)
        symmetric_eigenvalues(xrows, nx, out, 7 * strip + row, strip)


@njit(cache=True)
def _along(rows, at, taps, stencil, target, to, n):
    """Write a symmetric 5-tap sum along the row that begins two places before its voxels."""
    _symmetric(rows, at, at + 1, at + 2, at + 3, at + 4, taps, stencil, target, to, n)


@njit(cache=True)
def _slope(rows, at, taps, stencil, target, to, n):
    """Write an antisymmetric 5-tap sum along the row that begins two places before its voxels."""
    _antisymmetric(rows, at, at + 1, at + 3, at + 4, taps, stencil, target, to, n)


@njit(cache=True)
def _smooth_products(
    volume, shape, taps, z, y0, y1, x0, nx, zrows, yrows, prows, products, out, slot
):
    """Write the gradient products of slice z, smoothed along x and y, for rows y0 ... y1 - 1.

    ``zrows`` (2, STRIP + 6, x), ``yrows`` (3, x + 4), ``prows`` (9, x + 4) and ``products``
    (6, STRIP + 4, nx) are scratch; ``out`` is (6, STRIP, nx), from ``slot`` on. All are flat.
    """
    nz, ny, px = shape
    plane = ny * px
    b, c, d = _mirror(z - 1, nz) * plane, z * plane, _mirror(z + 1, nz) * plane
    low, high = max(0, y0 - 3), min(ny, y1 + 3)
    stack = (STRIP + 6) * px
    for y in range(low, high):
        r = y * px
        j = (y - low) * px
        _symmetric3(volume, b + r, c + r, d + r, taps, _INNER_SMOOTH, zrows, j, px)
        _antisymmetric3(volume, b + r, d + r, taps, _INNER_FIRST, zrows, stack + j, px)
    wide = px + 4
    tall = (STRIP + 4) * nx
    gx, gy, gz = 6 * wide, 7 * wide, 8 * wide
    for i in range(y1 - y0 + 4):
        # The products are mirrored, not the gradient: its sign does not turn at the border.
        y = _mirror(y0 - 2 + i, ny)
        b, c = (_mirror(y - 1, ny) - low) * px, (y - low) * px
        d = (_mirror(y + 1, ny) - low) * px
        _symmetric3(zrows, b, c, d, taps, _INNER_SMOOTH, yrows, 2, px)
        _antisymmetric3(zrows, b, d, taps, _INNER_FIRST, yrows, wide + 2, px)
        _symmetric3(
            zrows, stack + b, stack + c, stack + d, taps, _INNER_SMOOTH, yrows, 2 * wide + 2, px
        )
        for k in range(3):
            _pad(yrows, k * wide, px)
        _antisymmetric3(yrows, 1, 3, taps, _INNER_FIRST, prows, gx, px)
        s = wide + 1
        _symmetric3(yrows, s, s + 1, s + 2, taps, _INNER_SMOOTH, prows, gy, px)
        s = 2 * wide + 1
        _symmetric3(yrows, s, s + 1, s + 2, taps, _INNER_SMOOTH, prows, gz, px)
        _multiply(prows, gx, gx, prows, _XX * wide + 2, px)
        _multiply(prows, gx, gy, prows, _XY * wide + 2, px)
        _multiply(prows, gx, gz, prows, _XZ * wide + 2, px)
        _multiply(prows, gy, gy, prows, _YY * wide + 2, px)
        _multiply(prows, gy, gz, prows, _YZ * wide + 2, px)
        _multiply(prows, gz, gz, prows, _ZZ * wide + 2, px)
        for k in range(6):
            _pad(prows, k * wide, px)
            _along(prows, k * wide + x0, taps, _SMOOTH, products, k * tall + i * nx, nx)
    for k in range(6):
        for i in range(y1 - y0):
            r = k * tall + i * nx
            to = slot + (k * STRIP + i) * nx
            _symmetric(
                products, r, r + nx, r + 2 * nx, r + 3 * nx, r + 4 * nx, taps, _SMOOTH, out, to, nx
            )


@njit(cache=True)
def _tensor_channels(ring, z, taps, count, nx, xrows, out):
    """Write channels 4-6 of one scale; ``ring`` (5, 6, STRIP, nx) holds slices z - 2 ... z + 2."""
    slot = 6 * STRIP * nx
    a, b, c = (z - 2) % 5 * slot, (z - 1) % 5 * slot, z % 5 * slot
    d, e = (z + 1) % 5 * slot, (z + 2) % 5 * slot
    strip = STRIP * nx
    for i in range(count):
        for k in range(6):
            r = k * strip + i * nx
            _symmetric(ring, a + r, b + r, c + r, d + r, e + r, taps, _SMOOTH, xrows, k * nx, nx)
        symmetric_eigenvalues(xrows, nx, out, 4 * strip + i * nx, strip)


@njit(cache=True)
def _smallest_scale(volume, shape, taps, z, y0, y1, x0, nx, zrows, yrows, out):
    """Write the one channel of the smallest scale for rows y0 ... y1 - 1 of slice z."""
    nz, ny, px = shape
    plane = ny * px
    b, c, d = _mirror(z - 1, nz) * plane, z * plane, _mirror(z + 1, nz) * plane
    low, high = max(0, y0 - 1), min(ny, y1 + 1)
    for y in range(low, high):
        r = y * px
        _symmetric3(volume, b + r, c + r, d + r, taps, _SMOOTH, zrows, (y - low) * px, px)
    for y in range(y0, y1):
        b, c = (_mirror(y - 1, ny) - low) * px, (y - low) * px
        d = (_mirror(y + 1, ny) - low) * px
        _symmetric3(zrows, b, c, d, taps, _SMOOTH, yrows, 2, px)
        _pad(yrows, 0, px)
        s = x0 + 1
        _symmetric3(yrows, s, s + 1, s + 2, taps, _SMOOTH, out, (y - y0) * nx, nx)


@njit(cache=True)
def _advance(volume, shape, scale, taps, z, z_start, y0, y1, x0, nx, scratch, out):
    """Write the channels of one scale for rows y0 ... y1 - 1 of slice z to ``out``.

    Slices come in ascending order; ``z_start`` is the first of them, at which the ring is filled.
    """
    zrows, yrows, xrows, prows, products, ring = scratch
    if scale == 0:
        _smallest_scale(volume, shape, taps, z, y0, y1, x0, nx, zrows, yrows, out)
        return
    _derivative_channels(volume, shape, taps, z, y0, y1, x0, nx, zrows, yrows, xrows, out)
    first = z - 2 if z == z_start else z + 2
    for ahead in range(first, z + 3):
        source = _mirror(ahead, shape[0])
        slot = ahead % 5 * 6 * STRIP * nx
        _smooth_products(
            volume, shape, taps, source, y0, y1, x0, nx, zrows, yrows, prows, products, ring, slot
        )
    _tensor_channels(ring, z, taps, y1 - y0, nx, xrows, out)


@njit(cache=True)
def _scratch(px, nx):
    """Return the row buffers of one job."""
    return (
        np.empty(4 * (STRIP + 6) * px, dtype=np.float32),
        np.empty(7 * (px + 4), dtype=np.float32),
        np.empty(10 * nx, dtype=np.float32),
        np.empty(9 * (px + 4), dtype=np.float32),
        np.empty(6 * (STRIP + 4) * nx, dtype=np.float32),
        np.empty(5 * 6 * STRIP * nx, dtype=np.float32),
    )


@njit(cache=True)
def _channels_of(scale):
    """Return the first channel of a scale and how many it has."""
    return (0, 1) if scale == 0 else (10 * scale - 9, 10)


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
    shape = smoothed.shape[1:]
    strips = (ny + STRIP - 1) // STRIP
    stacks = (nz + depth - 1) // depth
    for job in prange(strips * stacks):
        z0, y0 = job // strips * depth, job % strips * STRIP
        z1, y1 = min(z0 + depth, nz), min(y0 + STRIP, ny)
        scratch = _scratch(shape[2], nx)
        rows = np.empty(10 * STRIP * nx, dtype=np.float32)
        for scale in range(smoothed.shape[0]):
            volume = smoothed[scale].reshape(-1)
            first, count = _channels_of(scale)
            for z in range(z0, z1):
                _advance(
                    volume, shape, scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], nx, scratch, rows,
                )  # fmt: skip
                for k in range(count):
                    for y in range(y0, y1):
                        at = (k * STRIP + y - y0) * nx
                        for x in range(nx):
                            out[first + k, z, y, x] = rows[at + x]


@njit(cache=True, parallel=True)
def gather_channels(smoothed, taps, origin, inner, depth, row_start, columns, out):
    """Write the channels of chosen voxels of a block's inner part, one voxel a row.

    Parameters
    ----------
    smoothed, taps, origin, depth
        As in `write_channels`.
    inner : tuple of int
        Shape (z, y, x) of the inner part.
    row_start : ndarray of int64, shape (z * y + 1,)
        Where the voxels of each row of the inner part begin in ``columns``.
    columns : ndarray of int32, shape (n,)
        The x of each voxel, in the order of the voxels.
    out : ndarray of float32, shape (n, N_CHANNELS)
        Output.
    """
    nz, ny, nx = inner
    shape = smoothed.shape[1:]
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
        scratch = _scratch(shape[2], nx)
        rows = np.empty(10 * STRIP * nx, dtype=np.float32)
        for scale in range(smoothed.shape[0]):
            volume = smoothed[scale].reshape(-1)
            first, count = _channels_of(scale)
            for z in range(z0, z1):
                _advance(
                    volume, shape, scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], nx, scratch, rows,
                )  # fmt: skip
                for y in range(y0, y1):
                    for i in range(row_start[z * ny + y], row_start[z * ny + y + 1]):
                        at = (y - y0) * nx + columns[i]
                        for k in range(count):
                            out[i, first + k] = rows[k * STRIP * nx + at]


@njit(cache=True, parallel=True)
def code_channels(smoothed, taps, origin, inner, depth, group, low, per_unit, table, out):
    """Write the channels of a block's inner part as codes of one byte, in groups of 64 voxels.

    Parameters
    ----------
    smoothed, taps, origin, inner, depth
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
    nz, ny, nx = inner
    shape = smoothed.shape[1:]
    strips = (ny + STRIP - 1) // STRIP
    stacks = (nz + depth - 1) // depth
    gz, gy, gx = group
    forests, _, down, across = out.shape[:4]
    flat = out.reshape(-1)
    tables = table.reshape(-1)
    for job in prange(strips * stacks):
        z0, y0 = job // strips * depth, job % strips * STRIP
        z1, y1 = min(z0 + depth, nz), min(y0 + STRIP, ny)
        scratch = _scratch(shape[2], nx)
        rows = np.empty(10 * STRIP * nx, dtype=np.float32)
        cells = np.zeros(across * gx, dtype=np.int32)
        for scale in range(smoothed.shape[0]):
            volume = smoothed[scale].reshape(-1)
            first, count = _channels_of(scale)
            for z in range(z0, z1):
                _advance(
                    volume, shape, scale, taps[scale], z + origin[0], z0 + origin[0],
                    y0 + origin[1], y1 + origin[1], origin[2], nx, scratch, rows,
                )  # fmt: skip
                for forest in range(forests):
                    for y in range(y0, y1):
                        lane = (z % gz * gy + y % gy) * gx
                        groups = ((forest * (out.shape[1]) + z // gz) * down + y // gy) * across
                        for k in range(count):
                            channel = first + k
                            _cells(
                                rows, (k * STRIP + y - y0) * nx, nx, low[forest, channel],
                                per_unit[forest, channel], cells,
                            )  # fmt: skip
                            _look_up(
                                tables, (forest * N_CHANNELS + channel) * (CODE_CELLS + 1), cells,
                                flat, (groups * N_CHANNELS + channel) * 64 + lane, gx,
                            )  # fmt: skip


@njit(cache=True)
def _cells(rows, at, n, low, per_unit, cells):
    """Write the number of the cell that each value falls into; outside the range, the nearest."""
    top = np.float32(CODE_CELLS)
    zero = np.float32(0.0)
    at = np.uint64(at)
    for x in range(np.uint64(n)):
        position = (rows[at + x] - low) * per_unit
        cells[x] = np.int32(min(max(position, zero), top))


@njit(cache=True)
def _look_up(tables, table, cells, codes, to, run):
    """Write the codes of a row of cells, ``run`` neighbours to a group."""
    table, to, run = np.uint64(table), np.uint64(to), np.uint64(run)
    cell = np.uint64(0)
    while cell < np.uint64(cells.size):
        for i in range(run):
            codes[to + i] = tables[table + np.uint64(cells[cell + i])]
        cell += run
        to += np.uint64(N_CHANNELS * 64)
