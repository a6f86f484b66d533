"""What Lee et al. 2023 do to the grey levels of an image before a network sees it.

Both formulas are those of the section "Preprocessing of input images" (DOI
10.1186/s40543-023-00407-z), applied to each image for itself.
"""

import numpy as np


def raw(image: np.ndarray) -> np.ndarray:
    """Return the image as it is."""
    return image


def stretched(image: np.ndarray) -> np.ndarray:
    """Return an image whose grey levels reach from 0 to the largest of its type.

    Parameters
    ----------
    image : ndarray of uint8 or uint16, shape (y, x)

    Returns
    -------
    ndarray of the same type and shape
        ``(f - f_min) / (f_max - f_min) 2^bpp``, rounded down. The formula gives the brightest
        pixels 2^bpp, which the type does not hold; they get the largest value. An image of one grey
        level becomes 0.

    Raises
    ------
    ValueError
        If the image holds neither 8 nor 16 bits.
    """
    levels = _levels(image, "stretched")
    low, high = int(image.min()), int(image.max())
    if low == high:
        return np.zeros_like(image)
    # By whole numbers, so that nothing depends on rounding.
    values = (image.astype(np.int64) - low) * levels // (high - low)
    return np.minimum(values, levels - 1).astype(image.dtype)


def equalised(image: np.ndarray) -> np.ndarray:
    """Return an image whose grey levels are equally frequent, as far as they can be.

    Parameters
    ----------
    image : ndarray of uint8 or uint16, shape (y, x)

    Returns
    -------
    ndarray of the same type and shape
        ``round((cdf(v) - cdf_min) / (M N - cdf_min) (L - 1))``, halves to even, with as many levels
        L as the type has. An image of one grey level becomes 0.

    Raises
    ------
    ValueError
        If the image holds neither 8 nor 16 bits.
    """
    levels = _levels(image, "equalised")
    cdf = np.cumsum(np.bincount(image.ravel(), minlength=levels))
    lowest = cdf[image.min()]
    if lowest == image.size:
        return np.zeros_like(image)
    table = np.rint((cdf - lowest) / (image.size - lowest) * (levels - 1))
    return np.maximum(table, 0).astype(image.dtype)[image]


def _levels(image: np.ndarray, what: str) -> int:
    """Return how many grey levels the type of an image has."""
    if image.dtype not in (np.uint8, np.uint16) or image.size == 0:
        raise ValueError(
            f"grey levels are {what} in images of 8 or 16 bits, found {image.dtype} of shape "
            f"{image.shape}; convert it, or take the grey levels raw"
        )
    return 2 ** (8 * image.dtype.itemsize)


GREYS = {"raw": raw, "stretched": stretched, "equalised": equalised}
"""The functions by name, as `manyeyes.networks.Training` and model files name them."""
