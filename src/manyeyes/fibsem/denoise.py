"""Bring all slices to one brightness, and smooth away shot noise."""

from collections.abc import Iterable, Iterator

import numpy as np
import scipy
import skimage

from .destripe import to_grey_levels


def grey_pair(image: np.ndarray) -> tuple[float, float]:
    """Return the median grey levels of a slice's dark and bright class, by Otsu's threshold.

    Raises
    ------
    ValueError
        If the slice has a single grey level.
    """
    if not image.max() > image.min():
        raise ValueError("a slice shows a single grey level, so it has no dark and bright class")
    bright = image > skimage.filters.threshold_otsu(image)
    return float(np.median(image[~bright])), float(np.median(image[bright]))


def denoise(
    slices: Iterable[np.ndarray], pairs: np.ndarray, *, sigma_px: float = 0.8
) -> Iterator[np.ndarray]:
    """Yield slices of equal brightness, smoothed along the face.

    The mean of a slice depends on its phases, so the grey levels of both classes are matched to
    those of the stack. Nothing is smoothed across slices, which lie several pixels apart.

    Parameters
    ----------
    slices : iterable of ndarray, shape (y, x)
    pairs : ndarray, shape (n, 2)
        `grey_pair` of each slice.
    sigma_px : float
        Standard deviation of the Gaussian, pixels; 0 smooths nothing.

    Yields
    ------
    ndarray of uint8, shape (y, x)

    Raises
    ------
    ValueError
        If `sigma_px` is negative, or slices and pairs differ in number.
    """
    if not sigma_px >= 0:
        raise ValueError(f"sigma_px must be at least 0, found {sigma_px}")
    dark, bright = np.median(pairs, axis=0)
    for image, (low, high) in zip(slices, pairs, strict=True):
        level = (np.asarray(image, np.float32) - low) * ((bright - dark) / (high - low)) + dark
        yield to_grey_levels(scipy.ndimage.gaussian_filter(level.astype(np.float32), sigma_px))
