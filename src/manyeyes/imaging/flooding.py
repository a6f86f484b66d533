"""Marker-based watershed by flooding, with a bucket queue."""

import numba
import numpy as np

# By type of the labels, what stands where water cannot flow.
_WALLS = {np.dtype(np.uint8): np.uint8(255), np.dtype(np.int32): np.int32(2**31 - 1)}


def flood(heights: np.ndarray, markers: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Flood a landscape from markers until everything is under water.

    The algorithm of Meyer (1991), as in `skimage.segmentation.watershed`: the lowest voxel reached
    so far gives its label to its neighbours without one. Heights are whole numbers of 16 bits, so
    that a queue for each height replaces the heap. Labels equal those of scikit-image wherever
    heights differ. Voxels of equal height are taken in the order in which they were reached,
    markers in the order of memory (in scikit-image this depends on its heap).

    Parameters
    ----------
    heights : ndarray of uint16, shape (z, y, x)
        The landscape.
    markers : ndarray of uint8 or int32, shape (z, y, x)
        0 where unlabelled; labels from 1 to 254, or to 2^31 - 2.
    inside : ndarray of bool, shape (z, y, x), optional
        Where water may flow; everywhere if left out.

    Returns
    -------
    ndarray of the markers' type, shape (z, y, x)
        Labels, 0 only where water cannot flow. Neighbours share a face.

    Raises
    ------
    ValueError
        If the arrays are not of these types or differ in shape, or nothing is marked.
    """
    if heights.dtype != np.uint16 or markers.dtype not in _WALLS:
        raise ValueError(
            "heights must be uint16 and markers uint8 or int32, found "
            f"{heights.dtype} and {markers.dtype}"
        )
    if heights.ndim != 3 or heights.shape != markers.shape:
        raise ValueError(
            "heights and markers must be volumes of one shape, "
            f"found {heights.shape} and {markers.shape}"
        )
    if not markers.any():
        raise ValueError("nothing is marked, so there is nothing to grow; give markers above 0")
    wall = _WALLS[markers.dtype]
    if markers.min() < 0 or markers.max() == wall:
        raise ValueError(
            f"markers must be 0 to {wall - 1}, found {markers.min()} to {markers.max()}"
        )
    # with a wall around the volume, every voxel has neighbours
    walled = markers if inside is None else np.where(inside, markers, wall)
    labels = np.pad(walled, 1, constant_values=wall)
    landscape = np.pad(heights, 1)
    index_type = np.int32 if labels.size < 2**31 else np.int64
    after = np.empty(labels.size, dtype=index_type)
    _, height, width = labels.shape
    offsets = np.array([-height * width, -width, -1, 1, width, height * width])
    _flood(landscape.ravel(), labels.ravel(), after, offsets, int(heights.max()) + 1, wall)
    flooded = np.ascontiguousarray(labels[1:-1, 1:-1, 1:-1])
    if inside is not None:
        flooded[~inside] = 0
    return flooded


@numba.njit(cache=True, nogil=True)
def _flood(heights, labels, after, offsets, levels, wall):
    first = np.full(levels, -1, dtype=after.dtype)
    last = np.full(levels, -1, dtype=after.dtype)
    waiting = 0
    level = levels
    for voxel in range(labels.size):
        if labels[voxel] == 0 or labels[voxel] == wall:
            continue
        # markers surrounded by others have nothing to flood
        for offset in offsets:
            if labels[voxel + offset] == 0:
                _enqueue(first, last, after, heights[voxel], voxel)
                level = min(level, heights[voxel])
                waiting += 1
                break
    while waiting > 0:
        while first[level] < 0:
            level += 1
        voxel = first[level]
        first[level] = after[voxel]
        waiting -= 1
        for offset in offsets:
            neighbour = voxel + offset
            if labels[neighbour] == 0:
                labels[neighbour] = labels[voxel]
                _enqueue(first, last, after, heights[neighbour], neighbour)
                level = min(level, heights[neighbour])
                waiting += 1


@numba.njit(cache=True, nogil=True)
def _enqueue(first, last, after, height, voxel):
    after[voxel] = -1
    if first[height] < 0:
        first[height] = voxel
    else:
        after[last[height]] = voxel
    last[height] = voxel
