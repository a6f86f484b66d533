"""What is done with slices before anybody labels them: stripes and noise are filtered out."""

import numpy as np
import scipy

from ..fibsem.destripe import fourier_wedge
from ..settings import check_number

HALF_ANGLE_DEGREES = 1.0
WIDEST_PX = 40.0
SIGMA_PX = 0.55


def wedge_filtered(
    images: np.ndarray,
    half_angle_degrees: float = HALF_ANGLE_DEGREES,
    widest_px: float = WIDEST_PX,
) -> np.ndarray:
    """Remove the vertical stripes of each slice by a wedge in Fourier space.

    The filter is `manyeyes.fibsem.destripe.fourier_wedge`. Lee et al. 2023 name the filter but
    neither its angle nor its periods; both defaults are assumptions (docs/pores.md).

    Parameters
    ----------
    images : numpy.ndarray
        uint16 (z, y, x).
    half_angle_degrees : float
        Half of the wedge's opening.
    widest_px : float
        Longer periods stay.

    Returns
    -------
    numpy.ndarray
        uint16 (z, y, x), rounded.

    Raises
    ------
    ValueError
        If the images are no 16-bit slices, or a parameter is out of range.
    """
    _check(images)
    out = np.empty_like(images)
    for k, image in enumerate(images):
        filtered = fourier_wedge(image, half_angle_degrees=half_angle_degrees, widest_px=widest_px)
        out[k] = np.rint(np.clip(filtered, 0, 65535))
    return out


def smoothed(images: np.ndarray, sigma_px: float = SIGMA_PX) -> np.ndarray:
    """Smooth each slice by a Gaussian; nothing is smoothed across slices.

    Parameters
    ----------
    images : numpy.ndarray
        uint16 (z, y, x).
    sigma_px : float
        Standard deviation, pixels; 0 leaves the slices as they are. The paper states none; the
        default was calibrated to published pictures (docs/pores.md).

    Returns
    -------
    numpy.ndarray
        uint16 (z, y, x), rounded.

    Raises
    ------
    ValueError
        If the images are no 16-bit slices or the width is negative.
    """
    _check(images)
    check_number("sigma_px", sigma_px, 0, 100)
    if sigma_px == 0:
        return images.copy()
    out = np.empty_like(images)
    for k, image in enumerate(images):
        out[k] = np.rint(scipy.ndimage.gaussian_filter(image.astype(np.float32), sigma_px))
    return out


def _check(images: np.ndarray) -> None:
    if images.ndim != 3 or images.dtype != np.uint16 or images.size == 0:
        raise ValueError(f"slices must be uint16 (z, y, x), found {images.dtype} {images.shape}")
