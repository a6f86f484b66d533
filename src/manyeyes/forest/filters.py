"""The 61 channels, computed row by row from the pre-smoothed volumes.

A job is a stack of slices of a strip of rows. It moves through its slices and keeps the smoothed
gradient products of the last five, so that only short rows are in use and stay in the cache. A
finished row is written at once: to a table of labelled voxels, or as codes of one byte to groups
of 64 neighbouring voxels.

Rows lie in flat arrays and are named by their offsets, since creating a view of each row would cost
more than its arithmetic. The offsets in inner loops are unsigned: Numba checks signed ones for
counting from the end.

Compiled functions here call only functions of this file, because Numba's cache on disk notices
changes in a kernel's own file, but not in the files that it imports.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange

from .taps import N_STENCILS, SCALES

N_CHANNELS = 1 + 10 * (len(SCALES) - 1)
"""Smoothing at the smallest scale, ten channels at each of the others."""

CODE_CELLS = 8192
"""Cells into which the range of a channel is divided; a table holds the code of each cell."""

STACK = 16
"""Slices in a job; a multiple of the depth of every group of voxels."""

STRIP = 8
"""Rows in a job."""

# The filters at one scale, in the order of `manyeyes.forest.taps.filter_taps`.
_SMOOTH, _FIRST, _SECOND, _NARROW, _INNER_SMOOTH, _INNER_FIRST = range(N_STENCILS)

# Rows along x from which the derivative channels are made: the Hessian (xx, xy, xz, yy, yz, zz),
# the gradient (x, y, z), and the narrower Gaussian.
_XX, _XY, _XZ, _YY, _YZ, _ZZ, _X, _Y, _Z, _G = range(10)


class SmoothedBlock(NamedTuple):
    """A block, smoothed at every scale, and the filters to run on it."""

    volumes: np.ndarray  # float32 (scales, z', y', x'): the inner part and what filters see around
    taps: np.ndarray  # float32 (scales, N_STENCILS, 5), of `manyeyes.forest.taps.filter_taps`
    # Arrays, because loops over threads take no tuple within a tuple.
    origin: np.ndarray  # int64 (3,): index in volumes of the first inner voxel
    shape: np.ndarray  # int64 (3,): of the inner part


class Coders(NamedTuple):
    """How several forests code the channels."""

    low: np.ndarray  # float32 (forests, N_CHANNELS): where the coded range begins
    per_unit: np.ndarray  # float32 (forests, N_CHANNELS): cells per unit
    table: np.ndarray  # uint8 (forests, N_CHANNELS, CODE_CELLS + 1): the code of each cell


class _Buffers(NamedTuple):
    """Flat scratch arrays of a job; rows of yrows and prows have two more places at each end."""

    zrows: np.ndarray  # (4, STRIP + 6, x')
    yrows: np.ndarray  # (7, x' + 4)
    xrows: np.ndarray  # (10, x)
    prows: np.ndarray  # (9, x' + 4)
    products: np.ndarray  # (6, STRIP + 4, x)
    ring: np.ndarray  # (5, 6, STRIP, x): smoothed products of the last five slices
    channels: np.ndarray  # (10, STRIP, x): the channels of one scale and slice


class _Strip(NamedTuple):
    """Rows y0 ... y1 - 1 of the pre-smoothed volume of a scale, with nx columns from x0 on."""

    volume: np.ndarray  # flat
    shape: tuple[int, int, int]
    taps: tuple  # of each filter, five numbers
    y0: int
    y1: int
    x0: int
    nx: int
    buffers: _Buffers


@njit(cache=True)
def _mirror(index, size):
    """Return the index inside 0 ... size - 1 by mirroring at the border voxels."""
    if size == 1:
        return 0
    period = 2 * (size - 1)
    index = abs(index) % period
    return index if index < size else period - index


@njit(cache=True)
def _neighbours(index, size, low, stride):
    """Return the offsets of the rows or planes index - 2 ... index + 2, counted from ``low``."""
    return (
        (_mirror(index - 2, size) - low) * stride,
        (_mirror(index - 1, size) - low) * stride,
        (index - low) * stride,
        (_mirror(index + 1, size) - low) * stride,
        (_mirror(index + 2, size) - low) * stride,
    )


@njit(cache=True)
def _moved(rows, by):
    """Return five offsets moved by a distance."""
    a, b, c, d, e = rows
    return a + by, b + by, c + by, d + by, e + by


@njit(cache=True)
def _spaced(at, step=1):
    """Return five offsets at equal distances."""
    return at, at + step, at + 2 * step, at + 3 * step, at + 4 * step


@njit(cache=True)
def _symmetric(source, rows, taps, target, to, n):
    """Write a symmetric 5-tap sum of n voxels of five rows to the row at ``to``."""
    a, b, c = np.uint64(rows[0]), np.uint64(rows[1]), np.uint64(rows[2])
    d, e, to = np.uint64(rows[3]), np.uint64(rows[4]), np.uint64(to)
    w2, w1, w0 = taps[0], taps[1], taps[2]
    for x in range(np.uint64(n)):
        target[to + x] = w0 * source[c + x] + (
            w1 * (source[b + x] + source[d + x]) + w2 * (source[a + x] + source[e + x])
        )


@njit(cache=True)
def _antisymmetric(source, rows, taps, target, to, n):
    """Write an antisymmetric 5-tap sum, as `_symmetric` does."""
    a, b, d = np.uint64(rows[0]), np.uint64(rows[1]), np.uint64(rows[3])
    e, to = np.uint64(rows[4]), np.uint64(to)
    w1, w2 = taps[3], taps[4]
    for x in range(np.uint64(n)):
        target[to + x] = w1 * (source[d + x] - source[b + x]) + w2 * (source[e + x] - source[a + x])


@njit(cache=True)
def _symmetric3(source, rows, taps, target, to, n):
    """Write the sum of `_symmetric` for taps whose outer two are 0."""
    b, c, d = np.uint64(rows[1]), np.uint64(rows[2]), np.uint64(rows[3])
    to = np.uint64(to)
    w1, w0 = taps[1], taps[2]
    for x in range(np.uint64(n)):
        target[to + x] = w0 * source[c + x] + w1 * (source[b + x] + source[d + x])


@njit(cache=True)
def _antisymmetric3(source, rows, taps, target, to, n):
    """Write the sum of `_antisymmetric` for taps whose outer two are 0."""
    b, d, to = np.uint64(rows[1]), np.uint64(rows[3]), np.uint64(to)
    w1 = taps[3]
    for x in range(np.uint64(n)):
        target[to + x] = w1 * (source[d + x] - source[b + x])


@njit(cache=True)
def _multiply(rows, a, b, to, n):
    """Write the product of n voxels of the rows at a and b to the row at ``to``."""
    a, b, to = np.uint64(a), np.uint64(b), np.uint64(to)
    for x in range(np.uint64(n)):
        rows[to + x] = rows[a + x] * rows[b + x]


@njit(cache=True)
def _pad(rows, at, n):
    """Mirror the n voxels of a row into the two places before it, at ``at``, and behind it."""
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
    angle is a polynomial in the cosine of half that angle. This needs no mathematical library,
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
def _combine(xrows, out, to, length, n):
    """Write channels 1-3 from the rows along x; channel 0 is at ``to``, the next ``length`` on."""
    xx, yy, zz = np.uint64(_XX * n), np.uint64(_YY * n), np.uint64(_ZZ * n)
    x, y, z = np.uint64(_X * n), np.uint64(_Y * n), np.uint64(_Z * n)
    g, to, length = np.uint64(_G * n), np.uint64(to), np.uint64(length)
    laplacian = to + length
    gradient = laplacian + length
    difference = gradient + length
    for i in range(np.uint64(n)):
        out[laplacian + i] = xrows[xx + i] + xrows[yy + i] + xrows[zz + i]
        out[gradient + i] = math.sqrt(
            xrows[x + i] * xrows[x + i] + xrows[y + i] * xrows[y + i] + xrows[z + i] * xrows[z + i]
        )
        out[difference + i] = out[to + i] - xrows[g + i]


@njit(cache=True)
def _derivative_channels(strip, z):
    """Write channels 0-3 and 7-9 of one scale in slice z."""
    taps, y0, x0, nx = strip.taps, strip.y0, strip.x0, strip.nx
    zrows, yrows, xrows = strip.buffers.zrows, strip.buffers.yrows, strip.buffers.xrows
    out = strip.buffers.channels
    nz, ny, px = strip.shape
    low, high = max(0, y0 - 2), min(ny, strip.y1 + 2)
    planes = _neighbours(z, nz, 0, ny * px)
    stack = (STRIP + 6) * px
    for y in range(low, high):
        rows = _moved(planes, y * px)
        to = (y - low) * px
        _symmetric(strip.volume, rows, taps[_SMOOTH], zrows, to, px)
        _antisymmetric(strip.volume, rows, taps[_FIRST], zrows, stack + to, px)
        _symmetric(strip.volume, rows, taps[_SECOND], zrows, 2 * stack + to, px)
        _symmetric3(strip.volume, rows, taps[_NARROW], zrows, 3 * stack + to, px)
    wide = px + 4
    length = STRIP * nx
    for y in range(y0, strip.y1):
        rows = _neighbours(y, ny, low, px)
        _symmetric(zrows, rows, taps[_SMOOTH], yrows, 2, px)
        _antisymmetric(zrows, rows, taps[_FIRST], yrows, wide + 2, px)
        _symmetric(zrows, rows, taps[_SECOND], yrows, 2 * wide + 2, px)
        rows = _moved(rows, stack)
        _symmetric(zrows, rows, taps[_SMOOTH], yrows, 3 * wide + 2, px)
        _antisymmetric(zrows, rows, taps[_FIRST], yrows, 4 * wide + 2, px)
        rows = _moved(rows, stack)
        _symmetric(zrows, rows, taps[_SMOOTH], yrows, 5 * wide + 2, px)
        _symmetric3(zrows, _moved(rows, stack), taps[_NARROW], yrows, 6 * wide + 2, px)
        for k in range(7):
            _pad(yrows, k * wide, px)
        row = (y - y0) * nx
        _symmetric(yrows, _spaced(x0), taps[_SMOOTH], out, row, nx)
        _symmetric(yrows, _spaced(x0), taps[_SECOND], xrows, _XX * nx, nx)
        _antisymmetric(yrows, _spaced(wide + x0), taps[_FIRST], xrows, _XY * nx, nx)
        _antisymmetric(yrows, _spaced(3 * wide + x0), taps[_FIRST], xrows, _XZ * nx, nx)
        _symmetric(yrows, _spaced(2 * wide + x0), taps[_SMOOTH], xrows, _YY * nx, nx)
        _symmetric(yrows, _spaced(4 * wide + x0), taps[_SMOOTH], xrows, _YZ * nx, nx)
        _symmetric(yrows, _spaced(5 * wide + x0), taps[_SMOOTH], xrows, _ZZ * nx, nx)
        _antisymmetric(yrows, _spaced(x0), taps[_FIRST], xrows, _X * nx, nx)
        _symmetric(yrows, _spaced(wide + x0), taps[_SMOOTH], xrows, _Y * nx, nx)
        _symmetric(yrows, _spaced(3 * wide + x0), taps[_SMOOTH], xrows, _Z * nx, nx)
        _symmetric3(yrows, _spaced(6 * wide + x0), taps[_NARROW], xrows, _G * nx, nx)
        _combine(xrows, out, row, length, nx)
        symmetric_eigenvalues(xrows, nx, out, 7 * length + row, length)


@njit(cache=True)
def _smooth_products(strip, z, slot):
    """Write the gradient products of slice z, smoothed along x and y, to the ring at ``slot``."""
    taps, y0, nx = strip.taps, strip.y0, strip.nx
    zrows, yrows, prows = strip.buffers.zrows, strip.buffers.yrows, strip.buffers.prows
    products = strip.buffers.products
    nz, ny, px = strip.shape
    low, high = max(0, y0 - 3), min(ny, strip.y1 + 3)
    planes = _neighbours(z, nz, 0, ny * px)
    stack = (STRIP + 6) * px
    for y in range(low, high):
        rows = _moved(planes, y * px)
        to = (y - low) * px
        _symmetric3(strip.volume, rows, taps[_INNER_SMOOTH], zrows, to, px)
        _antisymmetric3(strip.volume, rows, taps[_INNER_FIRST], zrows, stack + to, px)
    wide = px + 4
    tall = (STRIP + 4) * nx
    height = strip.y1 - y0
    gx, gy, gz = 6 * wide, 7 * wide, 8 * wide
    factors = ((gx, gx), (gx, gy), (gx, gz), (gy, gy), (gy, gz), (gz, gz))
    for i in range(height + 4):
        # The products are mirrored, not the gradient, whose sign would change at the border.
        rows = _neighbours(_mirror(y0 - 2 + i, ny), ny, low, px)
        _symmetric3(zrows, rows, taps[_INNER_SMOOTH], yrows, 2, px)
        _antisymmetric3(zrows, rows, taps[_INNER_FIRST], yrows, wide + 2, px)
        _symmetric3(zrows, _moved(rows, stack), taps[_INNER_SMOOTH], yrows, 2 * wide + 2, px)
        for k in range(3):
            _pad(yrows, k * wide, px)
        _antisymmetric3(yrows, _spaced(0), taps[_INNER_FIRST], prows, gx, px)
        _symmetric3(yrows, _spaced(wide), taps[_INNER_SMOOTH], prows, gy, px)
        _symmetric3(yrows, _spaced(2 * wide), taps[_INNER_SMOOTH], prows, gz, px)
        for k in range(6):
            _multiply(prows, factors[k][0], factors[k][1], k * wide + 2, px)
            _pad(prows, k * wide, px)
            rows = _spaced(k * wide + strip.x0)
            _symmetric(prows, rows, taps[_SMOOTH], products, k * tall + i * nx, nx)
    for k in range(6):
        for i in range(height):
            rows = _spaced(k * tall + i * nx, nx)
            to = slot + (k * STRIP + i) * nx
            _symmetric(products, rows, taps[_SMOOTH], strip.buffers.ring, to, nx)


@njit(cache=True)
def _tensor_channels(strip, z):
    """Write channels 4-6 of one scale in slice z from the ring."""
    nx, xrows = strip.nx, strip.buffers.xrows
    slot = 6 * STRIP * nx
    slots = ((z - 2) % 5 * slot, (z - 1) % 5 * slot, z % 5 * slot,
             (z + 1) % 5 * slot, (z + 2) % 5 * slot)  # fmt: skip
    length = STRIP * nx
    for i in range(strip.y1 - strip.y0):
        for k in range(6):
            rows = _moved(slots, k * length + i * nx)
            _symmetric(strip.buffers.ring, rows, strip.taps[_SMOOTH], xrows, k * nx, nx)
        symmetric_eigenvalues(xrows, nx, strip.buffers.channels, 4 * length + i * nx, length)


@njit(cache=True)
def _smallest_scale(strip, z):
    """Write the one channel of the smallest scale in slice z."""
    smooth, zrows, yrows = strip.taps[_SMOOTH], strip.buffers.zrows, strip.buffers.yrows
    nz, ny, px = strip.shape
    low, high = max(0, strip.y0 - 1), min(ny, strip.y1 + 1)
    planes = _neighbours(z, nz, 0, ny * px)
    for y in range(low, high):
        _symmetric3(strip.volume, _moved(planes, y * px), smooth, zrows, (y - low) * px, px)
    for y in range(strip.y0, strip.y1):
        _symmetric3(zrows, _neighbours(y, ny, low, px), smooth, yrows, 2, px)
        _pad(yrows, 0, px)
        to = (y - strip.y0) * strip.nx
        _symmetric3(yrows, _spaced(strip.x0), smooth, strip.buffers.channels, to, strip.nx)


@njit(cache=True)
def _write_slice(strip, scale, z, z_start):
    """Write the channels of one scale in slice z of the volume to the strip's buffer.

    Slices come in ascending order; ``z_start`` is the first, at which the ring is filled.
    """
    if scale == 0:
        _smallest_scale(strip, z)
        return
    _derivative_channels(strip, z)
    first = z - 2 if z == z_start else z + 2
    for ahead in range(first, z + 3):
        slot = ahead % 5 * 6 * STRIP * strip.nx
        _smooth_products(strip, _mirror(ahead, strip.shape[0]), slot)
    _tensor_channels(strip, z)


@njit(cache=True)
def _buffers(block):
    """Return the scratch arrays of one job."""
    px, nx = block.volumes.shape[3], block.shape[2]
    return _Buffers(
        zrows=np.empty(4 * (STRIP + 6) * px, dtype=np.float32),
        yrows=np.empty(7 * (px + 4), dtype=np.float32),
        xrows=np.empty(10 * nx, dtype=np.float32),
        prows=np.empty(9 * (px + 4), dtype=np.float32),
        products=np.empty(6 * (STRIP + 4) * nx, dtype=np.float32),
        ring=np.empty(5 * 6 * STRIP * nx, dtype=np.float32),
        channels=np.empty(10 * STRIP * nx, dtype=np.float32),
    )


@njit(cache=True)
def _numbers(taps):
    """Return five taps as numbers, which stay in registers."""
    return taps[0], taps[1], taps[2], taps[3], taps[4]


@njit(cache=True)
def _strip(block, scale, y0, y1, buffers):
    """Return rows y0 ... y1 - 1 of a block's inner part at one scale."""
    t = block.taps[scale]
    return _Strip(
        volume=block.volumes[scale].reshape(-1),
        shape=block.volumes.shape[1:],
        taps=(_numbers(t[0]), _numbers(t[1]), _numbers(t[2]),
              _numbers(t[3]), _numbers(t[4]), _numbers(t[5])),
        y0=y0 + block.origin[1],
        y1=y1 + block.origin[1],
        x0=block.origin[2],
        nx=block.shape[2],
        buffers=buffers,
    )  # fmt: skip


