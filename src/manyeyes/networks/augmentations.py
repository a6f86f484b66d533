"""Variations of training images, after segmentPy (Su et al. 2022, ``augmentation.py``).

Each takes an image as numbers from about 0 to 1 (or standardised), its labels and a random
generator, and returns both. Strengths are those of segmentPy.
"""

from collections.abc import Callable

import numpy as np

NOISE_SD = 0.1
"""Standard deviation of the noise; segmentPy has 0.1 of grey levels from 0 to 1."""

SALT_AND_PEPPER = 0.005
"""Share of the pixels that become as bright as the brightest or as dark as the darkest."""


def none(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Return what was given."""
    return image, labels


def noise(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Add normal noise of mean 0.

    segmentPy's noise has the mean of the image, which doubles its brightness. That is taken for an
    oversight and left out; grey levels as a whole are moved by `grey_variation`.
    """
    return image + rng.normal(0, NOISE_SD, image.shape).astype(np.float32), labels


def flip(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Turn the image upside down or from left to right."""
    axis = int(rng.integers(2))
    return np.flip(image, axis), np.flip(labels, axis)


def salt_and_pepper(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Replace pixels by the brightest and the darkest grey level."""
    count = int(SALT_AND_PEPPER * image.size * 0.5)
    out = image.copy()
    for value in (image.max(), image.min()):
        out.ravel()[rng.integers(0, image.size, count)] = value
    return out, labels


def grey_variation(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Make the whole image brighter or darker by up to the standard deviation of its levels."""
    return image + np.float32(image.std(dtype=np.float64) * rng.uniform(-1, 1)), labels


def warp(image: np.ndarray, labels: np.ndarray, rng: np.random.Generator):
    """Bend the image: rows are drawn from above by a square, columns by a square root.

    Grey levels are interpolated by cubic splines; labels are those of the nearest pixel, because a
    code between two codes means nothing.
    """
    from scipy import ndimage

    rows, columns = (np.arange(size, dtype=np.float64) for size in image.shape)
    last_row, last_column = (max(size - 1, 1) for size in image.shape)
    at = np.meshgrid(rows**2 / last_row, np.sqrt(columns * last_column), indexing="ij")
    bent = ndimage.map_coordinates(image, at, order=3, mode="nearest", output=np.float32)
    return bent, ndimage.map_coordinates(labels, at, order=0, mode="nearest")


AUGMENTATIONS: dict[str, Callable] = {
    "none": none,
    "noise": noise,
    "flip": flip,
    "salt and pepper": salt_and_pepper,
    "grey variation": grey_variation,
    "warp": warp,
}
"""The functions by the names that `manyeyes.networks.Training` takes."""

SEGMENTPY = tuple(AUGMENTATIONS)
"""What segmentPy draws from for each image."""


def augmented(
    image: np.ndarray, labels: np.ndarray, names: tuple[str, ...], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and its labels after one of the named variations, drawn by lot.

    Parameters
    ----------
    image : ndarray of float32, shape (y, x)
    labels : ndarray of uint8, shape (y, x)
    names : tuple of str
    rng : numpy.random.Generator

    Returns
    -------
    image : ndarray of float32, shape (y, x)
    labels : ndarray of uint8, shape (y, x)
    """
    name = names[int(rng.integers(len(names)))]
    return AUGMENTATIONS[name](image, labels, rng)
