"""How people place the outline of an object: what their masks of the same object say.

The model is that of Warfield, Zou and Wells (2008, doi:10.1098/rsta.2008.0040): each person's
outline is a hidden true outline, shifted by the person's bias and blurred by the person's variance.
Distances are signed and measured along the normal. The true outline cannot be seen; the median of
all signed distances stands for it, and what is estimated from displacements is therefore how people
differ, never how far they are right.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import find_contours

from .outline import edge_distance

LEAST_OVERLAP = 0.8
"""Masks whose Dice overlap with the consensus is lower show another object, not another outline."""

STEP_PX = 1.0
"""Distance between points of an outline."""

# Grey levels are compared this far to either side of an outline.
_REACH_PX = 10.0
# Gradients of a raw image are taken over this much smoothing, which its edge widths lose again.
_SMOOTHING_PX = 0.7


@dataclass(frozen=True)
class Displacements:
    """What several people made of one object's outline.

    Attributes
    ----------
    points : ndarray of float64, shape (n, 2)
        The consensus outline, (y, x) in pixels, `STEP_PX` apart.
    normals : ndarray of float64, shape (n, 2)
        Unit vectors that point into the object.
    area_px : int
        Pixels inside the consensus outline.
    by_rater : dict of hashable to ndarray of float64, shape (n,)
        How far outside the consensus (positive) each outline lies at each point, in pixels.
    left_out : tuple of hashable
        Raters whose mask overlaps too little to be of the same object.
    """

    points: np.ndarray
    normals: np.ndarray
    area_px: int
    by_rater: dict[Hashable, np.ndarray]
    left_out: tuple[Hashable, ...]


def displacements(
    masks: Mapping[Hashable, np.ndarray], least_overlap: float = LEAST_OVERLAP
) -> Displacements:
    """Compare outlines of one object with their consensus.

    Parameters
    ----------
    masks : mapping of hashable to ndarray of bool, shape (y, x)
        By rater; at least three. Of several pieces the largest counts, and its holes are filled.
    least_overlap : float
        Dice overlap with the consensus, below which a mask is left out.

    Returns
    -------
    Displacements

    Raises
    ------
    ValueError
        If there are fewer than three masks, their shapes differ, one is empty, or fewer than three
        overlap.
    """
    if len(masks) < 3:
        raise ValueError(f"a consensus needs the outlines of at least 3 raters, found {len(masks)}")
    shapes = {mask.shape for mask in masks.values()}
    if len(shapes) > 1:
        raise ValueError(f"masks of one object must have one shape, found {sorted(shapes)}")
    pieces = {rater: _largest_piece(mask, rater) for rater, mask in masks.items()}
    # a pixel of background all around, so that outlines close
    rows, columns = np.nonzero(np.any(list(pieces.values()), axis=0))
    low = np.array([rows.min(), columns.min()]) - 12
    high = np.array([rows.max(), columns.max()]) + 13
    distances = {rater: edge_distance(_window(piece, low, high)) for rater, piece in pieces.items()}
    consensus = np.median(list(distances.values()), axis=0)
    kept = {
        rater: distance
        for rater, distance in distances.items()
        if _dice(distance > 0, consensus > 0) >= least_overlap
    }
    if len(kept) < 3:
        raise ValueError(
            f"only {len(kept)} of {len(masks)} masks overlap with their consensus by at least "
            f"{least_overlap:g}; do they show one object?"
        )
    consensus = np.median(list(kept.values()), axis=0)
    points = _even_points(max(find_contours(consensus, 0.0), key=len))
    slopes = np.gradient(ndimage.gaussian_filter(consensus, 1.0))
    normals = np.stack([_at(slope, points) for slope in slopes], axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return Displacements(
        points=points + low,
        normals=normals,
        area_px=int(np.count_nonzero(consensus > 0)),
        by_rater={rater: _at(distance, points) for rater, distance in kept.items()},
        left_out=tuple(rater for rater in distances if rater not in kept),
    )


def correlation_length(displacement: np.ndarray) -> float:
    """Return the length along a closed outline over which a displacement is forgotten.

    Parameters
    ----------
    displacement : ndarray of float64, shape (n,)
        At points `STEP_PX` apart.

    Returns
    -------
    float
        Pixels until the autocorrelation about the mean falls to 1 / e; NaN if the displacement is
        the same everywhere or does not fall so far within half the outline.
    """
    error = displacement - displacement.mean()
    power = np.abs(np.fft.rfft(error)) ** 2
    covariance = np.fft.irfft(power, len(error))[: len(error) // 2]
    if not covariance.size or covariance[0] <= 1e-12:
        return float("nan")
    below = np.flatnonzero(covariance < covariance[0] / np.e)
    if not below.size:
        return float("nan")
    first = below[0]
    before, after = covariance[first - 1 : first + 1] / covariance[0]
    return float(STEP_PX * (first - (1 / np.e - after) / (before - after)))


def edge_width(image: np.ndarray, outline: Displacements) -> float:
    """Return how wide an image's edges are along an outline.

    Parameters
    ----------
    image : ndarray, shape (y, x)
        Grey values.
    outline : Displacements

    Returns
    -------
    float
        Pixels from 10 to 90 % of a step, if the step is blurred by a Gaussian: the median, over the
        clearer half of the outline, of the range of grey values along the normal divided by their
        steepest slope.
    """
    smooth = ndimage.gaussian_filter(image.astype(np.float64), _SMOOTHING_PX)
    along = np.arange(-_REACH_PX, _REACH_PX + 0.25, 0.5)
    places = outline.points[:, :, None] + outline.normals[:, :, None] * along
    profiles = ndimage.map_coordinates(smooth, places.transpose(1, 0, 2), order=1, mode="nearest")
    steps = np.ptp(profiles, axis=1)
    slopes = np.abs(np.gradient(profiles, 0.5, axis=1)).max(axis=1)
    clear = steps >= np.median(steps)
    return gaussian_edge_width(steps[clear], slopes[clear])


def gaussian_edge_width(steps: np.ndarray, slopes: np.ndarray) -> float:
    """Return the 10-90 % width of steps whose steepest slopes are known, in pixels."""
    # A step blurred by a Gaussian has a slope of step / (sigma * sqrt(2 pi)); 10 to 90 % take
    # 2.563 sigma.
    sigma = np.median(steps / np.maximum(slopes, 1e-12)) / np.sqrt(2 * np.pi)
    return float(2.563 * np.sqrt(max(sigma**2 - _SMOOTHING_PX**2, 0.0)))


def _largest_piece(mask: np.ndarray, rater: Hashable) -> np.ndarray:
    pieces, count = ndimage.label(mask)
    if not count:
        raise ValueError(f"the mask of {rater} is empty")
    largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    return ndimage.binary_fill_holes(pieces == largest)


def _window(mask: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return a part of a mask; beyond its rim there is background."""
    out = np.zeros(high - low, dtype=bool)
    inner = tuple(
        slice(max(a, 0), min(b, edge)) for a, b, edge in zip(low, high, mask.shape, strict=True)
    )
    place = tuple(slice(part.start - a, part.stop - a) for part, a in zip(inner, low, strict=True))
    out[place] = mask[inner]
    return out


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def _even_points(contour: np.ndarray) -> np.ndarray:
    """Return points `STEP_PX` apart on a closed polygon."""
    lengths = np.hypot(*np.diff(contour, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(8, int(way[-1] / STEP_PX))
    places = np.arange(count) * way[-1] / count
    return np.stack([np.interp(places, way, axis) for axis in contour.T], axis=1)


def _at(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    return ndimage.map_coordinates(field, points.T, order=1, mode="nearest")