@njit(cache=True)
def _jobs(shape):
    """Return the number of jobs for a block's inner part."""
    return (shape[0] + STACK - 1) // STACK * ((shape[1] + STRIP - 1) // STRIP)


@njit(cache=True)
def _bounds(shape, job):
    """Return the slices z0 ... z1 - 1 and the rows y0 ... y1 - 1 of a job."""
    strips = (shape[1] + STRIP - 1) // STRIP
    z0, y0 = job // strips * STACK, job % strips * STRIP
    return z0, min(z0 + STACK, shape[0]), y0, min(y0 + STRIP, shape[1])


@njit(cache=True)
def _channels_of(scale):
    """Return the first channel of a scale and the number of its channels."""
    return (0, 1) if scale == 0 else (10 * scale - 9, 10)


@njit(cache=True, parallel=True)
def gather_channels(block, row_start, columns, out):
    """Write the channels of chosen voxels of a block's inner part, one voxel a row.

    Parameters
    ----------
    block : SmoothedBlock
    row_start : ndarray of int64, shape (z * y + 1,)
        Where the voxels of each row of the inner part begin in ``columns``.
    columns : ndarray of int32, shape (n,)
        The x of each voxel, in the order of the voxels.
    out : ndarray of float32, shape (n, N_CHANNELS)
        Output.
    """
    ny, nx = block.shape[1], block.shape[2]
    front = block.origin[0]
    for job in prange(_jobs(block.shape)):
        z0, z1, y0, y1 = _bounds(block.shape, job)
        # Slices without chosen voxels at either end of the job need no channels.
        while z0 < z1 and row_start[z0 * ny + y0] == row_start[z0 * ny + y1]:
            z0 += 1
        while z0 < z1 and row_start[(z1 - 1) * ny + y0] == row_start[(z1 - 1) * ny + y1]:
            z1 -= 1
        if z0 == z1:
            continue
        buffers = _buffers(block)
        for scale in range(block.volumes.shape[0]):
            strip = _strip(block, scale, y0, y1, buffers)
            first, count = _channels_of(scale)
            for z in range(z0, z1):
                _write_slice(strip, scale, z + front, z0 + front)
                for y in range(y0, y1):
                    for i in range(row_start[z * ny + y], row_start[z * ny + y + 1]):
                        at = (y - y0) * nx + columns[i]
                        for k in range(count):
                            out[i, first + k] = buffers.channels[k * STRIP * nx + at]


