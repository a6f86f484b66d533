"""Grey levels of a truth before noise, and the conversion to 8 bits."""

import numpy as np
import scipy

from ..labels import ACTIVE, CBD, INTERNAL_PORE, PORE, check_truth_codes
from ..settings import voxel_edges

# A Gaussian's full width at half maximum over its standard deviation.
_FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))


def check_truth(truth: np.ndarray) -> np.ndarray:
    """Return the truth if it can be imaged.

    Raises
    ------
    ValueError
        If it is not a non-empty uint8 volume of codes 1 to 4.
    """
    truth = np.asarray(truth)
    if truth.ndim != 3 or truth.size == 0 or truth.dtype != np.uint8:
        raise ValueError(
            f"truth must be a non-empty uint8 volume (z, y, x): {truth.dtype} {truth.shape}"
        )
    check_truth_codes(truth)
    return truth


def sharp_greys(truth: np.ndarray, greys: tuple[float, float, float]) -> np.ndarray:
    """Give each phase its grey level.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 (z, y, x), codes 1 to 4.
    greys : tuple of float
        Of active material, CBD and pore; pores inside particles are pores.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x).
    """
    active, cbd, pore = greys
    table = np.zeros(INTERNAL_PORE + 1, dtype=np.float32)
    table[[ACTIVE, CBD, PORE, INTERNAL_PORE]] = active, cbd, pore, pore
    return table[truth]


def blurred(
    image: np.ndarray,
    fwhm_nm: float | tuple[float, float, float],
    voxel_size_nm: float | tuple[float, float, float],
) -> np.ndarray:
    """Blur a volume by a Gaussian.

    Parameters
    ----------
    image : numpy.ndarray
        float32 (z, y, x).
    fwhm_nm : float or tuple of float
        Full width at half maximum, nm; one number, or (z, y, x).
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x). Beyond its faces the volume is mirrored.

    Raises
    ------
    ValueError
        If a voxel size is not positive.
    """
    sigma = np.asarray(fwhm_nm) / _FWHM_PER_SIGMA / voxel_edges(voxel_size_nm)
    return scipy.ndimage.gaussian_filter(image, sigma, mode="reflect")


def to_8_bit(values: np.ndarray, clipped_share: float) -> np.ndarray:
    """Map values to 0 to 255, clipping a share of them, half at each end.

    Parameters
    ----------
    values : numpy.ndarray
        Real.
    clipped_share : float
        Between 0 and 1.

    Returns
    -------
    numpy.ndarray
        uint8, of the same shape.

    Raises
    ------
    ValueError
        If all values are equal.
    """
    beyond = int(values.size * clipped_share / 2)
    places = (beyond, values.size - 1 - beyond)
    low, high = np.partition(values.ravel(), places)[list(places)]
    if not high > low:
        raise ValueError("all values are equal, so they have no range to map to 8 bits")
    scaled = (values - low) * np.float32(255.0 / (high - low))
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
