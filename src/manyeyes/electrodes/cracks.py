"""Cracks inside particles: thin, wavy wedges that run in from the surface."""

from typing import NamedTuple

import numba
import numpy as np

from ..randomness import generator


class Cracks(NamedTuple):
    """Where the cracks of an electrode are, ordered by particle.

    Attributes
    ----------
    first : numpy.ndarray
        (particles + 1,) int64; cracks first[n] to first[n + 1] belong to particle n.
    normals : numpy.ndarray
        (cracks, 3) unit normals of the cracks' mean planes, (z, y, x).
    directions : numpy.ndarray
        (cracks, 3) unit vectors in those planes, in which a crack ends.
    offsets_um, tips_um : numpy.ndarray
        (cracks,) distance of the plane, and of the crack's tip, from the particle's centre.
    """

    first: np.ndarray
    normals: np.ndarray
    directions: np.ndarray
    offsets_um: np.ndarray
    tips_um: np.ndarray


def draw_cracks(
    count: int,
    short_axes: np.ndarray,
    radii_um: np.ndarray,
    along_plates: bool,
    *seed_names: object,
) -> Cracks:
    """Draw cracks and assign them to particles at random, weighted by the cube of their size.

    Parameters
    ----------
    count : int
        Number of cracks.
    short_axes : numpy.ndarray
        (n, 3) direction of each particle's shortest axis.
    radii_um : numpy.ndarray
        (n,) sizes of the particles, um, within which a crack's place is drawn.
    along_plates : bool
        Whether cracks split a platelet along its plane, or run in any direction.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    """
    draw = generator(*seed_names)
    owners = np.sort(draw.choice(len(radii_um), size=count, p=radii_um**3 / np.sum(radii_um**3)))
    random = draw.standard_normal((2, count, 3))
    normals = short_axes[owners] + 0.1 * random[0] if along_plates else random[0]
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    directions = random[1] - np.sum(random[1] * normals, axis=1, keepdims=True) * normals
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    places = draw.uniform(-1, 1, (2, count)) * radii_um[owners]
    return Cracks(
        first=np.searchsorted(owners, np.arange(len(radii_um) + 1)),
        normals=normals,
        directions=directions,
        offsets_um=0.4 * places[0],
        tips_um=0.5 * places[1],
    )


def distance_to_cracks(
    axes_um: tuple[np.ndarray, np.ndarray, np.ndarray],
    inside: np.ndarray,
    owner: np.ndarray,
    centres_um: np.ndarray,
    particle: np.ndarray,
    cracks: Cracks,
    wobble_um: np.ndarray,
) -> np.ndarray:
    """Return the distance of points inside particles to their own particle's nearest crack.

    Parameters
    ----------
    axes_um : tuple of numpy.ndarray
        z, y and x coordinates of the grid, um.
    inside : numpy.ndarray
        bool (z, y, x), which points.
    owner : numpy.ndarray
        int32 (z, y, x), row of `centres_um` that a point belongs to.
    centres_um : numpy.ndarray
        (m, 3) centres of particles and their periodic images.
    particle : numpy.ndarray
        (m,) which particle each row is an image of.
    cracks : Cracks
    wobble_um : numpy.ndarray
        float32 (z, y, x): distance of the wavy crack from its mean plane.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), um; infinite where there is no crack.
    """
    out = np.full(inside.shape, np.inf, dtype=np.float32)
    _distances(axes_um, (inside, owner), centres_um, particle, cracks, wobble_um, out)
    return out


@numba.njit(cache=True)
def _distances(axes, where, centres, particle, cracks, wobble, out):
    z, y, x = axes
    inside, owner = where
    normals, directions = cracks.normals, cracks.directions
    for k in range(inside.shape[0]):
        for j in range(inside.shape[1]):
            for i in range(inside.shape[2]):
                if not inside[k, j, i]:
                    continue
                image = owner[k, j, i]
                n = particle[image]
                d0 = z[k] - centres[image, 0]
                d1 = y[j] - centres[image, 1]
                d2 = x[i] - centres[image, 2]
                for c in range(cracks.first[n], cracks.first[n + 1]):
                    across = d0 * normals[c, 0] + d1 * normals[c, 1] + d2 * normals[c, 2]
                    along = d0 * directions[c, 0] + d1 * directions[c, 1] + d2 * directions[c, 2]
                    # Beyond its tip a crack narrows like a wedge.
                    distance = abs(across - cracks.offsets_um[c] - wobble[k, j, i])
                    distance += max(0.0, along - cracks.tips_um[c])
                    out[k, j, i] = min(out[k, j, i], distance)
