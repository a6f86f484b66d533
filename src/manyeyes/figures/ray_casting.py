"""The inner loops of `rendering`: rays through voxels, compiled."""

import math

import numba
import numpy as np

from .rendering import END, LEVEL, SECTION, SURFACE

# Step along a ray from the eye, voxels; the hit is then found by bisection. Where the smoothed
# material is 0, no surface is nearer than the longer step.
_STEP = 0.5
_EMPTY_STEP = 2.0
_BISECTIONS = 8
_SKY_STEP = 1.5
# Steps towards the sky double over this distance in voxels; particles are wider.
_SKY_GROWTH = 16.0
# Weights of lamp and sky.
_LAMP, _SKY = 0.55, 0.6


@numba.njit(cache=True, inline="always")
def _inside(shape, cut, p0, p1, p2):
    """Return whether a point is in the block and not in the part that is cut away."""
    n0, n1, n2 = shape
    if p0 < 0 or p1 < 0 or p2 < 0 or p0 > n0 or p1 > n1 or p2 > n2:
        return False
    return not (
        cut[0, 0] <= p0 < cut[1, 0] and cut[0, 1] <= p1 < cut[1, 1] and cut[0, 2] <= p2 < cut[1, 2]
    )


@numba.njit(cache=True)
def _material(field, p0, p1, p2):
    """Return the smoothed material at a point, by trilinear interpolation between voxel centres."""
    n0, n1, n2 = field.shape
    q0 = min(max(p0 - 0.5, 0.0), n0 - 1.0)
    q1 = min(max(p1 - 0.5, 0.0), n1 - 1.0)
    q2 = min(max(p2 - 0.5, 0.0), n2 - 1.0)
    i, j, k = int(q0), int(q1), int(q2)
    a, b, c = q0 - i, q1 - j, q2 - k
    i1, j1, k1 = min(i + 1, n0 - 1), min(j + 1, n1 - 1), min(k + 1, n2 - 1)
    near = (field[i, j, k] * (1 - c) + field[i, j, k1] * c) * (1 - b) + (
        field[i, j1, k] * (1 - c) + field[i, j1, k1] * c
    ) * b
    far = (field[i1, j, k] * (1 - c) + field[i1, j, k1] * c) * (1 - b) + (
        field[i1, j1, k] * (1 - c) + field[i1, j1, k1] * c
    ) * b
    return near * (1 - a) + far * a


@numba.njit(cache=True)
def _solid(field, cut, p0, p1, p2):
    return _inside(field.shape, cut, p0, p1, p2) and _material(field, p0, p1, p2) > LEVEL


@numba.njit(cache=True)
def _stride(field, p0, p1, p2):
    """Return how far a ray may go from a point without missing a surface."""
    n0, n1, n2 = field.shape
    i, j, k = int(p0), int(p1), int(p2)
    if p0 < 0 or p1 < 0 or p2 < 0 or i >= n0 or j >= n1 or k >= n2:
        return _STEP
    return _EMPTY_STEP if field[i, j, k] == 0 else _STEP


@numba.njit(cache=True)
def _shaded(field, cut, p, d, through):
    """Return whether a ray from a point to the lamp meets smoothed material, for smooth shadows."""
    n0, n1, n2 = field.shape
    t = _STEP
    while t <= through:
        p0, p1, p2 = p[0] + t * d[0], p[1] + t * d[1], p[2] + t * d[2]
        if p0 < 0 or p1 < 0 or p2 < 0 or p0 > n0 or p1 > n1 or p2 > n2:
            return False
        if _solid(field, cut, p0, p1, p2):
            return True
        t += _stride(field, p0, p1, p2)
    return False


@numba.njit(cache=True)
def _meets(solid, p, d, step, reach):
    """Return whether a ray from a point meets a voxel of material within its reach."""
    n0, n1, n2 = solid.shape
    t = step
    while t <= reach:
        p0, p1, p2 = p[0] + t * d[0], p[1] + t * d[1], p[2] + t * d[2]
        if p0 < 0 or p1 < 0 or p2 < 0 or p0 >= n0 or p1 >= n1 or p2 >= n2:
            return False
        if solid[int(p0), int(p1), int(p2)]:
            return True
        t += step * (1.0 + t / _SKY_GROWTH)
    return False


