"""Marker-based watershed of a stack, slice by slice.

Slices lie several pixels apart, so the outline of a particle moves from slice to slice, and
flooding across slices would carry labels over outlines. Flooding each slice separately has the
smaller error on the twin and needs the memory of one slice.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from skimage.filters import sobel, threshold_otsu
from skimage.segmentation import watershed as flood

from ..labels import ACTIVE, REST


def grey_histogram(slices: Iterable[np.ndarray]) -> np.ndarray:
    """Return how many pixels of all slices have each grey level; int64 (256,)."""
    counts = np.zeros(256, dtype=np.int64)
    for image in slices:
        counts += np.bincount(image.ravel(), minlength=256)
    return counts


def seed_levels(histogram: np.ndarray, window: float = 0.5) -> tuple[int, int]:
    """Return the grey levels that seed the watershed if no one chooses them.

    Parameters
    ----------
    histogram : ndarray, shape (256,)
        Of the whole stack, from `grey_histogram`.
    window : float
        Where seeds begin between Otsu's threshold (0) and the mean of each class (1). Half is an
        assumption; the paper does not state its seeds.

    Returns
    -------
    low, high : int
        Levels below `low` seed pore and binder, levels of at least `high` active material.

    Raises
    ------
    ValueError
        If the stack shows a single grey level or the window lies outside 0 to 1.
    """
    if not 0 <= window <= 1:
        raise ValueError(f"window must lie between 0 and 1, found {window}")
    if np.count_nonzero(histogram) < 2:
        raise ValueError("the stack shows a single grey level, so there is nothing to segment")
    levels = np.arange(len(histogram))
    threshold = int(threshold_otsu(hist=histogram))
    dark, bright = levels <= threshold, levels > threshold
    means = [float(np.average(levels[part], weights=histogram[part])) for part in (dark, bright)]
    low, high = (threshold + 0.5 + window * (mean - threshold - 0.5) for mean in means)
    return int(np.ceil(low)), int(np.ceil(high))


def segment_slice(image: np.ndarray, low: int, high: int) -> np.ndarray:
    """Grow seeds of both phases over the gradient's magnitude until they meet.

    Parameters
    ----------
    image : ndarray of uint8, shape (y, x)
    low, high : int
        See `seed_levels`.

    Returns
    -------
    ndarray of uint8, shape (y, x)
        Labels of `manyeyes.labels.TWO_PHASES`. A slice with seeds of one phase is all of it.

    Raises
    ------
    ValueError
        If the slice is not 8-bit, the levels are upside down, or the slice has no seed.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(f"expected an 8-bit slice (y, x), found {image.dtype} {image.shape}")
    if not 0 <= low <= high <= 256:
        raise ValueError(f"expected 0 <= low <= high <= 256, found low {low}, high {high}")
    markers = np.zeros(image.shape, dtype=np.uint8)
    markers[image < low] = REST
    markers[image >= high] = ACTIVE
    if not markers.any():
        raise ValueError(
            f"the window {low} to {high} leaves a slice of grey levels {image.min()} to "
            f"{image.max()} without a seed; narrow it, or bring the slices to one brightness first"
        )
    return flood(sobel(image.astype(np.float32)), markers).astype(np.uint8)


def segment(slices: Iterable[np.ndarray], low: int, high: int) -> Iterator[np.ndarray]:
    """Yield the labels of one slice after the other; see `segment_slice`."""
    for image in slices:
        yield segment_slice(image, low, high)
