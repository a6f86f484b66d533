"""Grains that fill space: a Voronoi polycrystal whose boundaries wander."""

import math
from typing import NamedTuple

import numba
import numpy as np
import scipy

from ..electrodes.fields import random_field, sample
from ..randomness import generator

# Least distance of two seeds, as a share of the mean grain diameter: grains of a sintered particle
# are more alike in size than those of a random Voronoi tessellation.
_LEAST_DISTANCE = 0.6
# Grains beyond the block, in mean diameters, so that its faces cut whole cells.
_MARGIN = 1.5
# Distance of the nodes of the fields by which boundaries wander, as a share of the mean diameter.
_WANDERING = 0.35


class Boundaries(NamedTuple):
    """How far voxels are from the boundaries of their grain.

    Attributes
    ----------
    grain : numpy.ndarray
        uint16 (z, y, x), the number of the grain.
    nearest_um, second_um : numpy.ndarray
        float32 (z, y, x), distances to its nearest wall and to the second nearest, um. Both are
        small where three grains meet.
    """

    grain: np.ndarray
    nearest_um: np.ndarray
    second_um: np.ndarray


def draw_seeds(size_um: tuple[float, float, float], grain_um: float, *seed_names) -> np.ndarray:
    """Draw the grains' centres: random points that keep their distance.

    Parameters
    ----------
    size_um : tuple of float
        Edges (z, y, x) of the block, um; the centres also fill a margin about it.
    grain_um : float
        Diameter of a sphere of the grains' mean volume, um.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float64 (n, 3), um, (z, y, x).
    """
    margin = _MARGIN * grain_um
    edges = np.array(size_um) + 2 * margin
    count = max(8, math.ceil(np.prod(edges) / (math.pi / 6 * grain_um**3)))
    draw = generator(*seed_names)
    seeds = np.empty((count, 3))
    placed, tries = 0, 0
    while placed < count:
        # Towards the end hardly a place is left, so the distance yields a little with each try.
        least = _LEAST_DISTANCE * grain_um * 0.999 ** (tries / count)
        point = draw.uniform(0, 1, 3) * edges - margin
        tries += 1
        if ((seeds[:placed] - point) ** 2).sum(axis=1).min(initial=np.inf) >= least**2:
            seeds[placed] = point
            placed += 1
    return seeds


def boundaries(
    seeds_um: np.ndarray,
    axes_um: tuple[np.ndarray, np.ndarray, np.ndarray],
    waviness_um: float,
    spacing_um: float,
    *seed_names: object,
) -> Boundaries:
    """Return each voxel's grain and its distances to the two nearest walls.

    A wall is the plane halfway between two centres. Coordinates are displaced by a smooth random
    field first, so walls wander; distances are those before that, right to first order.

    Parameters
    ----------
    seeds_um : numpy.ndarray
        (n, 3) centres, um.
    axes_um : tuple of numpy.ndarray
        z, y and x coordinates of the grid, um.
    waviness_um : float
        Standard deviation of each coordinate's displacement, um.
    spacing_um : float
        Mean diameter of the grains, um.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    """
    shape = tuple(len(axis) for axis in axes_um)
    displaced = np.zeros((3, *shape), dtype=np.float32)
    if waviness_um > 0:
        for axis, name in enumerate("zyx"):
            field = random_field(_WANDERING * spacing_um, *seed_names, "wandering", name)
            displaced[axis] = np.float32(waviness_um) * sample(field, axes_um)
    first, neighbours = _neighbours(seeds_um)
    found = Boundaries(
        np.empty(shape, dtype=np.uint16),
        np.empty(shape, dtype=np.float32),
        np.empty(shape, dtype=np.float32),
    )
    _find_walls(axes_um, displaced, seeds_um, (first, neighbours), found)
    return found


def _neighbours(seeds_um: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours of each seed in the Delaunay triangulation, one list after another."""
    first, neighbours = scipy.spatial.Delaunay(seeds_um).vertex_neighbor_vertices
    return first.astype(np.int64), neighbours.astype(np.int64)


@numba.njit(cache=True)
def _find_walls(axes, displaced, seeds, graph, found):
    z, y, x = axes
    first, neighbours = graph
    grain, nearest, second = found
    current = 0
    for k in range(len(z)):
        for j in range(len(y)):
            for i in range(len(x)):
                p0 = z[k] + displaced[0, k, j, i]
                p1 = y[j] + displaced[1, k, j, i]
                p2 = x[i] + displaced[2, k, j, i]
                here = _square(seeds[current], p0, p1, p2)
                # From cell to cell towards the point: on a Delaunay graph this ends at the nearest
                # seed, mostly at once, as neighbouring voxels share a grain.
                moved = True
                while moved:
                    moved = False
                    for n in range(first[current], first[current + 1]):
                        other = neighbours[n]
                        square = _square(seeds[other], p0, p1, p2)
                        if square < here:
                            here, current, moved = square, other, True
                            break
                one, two = np.inf, np.inf
                for n in range(first[current], first[current + 1]):
                    other = neighbours[n]
                    apart = np.sqrt(
                        _square(
                            seeds[other], seeds[current, 0], seeds[current, 1], seeds[current, 2]
                        )
                    )
                    distance = (_square(seeds[other], p0, p1, p2) - here) / (2 * apart)
                    if distance < one:
                        one, two = distance, one
                    elif distance < two:
                        two = distance
                grain[k, j, i] = current
                nearest[k, j, i] = one
                second[k, j, i] = two


@numba.njit(cache=True, inline="always")
def _square(seed, p0, p1, p2):
    d0, d1, d2 = seed[0] - p0, seed[1] - p1, seed[2] - p2
    return d0 * d0 + d1 * d1 + d2 * d2
