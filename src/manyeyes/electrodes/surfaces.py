"""How far points in space are from the surfaces of the nearest two particles."""

import numba
import numpy as np


def nearest_two(
    axes_um: tuple[np.ndarray, np.ndarray, np.ndarray],
    centres_um: np.ndarray,
    semi_axes_um: np.ndarray,
    rotations: np.ndarray,
    reach_um: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return depths below the nearest and second nearest particle surface, and the nearest's index.

    The depth is the first-order distance ``q (1 - q) / |grad(q^2 / 2)|`` to the ellipsoid
    ``q(x) = 1``: positive inside, negative outside, exact for spheres.

    Parameters
    ----------
    axes_um : tuple of numpy.ndarray
        z, y and x coordinates of a grid, um, increasing, 1-D each.
    centres_um, semi_axes_um : numpy.ndarray
        (n, 3) float64, um. Periodic images count as particles.
    rotations : numpy.ndarray
        (n, 3, 3) float64; rows are the directions of the semi-axes in (z, y, x).
    reach_um : float
        Depths below -reach_um are returned as -reach_um. A particle counts only within its box
        with a margin of reach_um.

    Returns
    -------
    nearest, second : numpy.ndarray
        float32 (z, y, x), um.
    owner : numpy.ndarray
        int32 (z, y, x), row of the nearest particle, -1 where none is within reach.
    """
    shape = tuple(len(axis) for axis in axes_um)
    nearest = np.full(shape, -reach_um, dtype=np.float32)
    second = np.full(shape, -reach_um, dtype=np.float32)
    owner = np.full(shape, -1, dtype=np.int32)
    half = box_half_edges(semi_axes_um, rotations) + reach_um
    low = np.stack(
        [np.searchsorted(axes_um[k], centres_um[:, k] - half[:, k], "left") for k in range(3)], 1
    )
    high = np.stack(
        [np.searchsorted(axes_um[k], centres_um[:, k] + half[:, k], "right") for k in range(3)], 1
    )
    found = nearest, second, owner
    _mark(axes_um, (centres_um, semi_axes_um, rotations), reach_um, (low, high), found)
    return found


def box_half_edges(semi_axes_um: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Return half the edges of the upright boxes that hold each ellipsoid, (n, 3), um."""
    return np.sqrt(np.einsum("nki,nk->ni", rotations**2, semi_axes_um**2))


@numba.njit(cache=True)
def _mark(axes, ellipsoids, reach, boxes, found):
    z, y, x = axes
    centres, semi_axes, rotations = ellipsoids
    low, high = boxes
    nearest, second, owner = found
    for n in range(len(centres)):
        a0, a1, a2 = semi_axes[n, 0], semi_axes[n, 1], semi_axes[n, 2]
        shortest = min(a0, a1, a2)
        farthest = (1.0 + reach / shortest) ** 2
        # `t` maps a point to the frame in which the ellipsoid is a unit sphere.
        t = rotations[n] / semi_axes[n].reshape(3, 1)
        for k in range(low[n, 0], high[n, 0]):
            dz = z[k] - centres[n, 0]
            for j in range(low[n, 1], high[n, 1]):
                dy = y[j] - centres[n, 1]
                r0 = t[0, 0] * dz + t[0, 1] * dy
                r1 = t[1, 0] * dz + t[1, 1] * dy
                r2 = t[2, 0] * dz + t[2, 1] * dy
                for i in range(low[n, 2], high[n, 2]):
                    dx = x[i] - centres[n, 2]
                    p0 = r0 + t[0, 2] * dx
                    p1 = r1 + t[1, 2] * dx
                    p2 = r2 + t[2, 2] * dx
                    square = p0 * p0 + p1 * p1 + p2 * p2
                    if square >= farthest:
                        continue
                    if square < 1e-12:
                        depth = shortest
                    else:
                        g0, g1, g2 = p0 / a0, p1 / a1, p2 / a2
                        q = np.sqrt(square)
                        depth = q * (1.0 - q) / np.sqrt(g0 * g0 + g1 * g1 + g2 * g2)
                    if depth > nearest[k, j, i]:
                        second[k, j, i] = nearest[k, j, i]
                        nearest[k, j, i] = depth
                        owner[k, j, i] = n
                    elif depth > second[k, j, i]:
                        second[k, j, i] = depth
