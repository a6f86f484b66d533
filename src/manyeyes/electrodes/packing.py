"""Packing of ellipsoids in a periodic box: particles that touch their neighbours.

Particles start at random places. They are moved, never turned, until overlaps are pushed apart and
near neighbours are pulled into contact. This short-range pull makes the contacts and the uneven
density of a real calendered electrode that is half full. In a plain random packing of that density,
most particles touch no other.
"""

import numba
import numpy as np
import scipy

# Steps between updates of the list of pairs; no particle moves far in between.
_STEPS_PER_LIST = 10
# Share of a pair's misfit that one step removes. All pairs move at once (Jacobi), so at 0.5 a
# particle with many neighbours would overshoot.
_PUSH = 0.3
_SPREADING_STEPS = 50
_CONTACT_STEPS = 100


def random_rotations(
    generator: np.random.Generator, count: int, tilt_sd_degrees: float
) -> np.ndarray:
    """Draw orientations whose third axis is tilted from z by a Gaussian angle.

    Parameters
    ----------
    generator : numpy.random.Generator
    count : int
        Particles.
    tilt_sd_degrees : float
        Spread of the tilt, degrees. Its direction and the turn about the third axis are uniform.

    Returns
    -------
    numpy.ndarray
        (count, 3, 3) float64; row k of each matrix is the particle's axis k in (z, y, x).
    """
    tilt = np.radians(tilt_sd_degrees) * generator.standard_normal(count)
    azimuth, spin = generator.uniform(0, 2 * np.pi, (2, count))
    third = np.stack(
        [np.cos(tilt), np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth)], axis=1
    )
    # Perpendicular to z and the third axis; turned about the third axis it gives the other two.
    level = np.stack([np.zeros(count), np.cos(azimuth), -np.sin(azimuth)], axis=1)
    upright = np.cross(third, level)
    first = np.cos(spin)[:, None] * level + np.sin(spin)[:, None] * upright
    return np.stack([first, np.cross(third, first), third], axis=1)


def pack(
    generator: np.random.Generator,
    size_um: np.ndarray,
    semi_axes_um: np.ndarray,
    rotations: np.ndarray,
    overlap: float,
    pull_range: float,
    spreading: float,
) -> np.ndarray:
    """Place ellipsoids in a periodic box so that neighbours touch.

    Two ellipsoids with shape matrices A and B and centre-to-centre vector r are in contact where
    ``F(r) = l (1 - l) r' [(1 - l) A + l B]^-1 r`` is 1, maximised over l (Perram and Wertheim
    1985, doi:10.1016/0021-9991(85)90171-8). Here l is fixed at a / (a + b), the ratio of the
    radii of spheres of equal volume: exact for spheres and a good lower bound of F otherwise.

    Parameters
    ----------
    generator : numpy.random.Generator
        For the first places.
    size_um : numpy.ndarray
        (3,) edges of the box, um, (z, y, x); opposite faces are joined.
    semi_axes_um : numpy.ndarray
        (n, 3) semi-axes, um.
    rotations : numpy.ndarray
        (n, 3, 3) rows are the directions of the semi-axes, see `random_rotations`.
    overlap : float
        Two particles rest where sqrt(F) = 1 - overlap; at 0 they just touch.
    pull_range : float
        Pairs with sqrt(F) up to 1 - overlap + pull_range are pulled together.
    spreading : float
        Before contact, particles push each other apart as if all were larger by this share, which
        evens out the density of their first places.

    Returns
    -------
    numpy.ndarray
        (n, 3) float64 centres, um, within the box.
    """
    size_um = np.asarray(size_um, dtype=np.float64)
    centres = generator.uniform(0.0, 1.0, (len(semi_axes_um), 3)) * size_um
    shapes = np.einsum("nki,nk,nkj->nij", rotations, semi_axes_um**2, rotations)
    radii = np.cbrt(np.prod(semi_axes_um, axis=1))
    longest = semi_axes_um.max(axis=1)
    rest = 1.0 - overlap
    # Only pairs of the very longest particles can be within reach beyond this distance.
    cutoff = 2 * np.quantile(longest, 0.99) * (1 + max(spreading, pull_range))
    cutoff = min(cutoff, 0.499 * size_um.min())
    for phase_rest, phase_pull, steps in (
        (rest + spreading, 0.0, _SPREADING_STEPS),
        (rest, pull_range, _CONTACT_STEPS),
    ):
        for step in range(steps):
            if step % _STEPS_PER_LIST == 0:
                pairs = scipy.spatial.cKDTree(centres, boxsize=size_um).query_pairs(
                    cutoff, output_type="ndarray"
                )
                pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
            moves = _moves(centres, size_um, shapes, radii, pairs, phase_rest, phase_pull)
            centres = np.mod(centres + moves, size_um)
            # np.mod of a tiny negative number can round up to the edge itself.
            centres[centres >= size_um] = 0.0
    return centres


@numba.njit(cache=True)
def _moves(centres, size_um, shapes, radii, pairs, rest, pull_range):
    """Sum over pairs of the step that each particle takes towards contact."""
    moves = np.zeros_like(centres)
    m = np.empty((3, 3))
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        r0 = centres[j, 0] - centres[i, 0]
        r1 = centres[j, 1] - centres[i, 1]
        r2 = centres[j, 2] - centres[i, 2]
        r0 -= size_um[0] * np.round(r0 / size_um[0])
        r1 -= size_um[1] * np.round(r1 / size_um[1])
        r2 -= size_um[2] * np.round(r2 / size_um[2])
        weight = radii[i] / (radii[i] + radii[j])
        for a in range(3):
            for b in range(3):
                m[a, b] = (1 - weight) * shapes[i, a, b] + weight * shapes[j, a, b]
        # M^-1 r by the adjugate: M is symmetric and positive definite.
        c00 = m[1, 1] * m[2, 2] - m[1, 2] * m[1, 2]
        c01 = m[0, 2] * m[1, 2] - m[0, 1] * m[2, 2]
        c02 = m[0, 1] * m[1, 2] - m[0, 2] * m[1, 1]
        c11 = m[0, 0] * m[2, 2] - m[0, 2] * m[0, 2]
        c12 = m[0, 1] * m[0, 2] - m[0, 0] * m[1, 2]
        c22 = m[0, 0] * m[1, 1] - m[0, 1] * m[0, 1]
        scale = weight * (1 - weight) / (m[0, 0] * c00 + m[0, 1] * c01 + m[0, 2] * c02)
        g0 = scale * (c00 * r0 + c01 * r1 + c02 * r2)
        g1 = scale * (c01 * r0 + c11 * r1 + c12 * r2)
        g2 = scale * (c02 * r0 + c12 * r1 + c22 * r2)
        f = r0 * g0 + r1 * g1 + r2 * g2
        if f <= 0.0:
            continue
        s = np.sqrt(f)
        if s >= rest + pull_range:
            continue
        # Along the gradient of s, g / s, the misfit vanishes after (rest - s) / |g / s|.
        step = 0.5 * _PUSH * (rest - s) * s / (g0 * g0 + g1 * g1 + g2 * g2)
        moves[i, 0] -= step * g0
        moves[i, 1] -= step * g1
        moves[i, 2] -= step * g2
        moves[j, 0] += step * g0
        moves[j, 1] += step * g1
        moves[j, 2] += step * g2
    return moves
