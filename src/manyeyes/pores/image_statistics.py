"""What a slice of a particle looks like, in numbers that survive any change of contrast.

Published pictures of slices are equalised, so only the order of their grey levels is known. Levels
are therefore replaced by normal scores: the value at which a normal distribution has the pixel's
rank. An equalised picture and the image that it was made from then measure the same.
"""

import numpy as np
import scipy

from .codes import PORE, check_codes

# Pixels; what is nearer to a pore is no background, and what is coarser is shading, not noise.
_AWAY_PX = 8
_COARSE_PX = 12.0
# Where rims are measured, and pieces of at least five by five pixels that may have one.
_RIM_PX = (1.5, 6.0)
_STEPS = {"x1": (0, 1), "x2": (0, 2), "y1": (1, 0), "y2": (2, 0)}


def normal_scores(image: np.ndarray) -> np.ndarray:
    """Return the normal scores of a slice, float64 (y, x); equal grey levels stay equal."""
    ranks = scipy.stats.rankdata(image, axis=None)
    return scipy.special.ndtri((ranks - 0.5) / image.size).reshape(image.shape)


def image_statistics(image: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return how noisy and uneven a slice is, and how its pores and their rims stand out.

    Parameters
    ----------
    image : numpy.ndarray
        (y, x), grey levels.
    labels : numpy.ndarray
        uint8 (y, x): 1 grain, 2 pore.

    Returns
    -------
    dict of str to float
        In normal scores. noise and shading: standard deviation of the background about a Gaussian
        mean of 12 pixels, and of that mean. noise_x1, noise_x2, noise_y1, noise_y2: correlation of
        the noise of pixels one and two apart along x and y. stripes, lines: standard deviation of
        the noise's mean over columns and over rows; white noise has 1 / sqrt(rows) of its own.
        pore: median within pores, a pixel away from their outlines. rim_below, rim_above: mean
        within 6 pixels of large pores, on the side of the image's foot and of its top. NaN where
        there is no such pixel.

    Raises
    ------
    ValueError
        If image and labels differ in shape or labels hold other codes.
    """
    check_codes(labels[None], "labels")
    if image.shape != labels.shape:
        raise ValueError(
            f"the image has shape {image.shape}, its labels {labels.shape}; both must be of the "
            "same slice"
        )
    pore = labels == PORE
    scores = normal_scores(image)
    background = _distance(pore) > _AWAY_PX
    coarse = _mean_of(scores, background)
    noise = np.where(background, scores - coarse, np.nan)
    found = {
        "noise": _sd(noise[background]),
        "shading": _sd(coarse[background]),
    }
    for name, (dy, dx) in _STEPS.items():
        here, there = noise[: noise.shape[0] - dy, : noise.shape[1] - dx], noise[dy:, dx:]
        found[f"noise_{name}"] = _nanmean(here * there) / found["noise"] ** 2
    found["stripes"] = _sd([_nanmean(column) for column in noise.T])
    found["lines"] = _sd([_nanmean(row) for row in noise])
    inner = scores[scipy.ndimage.binary_erosion(pore)]
    found["pore"] = float(np.median(inner)) if len(inner) else float("nan")
    below, above = _rims(pore)
    found["rim_below"] = _nanmean(scores[below])
    found["rim_above"] = _nanmean(scores[above])
    return found


def _mean_of(scores: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return the Gaussian mean over the background only (normalised convolution)."""
    weight = scipy.ndimage.gaussian_filter(background.astype(np.float64), _COARSE_PX)
    total = scipy.ndimage.gaussian_filter(np.where(background, scores, 0.0), _COARSE_PX)
    return total / np.maximum(weight, 1e-3)


def _rims(pore: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels beside large pores, below and above; bool (y, x) each."""
    core = scipy.ndimage.binary_opening(pore, iterations=2)
    large = scipy.ndimage.binary_propagation(core, mask=pore)
    if not large.any():
        return np.zeros_like(pore), np.zeros_like(pore)
    distance, (rows, _) = scipy.ndimage.distance_transform_edt(~large, return_indices=True)
    ring = (distance > _RIM_PX[0]) & (distance <= _RIM_PX[1]) & ~pore
    away = np.arange(pore.shape[0])[:, None] - rows
    return ring & (away > 1), ring & (away < -1)


def _distance(pore: np.ndarray) -> np.ndarray:
    if not pore.any():
        return np.full(pore.shape, np.inf)
    return scipy.ndimage.distance_transform_edt(~pore)


def _nanmean(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")


def _sd(values) -> float:
    return float(np.nanstd(values)) if np.isfinite(values).any() else float("nan")
