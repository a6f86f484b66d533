"""What a user perceives: a pooled slice, two phases in it, and how they relate to grey levels.

A user never sees the truth, only the grey values of the image.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from skimage.filters import threshold_otsu

from ..imaging.masks import known_mask, smooth_inside, voxels_inside

GREY_LEVELS = 256


@dataclass(frozen=True)
class Perception:
    """Slices as a user perceives them.

    Attributes
    ----------
    pooled : ndarray of float32, shape (slices, y, x)
        Grey levels pooled by the eye.
    active : ndarray of bool, shape (slices, y, x)
        What looks like active material.
    contrast : ndarray of float32, shape (slices, y, x)
        How clearly a pixel shows what it is, in grey levels.
    inside : ndarray of bool, shape (slices, y, x), or None
        The field of view; values of the others outside are meaningless.
    """

    pooled: np.ndarray
    active: np.ndarray
    contrast: np.ndarray
    inside: np.ndarray | None = None

    def inside_of(self, index: int) -> np.ndarray | None:
        """Return the field of view of one slice, None for all of it."""
        return None if self.inside is None else self.inside[index]

    def shows_both(self, index: int, least_share: float = 0.0) -> bool:
        """Return whether more than a share of a slice looks like each of the phases."""
        active = self.active[index]
        share = np.mean(active if self.inside is None else active[self.inside[index]])
        return bool(least_share < share < 1 - least_share)


def perceive(
    slices: np.ndarray, eye_sigma_px: float, inside: np.ndarray | None = None
) -> Perception:
    """Pool the grey levels of slices in the plane, and divide them into two classes.

    The classes are divided half way between the means of Otsu's (1979,
    doi:10.1109/TSMC.1979.4310076) two classes of all pooled slices. That an edge is seen half way
    is an assumption. Otsu's own threshold may lie anywhere in the gap between two clean phases.

    Parameters
    ----------
    slices : ndarray of uint8, shape (slices, y, x)
        Slices of an image.
    eye_sigma_px : float
        Standard deviation of the Gaussian over which the eye pools, in pixels.
    inside : ndarray of bool, same shape, optional
        The field of view.

    Returns
    -------
    Perception

    Raises
    ------
    ValueError
        If there is only one grey level.
    """
    inside = known_mask(inside, slices.shape)
    require_contrast(voxels_inside(slices, inside))
    pooled = smooth_inside(slices, (0, eye_sigma_px, eye_sigma_px), inside, mode="reflect")
    seen = voxels_inside(pooled, inside)
    bright = seen > threshold_otsu(seen)
    level = float((seen[bright].mean(dtype=np.float64) + seen[~bright].mean(dtype=np.float64)) / 2)
    return Perception(pooled, pooled > level, np.abs(pooled - level), inside)


def require_contrast(seen: np.ndarray) -> None:
    """Raise ValueError if all that is looked at has one grey level."""
    if seen.min() == seen.max():
        raise ValueError(
            f"every voxel of the slices looked at has the grey level {seen.min()}; "
            "no phases can be distinguished; check the dataset's crop and grey window"
        )


@dataclass(frozen=True)
class GreyCurve:
    """How likely a grey level looks active, and how common it is, on the slices looked at.

    Attributes
    ----------
    active_share : ndarray of float64, shape (256,)
        Share of the pixels of a grey level that look active; never falls with the level.
    below : ndarray of float64, shape (257,)
        Share of all pixels that are darker than a level.
    below_other, below_active : ndarray of float64, shape (257,)
        The same among the pixels that look like pore, and like active material.
    """

    active_share: np.ndarray
    below: np.ndarray
    below_other: np.ndarray
    below_active: np.ndarray


def grey_curve(slices: np.ndarray, active: np.ndarray) -> GreyCurve:
    """Relate the grey levels (uint8) of pixels to whether they look active (bool, same shape)."""
    other = np.bincount(slices[~active], minlength=GREY_LEVELS).astype(np.float64)
    bright = np.bincount(slices[active], minlength=GREY_LEVELS).astype(np.float64)
    return curve_of_counts(other, bright)


def curve_of_counts(other: np.ndarray, bright: np.ndarray) -> GreyCurve:
    """Relate grey levels to how many of their pixels look like either phase.

    Parameters
    ----------
    other, bright : ndarray of float64, shape (256,)
        Pixels of each grey level that look like pore, and like active material.

    Returns
    -------
    GreyCurve
        Its `active_share` is the isotonic regression of the observed shares, weighted by the
        pixels of each level, and linear across levels that do not occur. It crosses a share w
        exactly where w x speckle + (1 - w) x holes of a thresholded overlay is least. Speckle are
        bright pixels that look like pore, holes are dark ones that look active.

    Raises
    ------
    ValueError
        If only one class is perceived.
    """
    if not other.any() or not bright.any():
        raise ValueError(
            "only one phase is perceived on the slices looked at, so no threshold can be chosen; "
            "check that the crop holds both phases"
        )
    pixels = other + bright
    (levels,) = np.nonzero(pixels)
    shares = isotonic_regression(bright[levels] / pixels[levels], weights=pixels[levels]).x
    return GreyCurve(
        active_share=np.interp(np.arange(GREY_LEVELS), levels, shares),
        below=_shares_below(pixels),
        below_other=_shares_below(other),
        below_active=_shares_below(bright),
    )


def _shares_below(pixels: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(pixels)]) / pixels.sum()
