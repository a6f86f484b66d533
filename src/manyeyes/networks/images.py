"""From grey levels to what a network sees: grey levels prepared, numbers scaled, edges padded."""

import numpy as np

from .architectures import STEP
from .greys import GREYS
from .network import DTYPES


def checked_images(images: np.ndarray, what: str = "images") -> np.ndarray:
    """Return images (n, y, x) of a known type, or raise ValueError."""
    images = np.asarray(images)
    if images.ndim != 3 or images.size == 0:
        raise ValueError(f"{what} must have the axes (n, y, x), found shape {images.shape}")
    if str(images.dtype) not in DTYPES:
        raise ValueError(f"{what} must be {', '.join(DTYPES)}, found {images.dtype}; convert them")
    if images.dtype == np.float32 and not np.isfinite(images).all():
        raise ValueError(f"{what} must be finite, found others")
    return images


def prepared(image: np.ndarray, greys: str) -> np.ndarray:
    """Return an image (y, x) with its grey levels prepared."""
    return GREYS[greys](image)


def scaling_of(images: np.ndarray, greys: str, scaling: str) -> tuple[float, float]:
    """Return offset and scale with which grey levels become numbers for a network.

    Parameters
    ----------
    images : ndarray, shape (n, y, x)
        The training images as they are.
    greys, scaling : str
        See `manyeyes.networks.Training`.

    Raises
    ------
    ValueError
        If they are to be standardised and all have one grey level.
    """
    if scaling == "range":
        top = 1.0 if images.dtype == np.float32 else float(np.iinfo(images.dtype).max)
        return 0.0, 1 / top
    total = squares = 0.0
    for image in images:
        values = prepared(image, greys).astype(np.float64)
        total += values.sum()
        squares += (values**2).sum()
    mean = total / images.size
    variance = squares / images.size - mean**2
    if not variance > 1e-12 * max(mean**2, 1e-30):
        raise ValueError("images must not all have the same grey level to be standardised")
    return mean, 1 / float(np.sqrt(variance))


def as_numbers(image: np.ndarray, greys: str, offset: float, scale: float) -> np.ndarray:
    """Return an image (y, x) as float32, ready for a network but for its size."""
    values = prepared(image, greys).astype(np.float64)
    return ((values - offset) * scale).astype(np.float32)


def padded_edges(image: np.ndarray, value: int | None = None) -> np.ndarray:
    """Return an image whose edges are multiples of 8, padded below and on the right.

    Parameters
    ----------
    image : ndarray, shape (y, x)
    value : int, optional
        What is put there; by default the image is mirrored.
    """
    below, right = (-size % STEP for size in image.shape)
    if not below and not right:
        return image
    width = ((0, below), (0, right))
    if value is None:
        return np.pad(image, width, mode="symmetric")
    return np.pad(image, width, constant_values=value)
