"""The surface of a phase whose voxels are no cubes, as those of a stack of slices are."""

import numpy as np
import scipy

from ..settings import voxel_edges
from .directions import STEPS, pairs_along


def direction_weights(voxel_size_nm: tuple[float, float, float]) -> np.ndarray:
    """Return the weight of each of the 13 directions to a voxel's neighbours.

    The weight is the share of the unit sphere that is nearer to a direction (both senses) than to
    any other (Legland, Kieu and Devaux 2007, doi:10.5566/ias.v26.p83-92): the area of its cell in
    the spherical Voronoi diagram of all 26 neighbours. For cubic voxels the weights are
    `manyeyes.measures.directions.DIRECTION_WEIGHTS`.

    Parameters
    ----------
    voxel_size_nm : tuple of float
        Edges (z, y, x) of a voxel, nm.

    Returns
    -------
    numpy.ndarray
        float64 (13,), in the order of `manyeyes.measures.directions.STEPS`; the sum is 1.

    Raises
    ------
    ValueError
        If an edge is not positive.
    """
    ahead = np.array(STEPS) * voxel_edges(voxel_size_nm)
    points = np.concatenate([ahead, -ahead])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    areas = scipy.spatial.SphericalVoronoi(points).calculate_areas()
    return areas.reshape(2, len(STEPS)).sum(axis=0) / areas.sum()


def surface_um2(phase: np.ndarray, voxel_size_nm: tuple[float, float, float]) -> float:
    """Return the area of a phase's surface in a volume of cuboid voxels.

    Crofton's formula, as in `manyeyes.measures.shape.specific_surface_per_um`, times the volume:
    the surface per volume is twice the mean number of crossings per length of line, over the 13
    directions, each with its weight. Faces of the volume are no surface.

    Parameters
    ----------
    phase : ndarray of bool, shape (z, y, x)
        At least two voxels along each axis.
    voxel_size_nm : tuple of float
        Edges (z, y, x) of a voxel, nm.

    Returns
    -------
    float
        um^2.

    Raises
    ------
    ValueError
        If the volume is thinner than two voxels or an edge is not positive.
    """
    weights = direction_weights(voxel_size_nm)
    if phase.ndim != 3 or phase.dtype != bool or min(phase.shape) < 2:
        raise ValueError(
            "a surface needs a bool volume of at least 2 voxels along each axis, found "
            f"{phase.dtype} {phase.shape}"
        )
    edges_um = voxel_edges(voxel_size_nm) / 1000.0
    crossings_per_um = 0.0
    for step, weight in zip(STEPS, weights, strict=True):
        here, there = pairs_along(step, phase.shape)
        crossed = phase[here] != phase[there]
        length_um = float(np.linalg.norm(np.array(step) * edges_um))
        crossings_per_um += weight * np.count_nonzero(crossed) / (crossed.size * length_um)
    volume_um3 = float(np.prod(np.array(phase.shape) * edges_um))
    return 2.0 * crossings_per_um * volume_um3