@njit(cache=True, parallel=True)
def code_channels(block, group, coders, out):
    """Write the channels of a block's inner part as codes of one byte, in groups of 64 voxels.

    Parameters
    ----------
    block : SmoothedBlock
    group : tuple of int
        Shape (z, y, x) of a group: 64 voxels, of which the depth divides STACK and the height
        divides STRIP.
    coders : Coders
    out : ndarray of uint8, shape (forests, groups in z, in y, in x, N_CHANNELS, 64)
        Output. Voxels of a group that lie outside the inner part are left as they are.
    """
    nx = block.shape[2]
    front = block.origin[0]
    gz, gy, gx = group
    forests, deep, down, across = out.shape[:4]
    flat = out.reshape(-1)
    tables = coders.table.reshape(-1)
    for job in prange(_jobs(block.shape)):
        z0, z1, y0, y1 = _bounds(block.shape, job)
        buffers = _buffers(block)
        cells = np.zeros(across * gx, dtype=np.int32)
        for scale in range(block.volumes.shape[0]):
            strip = _strip(block, scale, y0, y1, buffers)
            first, count = _channels_of(scale)
            for z in range(z0, z1):
                _write_slice(strip, scale, z + front, z0 + front)
                for forest in range(forests):
                    for y in range(y0, y1):
                        lane = (z % gz * gy + y % gy) * gx
                        groups = ((forest * deep + z // gz) * down + y // gy) * across
                        for k in range(count):
                            c = first + k
                            at = (k * STRIP + y - y0) * nx
                            low, per_unit = coders.low[forest, c], coders.per_unit[forest, c]
                            _find_cells(buffers.channels, at, nx, low, per_unit, cells)
                            table = (forest * N_CHANNELS + c) * (CODE_CELLS + 1)
                            to = (groups * N_CHANNELS + c) * 64 + lane
                            _look_up(tables, table, cells, flat, to, gx)


@njit(cache=True)
def _find_cells(rows, at, n, low, per_unit, cells):
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
