"""Maxima of a landscape that stand out of their surroundings."""

import numba
import numpy as np

from .directions import STEPS


def lasting_maxima(
    heights: np.ndarray, ground: float, least_dip: float, least_height: float
) -> np.ndarray:
    """Return the maxima that stand out.

    The landscape appears from above, as from a falling sea. Where two islands meet, the lower one
    stands out if its top rises above the strait by at least a share of its height. From then on
    both are one island, with the higher top. This rise is the dynamics of a maximum (Grimaud 1992,
    doi:10.1117/12.60650), here compared with the height of each instead of one limit for all.

    Parameters
    ----------
    heights : ndarray of uint16, shape (z, y, x)
        0 is under water for ever. Neighbours share a face, an edge or a corner.
    ground : float
        From where heights of tops are counted.
    least_dip : float
        Least rise above the strait as a share of the top's height.
    least_height : float
        Lower tops do not count.

    Returns
    -------
    ndarray of int32, shape (z, y, x)
        At one voxel of each maximum its number, from 1 in the order of memory; otherwise 0.
    """
    walled = np.pad(heights, 1)
    _, height, width = walled.shape
    walled = walled.ravel()
    steps = [((z * height) + y) * width + x for z, y, x in STEPS]
    offsets = np.array([*(-step for step in steps), *steps])
    counts = np.bincount(walled)
    index_type = np.int32 if walled.size < 2**31 else np.int64
    order = np.empty(walled.size - counts[0], dtype=index_type)
    _sort_descending(walled, np.cumsum(counts[::-1])[::-1] - counts, order)
    markers = np.zeros(walled.size, dtype=np.int32)
    islands = np.full(walled.size, -1, dtype=index_type)
    limits = (float(ground), float(least_dip), float(ground + least_height))
    _merge_islands(walled, order, offsets, limits, islands, markers)
    inner = markers.reshape(-1, height, width)[1:-1, 1:-1, 1:-1]
    return np.ascontiguousarray(inner)


@numba.njit(cache=True, nogil=True)
def _sort_descending(heights, begins, order):
    for voxel in range(heights.size):
        height = heights[voxel]
        if height > 0:
            order[begins[height]] = voxel
            begins[height] += 1


@numba.njit(cache=True, nogil=True)
def _top(islands, voxel):
    while islands[voxel] != voxel:
        islands[voxel] = islands[islands[voxel]]
        voxel = islands[voxel]
    return voxel


@numba.njit(cache=True, nogil=True)
def _merge_islands(heights, order, offsets, limits, islands, markers):
    ground, least_dip, least_top = limits
    for voxel in order:
        islands[voxel] = voxel
        top = voxel
        for offset in offsets:
            if islands[voxel + offset] < 0:
                continue
            other = _top(islands, voxel + offset)
            if other == top:
                continue
            # of two equally high, the first in memory appeared first
            if (heights[other], -other) > (heights[top], -top):
                top, other = other, top
            islands[other] = top
            # the voxel itself is no island yet
            if (
                other != voxel
                and heights[other] >= least_top
                and heights[other] - heights[voxel] >= least_dip * (heights[other] - ground)
            ):
                markers[other] = 1
    for voxel in order:
        if islands[voxel] == voxel and heights[voxel] >= least_top:
            markers[voxel] = 1
    count = 0
    for voxel in range(markers.size):
        if markers[voxel] > 0:
            count += 1
            markers[voxel] = count
