"""Images of bright blobs (160 in 60) with noise and a known volume fraction."""

import numpy as np
from scipy import ndimage


def two_phase(shape=(24, 48, 48), fraction=0.5, seed=0):
    """Return an image of uint8 (z, y, x), and where active material is."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 3, mode="wrap")
    truth = field > np.quantile(field, 1 - fraction)
    image = np.where(truth, 160, 60) + rng.normal(0, 12, shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), truth


def noisy_two_phase(shape=(9, 40, 40), seed=0):
    """Return an image of larger blobs in so much noise that people disagree on a threshold."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 6, mode="wrap")
    image = np.where(field > np.median(field), 160, 70) + rng.normal(0, 32, shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def round_view(depth=24, size=64, radius=30):
    """Return an image with a round field of view, 0 outside, the mask and the truth."""
    image, truth = two_phase((depth, size, size))
    middle = (size - 1) / 2
    y, x = np.indices((size, size)) - middle
    inside = np.broadcast_to(y**2 + x**2 <= radius**2, image.shape).copy()
    image = np.clip(image.astype(int) + 40, 0, 255).astype(np.uint8)
    image[~inside] = 0
    return image, inside, truth
