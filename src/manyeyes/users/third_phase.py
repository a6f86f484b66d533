"""What a user perceives of a third phase, whose grey lies between those of the other two.

Users first tell active material from the rest, as where two phases are labelled. What looks like
the rest they divide again, into pore and carbon-binder domain, in the same way: half way between
the means of Otsu's two classes. Everything that people do at the boundary of active material thus
stays the same, and a phase whose grey is nearer to that of active material is taken for it.

The grey of an edge between active material and pore passes through that of the phase between. A
person knows such a rim from a region: what is thinner than the eye's own blur is not taken for a
third phase (assumption).
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from ..imaging.masks import voxels_inside
from .eye import GreyCurve, Perception, grey_curve

# A Gaussian's full width at half maximum over its standard deviation.
_FWHM_PER_SIGMA = 2.355


class ThirdPhase(NamedTuple):
    """How the darker two of three phases look on slices.

    Attributes
    ----------
    perception : Perception
        Its `active` is what looks brighter than pore: the third phase, and active material.
    level : float
        Pooled grey level between pore and the third phase.
    share : float
        Share of the slices that looks like the third phase, 0 to 1. 0 if only two phases are seen.
    third : ndarray of bool, shape (slices, y, x)
        Where.
    """

    perception: Perception
    level: float
    share: float
    third: np.ndarray

    def curve(self, slices: np.ndarray) -> GreyCurve:
        """Return how likely a grey level of the slices (uint8) looks brighter than pore."""
        brighter, inside = self.perception.active, self.perception.inside
        return grey_curve(voxels_inside(slices, inside), voxels_inside(brighter, inside))


def perceive_third(seen: Perception, eye_sigma_px: float) -> ThirdPhase:
    """Divide what does not look like active material into two classes.

    Parameters
    ----------
    seen : Perception
        Active material and the rest, from `manyeyes.users.eye.perceive`.
    eye_sigma_px : float
        Standard deviation of the Gaussian over which the eye pools, in pixels.

    Returns
    -------
    ThirdPhase
        Where the rest has a single grey level, or none of its regions is as wide as the eye's
        blur, no third phase is seen.
    """
    rest = ~seen.active if seen.inside is None else ~seen.active & seen.inside
    greys = seen.pooled[rest]
    level = _half_way(greys) if greys.size else float(seen.pooled.min())
    between = rest & (seen.pooled > level)
    third = np.stack([_wide_parts(plane, _FWHM_PER_SIGMA * eye_sigma_px) for plane in between])
    pixels = third.size if seen.inside is None else np.count_nonzero(seen.inside)
    found = Perception(
        seen.pooled, seen.active | third, np.abs(seen.pooled - np.float32(level)), seen.inside
    )
    return ThirdPhase(found, level, float(np.count_nonzero(third) / pixels), third)


def _half_way(greys: np.ndarray) -> float:
    """Return the level half way between the means of Otsu's two classes."""
    if greys.min() == greys.max():
        return float(greys[0])
    bright = greys > threshold_otsu(greys)
    return float((greys[bright].mean(dtype=np.float64) + greys[~bright].mean(dtype=np.float64)) / 2)


def _wide_parts(mask: np.ndarray, width: float) -> np.ndarray:
    """Return what a disc of some width reaches that moves about within a mask (y, x)."""
    # the disc stays on the slice, so that a rim cut off by its border is no wider there
    padded = np.pad(mask, 1)
    core = ndimage.distance_transform_edt(padded) > width / 2
    if not core.any():
        return np.zeros_like(mask)
    wide = ndimage.distance_transform_edt(~core) <= width / 2
    return wide[1:-1, 1:-1] & mask
