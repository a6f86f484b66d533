"""What a sharp-eyed user perceives: each pixel by itself, judged by its grey level alone.

Nothing is pooled. From the grey levels of the slices the user learns how bright each phase is and
how much it scatters, and compares each pixel with that. One criterion guides both slider and
brush: what lies above the preferred threshold is also what is painted as active material.
"""

import numpy as np
from scipy.special import expit, logit
from skimage.filters import threshold_otsu

from ..imaging.masks import fill_slices, known_mask, voxels_inside
from .eye import GREY_LEVELS, GreyCurve, Perception, curve_of_counts, require_contrast

# Fits are equal if the mean log-likelihood of a pixel changes by less than this.
_TOLERANCE = 1e-9
_MOST_STEPS = 2000


def mixture_share(pixels: np.ndarray) -> np.ndarray:
    """Return how likely a pixel of each grey level belongs to the brighter of two phases.

    Parameters
    ----------
    pixels : ndarray of float64, shape (256,)
        Pixels of each grey level; at least two levels occur.

    Returns
    -------
    ndarray of float64, shape (256,)
        Posterior probability in a mixture of two normal distributions of one variance, fitted by
        expectation maximisation (Dempster, Laird and Rubin 1977,
        doi:10.1111/j.2517-6161.1977.tb01600.x), starting from Otsu's two classes. Noise is assumed
        to be the same in both phases, so the share never falls with the level.
    """
    grey = np.arange(GREY_LEVELS, dtype=np.float64)
    weights = pixels / pixels.sum()
    cut = threshold_otsu(hist=(pixels, grey))
    share = (grey > cut).astype(np.float64)
    before = -np.inf
    for _ in range(_MOST_STEPS):
        bright, dark = weights * share, weights * (1 - share)
        parts = np.array([bright.sum(), dark.sum()])
        means = np.array([bright @ grey, dark @ grey]) / parts
        scatter = bright @ (grey - means[0]) ** 2 + dark @ (grey - means[1]) ** 2
        # with two levels only, a phase does not scatter; a grey level has this variance
        variance = max(scatter, 1 / 12)
        logs = np.log(parts)[:, None] - (grey - means[:, None]) ** 2 / (2 * variance)
        share = expit(logs[0] - logs[1])
        likelihood = weights @ np.logaddexp(*logs) - np.log(variance) / 2
        if likelihood - before < _TOLERANCE:
            break
        before = likelihood
    return share


def judge_pixels(slices: np.ndarray, inside: np.ndarray | None = None) -> GreyCurve:
    """Return how grey levels look to a user who sees single pixels.

    Parameters
    ----------
    slices : ndarray of uint8
        Slices looked at.
    inside : ndarray of bool, same shape, optional
        The field of view.

    Raises
    ------
    ValueError
        If there is only one grey level.
    """
    seen = voxels_inside(slices, known_mask(inside, slices.shape))
    require_contrast(seen)
    pixels = np.bincount(seen, minlength=GREY_LEVELS).astype(np.float64)
    share = mixture_share(pixels)
    return curve_of_counts(pixels * (1 - share), pixels * share)


def perceive_pixels(
    slices: np.ndarray, criterion: float, inside: np.ndarray | None = None
) -> Perception:
    """Return what a user perceives who looks at single pixels; see `judge_pixels`.

    Parameters
    ----------
    slices, inside
        As in `judge_pixels`.
    criterion : float
        Least log-odds of being active of a pixel that is taken for active.

    Returns
    -------
    Perception
        Divided at the grey level to which the threshold would be set, before rounding.
    """
    inside = known_mask(inside, slices.shape)
    curve = judge_pixels(slices, inside)
    # clipped, so that any criterion gives a level that occurs
    share = np.clip(curve.active_share, 1e-12, 1 - 1e-12)
    rising, levels = np.unique(logit(share), return_index=True)
    level = float(np.interp(criterion, rising, levels.astype(np.float64)))
    grey = fill_slices(slices, inside).astype(np.float32)
    return Perception(grey, grey >= level, np.abs(grey - level), inside)
