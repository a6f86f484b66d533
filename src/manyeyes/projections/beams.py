"""Compiled loops over the rays of a parallel beam: back-projection, and projection.

Slices are computed in groups, which lie next to each other in memory: where a ray meets the
detector is the same for all of them. Each sum has its own order, that of the angles or of the
steps along the ray, so that the number of threads changes no byte.
"""

import numba
import numpy as np

LANES = 16
"""Slices in a group."""

_BAND = 8


def in_groups(stack: np.ndarray) -> np.ndarray:
    """Return (slices, a, b) as float32 (groups, a, b, LANES), filled up with zeros."""
    slices, a, b = stack.shape
    groups = -(-slices // LANES)
    out = np.zeros((groups, a, b, LANES), dtype=np.float32)
    for z in range(slices):
        out[z // LANES, :, :, z % LANES] = stack[z]
    return out


def out_of_groups(groups: np.ndarray, slices: int) -> np.ndarray:
    """Return what `in_groups` was given, float32 (slices, a, b)."""
    moved = np.moveaxis(groups, 3, 1)
    return np.ascontiguousarray(moved.reshape(-1, *groups.shape[1:3])[:slices])


@numba.njit(cache=True, parallel=True, nogil=True)
def back_project(sinogram, directions, centres, corner, out):
    """Add up a group of filtered sinograms over all angles.

    Parameters
    ----------
    sinogram : numpy.ndarray
        float32 (angles, columns, LANES).
    directions : numpy.ndarray
        float64 (angles, 2): cosine and sine.
    centres : numpy.ndarray
        float64 (angles,): column of the axis in each projection.
    corner : tuple of float
        y and x of the first pixel, from the axis.
    out : numpy.ndarray
        float32 (y, x, LANES), zeros; the result.
    """
    last = sinogram.shape[1] - 1
    rows, columns = out.shape[0], out.shape[1]
    # A band of rows and one angle at a time, so that both stay in the cache.
    for band in numba.prange((rows + _BAND - 1) // _BAND):
        for angle in range(sinogram.shape[0]):
            cosine, sine = directions[angle]
            for y in range(band * _BAND, min(rows, (band + 1) * _BAND)):
                start = centres[angle] + corner[1] * cosine - (corner[0] + y) * sine
                for x in range(columns):
                    place = start + x * cosine
                    if place < 0.0 or place > last:
                        continue
                    left = min(int(place), last - 1)
                    share = np.float32(place - left)
                    rest = np.float32(1.0) - share
                    for lane in range(LANES):
                        out[y, x, lane] += (
                            rest * sinogram[angle, left, lane]
                            + share * sinogram[angle, left + 1, lane]
                        )


@numba.njit(cache=True, parallel=True, nogil=True)
def project(slices, directions, places, out):
    """Add up a group of slices along rays, by the method of Joseph (1982).

    A ray steps by one row, or by one column if it is closer to their direction, and takes the
    value between the two nearest pixels (doi:10.1109/TMI.1982.4307572).

    Parameters
    ----------
    slices : numpy.ndarray
        float32 (y, x, LANES), within a rim of zeros one pixel wide; the axis is at their middle.
    directions : numpy.ndarray
        float64 (angles, 2): cosine and sine.
    places : numpy.ndarray
        float64 (angles, rays): distances of the rays from the axis, pixels.
    out : numpy.ndarray
        float32 (angles, rays, LANES), zeros; the result.
    """
    rows, columns = slices.shape[0] - 2, slices.shape[1] - 2
    middle_y, middle_x = (rows - 1) / 2, (columns - 1) / 2
    for angle in numba.prange(len(directions)):
        cosine, sine = directions[angle]
        along_rows = abs(cosine) >= abs(sine)
        step = np.float32(1.0 / max(abs(cosine), abs(sine)))
        # All rays of a step lie next to each other, in the slice and in the result.
        for other in range(rows if along_rows else columns):
            for ray in range(places.shape[1]):
                if along_rows:
                    across = middle_x + (places[angle, ray] + (other - middle_y) * sine) / cosine
                    most = columns
                else:
                    across = middle_y + ((other - middle_x) * cosine - places[angle, ray]) / sine
                    most = rows
                if across <= -1.0 or across >= most:
                    continue
                low = int(np.floor(across))
                share = step * np.float32(across - low)
                rest = step - share
                # The rim of zeros has moved all pixels by one.
                if along_rows:
                    for lane in range(LANES):
                        out[angle, ray, lane] += (
                            rest * slices[other + 1, low + 1, lane]
                            + share * slices[other + 1, low + 2, lane]
                        )
                else:
                    for lane in range(LANES):
                        out[angle, ray, lane] += (
                            rest * slices[low + 1, other + 1, lane]
                            + share * slices[low + 2, other + 1, lane]
                        )