@numba.njit(parallel=True, cache=True)
def cast(field, solid, cut, camera, light, size):
    """Return brightness and kind of each pixel, and the place of the voxel that it shows, or -1.

    `field` is the smoothed material, 0 to 1; `solid` are the voxels of material that are not cut
    away; `cut` (2, 3) has the corners of what is cut away; `size` is (rows, columns).
    """
    rows, columns = size
    axes, lamp, sky = camera.axes, light.lamp, light.sky
    n0, n1, n2 = field.shape
    through = math.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
    brightness = np.ones((rows, columns), dtype=np.float32)
    kind = np.zeros((rows, columns), dtype=np.uint8)
    voxel = np.full((rows, columns), -1, dtype=np.int64)
    for row in numba.prange(rows):
        start, p, normal, d = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
        for column in range(columns):
            right = camera.left + (column + 0.5) * camera.pixel
            down = camera.top + (row + 0.5) * camera.pixel
            # Where the ray enters and leaves the block.
            first, last = 0.0, through + 2.0
            for axis in range(3):
                along = axes[2, axis]
                start[axis] = (
                    right * axes[0, axis] + down * axes[1, axis] + (camera.nearest - 1) * along
                )
                if abs(along) > 1e-9:
                    one = -start[axis] / along
                    other = (field.shape[axis] - start[axis]) / along
                    first = max(first, min(one, other))
                    last = min(last, max(one, other))
                elif start[axis] < 0 or start[axis] > field.shape[axis]:
                    last = -1.0
            t, found = first, False
            before = first - 1e-3
            while t <= last:
                for axis in range(3):
                    p[axis] = start[axis] + t * axes[2, axis]
                if _solid(field, cut, p[0], p[1], p[2]):
                    found = True
                    break
                before = t
                t += _stride(field, p[0], p[1], p[2])
            if not found:
                continue
            after = t
            for _ in range(_BISECTIONS):
                middle = 0.5 * (before + after)
                for axis in range(3):
                    p[axis] = start[axis] + middle * axes[2, axis]
                if _solid(field, cut, p[0], p[1], p[2]):
                    after = middle
                else:
                    before = middle
            # Just before the hit: outside of what is shown means that a plane cut the particle.
            for axis in range(3):
                p[axis] = start[axis] + before * axes[2, axis]
            on_plane = not _inside(field.shape, cut, p[0], p[1], p[2])
            for axis in range(3):
                p[axis] = start[axis] + after * axes[2, axis]
            if on_plane:
                nearest, which = 1e30, 0
                for axis in range(3):
                    ends = (0.0, float(field.shape[axis]), cut[0, axis], cut[1, axis])
                    for k, end in enumerate(ends):
                        if abs(p[axis] - end) < nearest:
                            nearest, which = abs(p[axis] - end), axis
                            kind[row, column] = END if k < 2 else SECTION
                normal[:] = 0.0
                normal[which] = -1.0 if axes[2, which] > 0 else 1.0
            else:
                kind[row, column] = SURFACE
                length = 0.0
                for axis in range(3):
                    d[:] = p
                    d[axis] = p[axis] + 1.0
                    above = _material(field, d[0], d[1], d[2])
                    d[axis] = p[axis] - 1.0
                    normal[axis] = _material(field, d[0], d[1], d[2]) - above
                    length += normal[axis] ** 2
                length = max(math.sqrt(length), 1e-9)
                for axis in range(3):
                    normal[axis] /= length
            place = 0
            for axis in range(3):
                inwards = int(p[axis] - 0.5 * normal[axis])
                place = place * field.shape[axis] + min(max(inwards, 0), field.shape[axis] - 1)
            voxel[row, column] = place
            # Away from the surface by more than the steps of voxels.
            for axis in range(3):
                p[axis] += 1.5 * normal[axis]
            facing = normal[0] * lamp[0] + normal[1] * lamp[1] + normal[2] * lamp[2]
            lit = 0.0
            if facing > 0 and not _shaded(field, cut, p, lamp, through):
                lit = facing
            seen = 0
            for k in range(len(sky)):
                # Uniform directions plus the normal: cosine-weighted, as a matt surface needs.
                length = 0.0
                for axis in range(3):
                    d[axis] = sky[k, axis] + normal[axis]
                    length += d[axis] ** 2
                length = math.sqrt(length)
                if length < 1e-6:
                    continue
                for axis in range(3):
                    d[axis] /= length
                if not _meets(solid, p, d, _SKY_STEP, light.reach):
                    seen += 1
            brightness[row, column] = min(1.0, _LAMP * lit + _SKY * seen / len(sky) + 0.04)
    return brightness, kind, voxel
