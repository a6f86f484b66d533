"""How users see, by the structure of the population that they come from.

- ``two_class``: the eye pools grey levels and takes in two classes, each as uniform as can be.
- ``sharp_eyed``: nothing is pooled; each pixel is judged by its grey level, by one criterion for
  slider and brush.
- ``contour``: what is seen are outlines; grey levels are compared across them, and paint is laid
  along them.

The last two show which results are properties of the first: they share its traits and priors, and
nothing of them is calibrated. A result that holds under all three does not depend on how a user is
assumed to see.
"""

import numpy as np

from ..imaging.masks import known_mask, voxels_inside
from .contours import judge_along_contours, perceive_contours
from .eye import (
    GreyCurve,
    Perception,
    grey_curve,
    perceive,
)
from .pixels import judge_pixels, perceive_pixels
from .population import Traits
from .sitting import Sitting


def see(
    slices: np.ndarray, traits: Traits, sitting: Sitting, inside: np.ndarray | None = None
) -> Perception:
    """Return what the user perceives on slices.

    Parameters
    ----------
    slices : ndarray of uint8, shape (slices, y, x)
        Slices of an image.
    traits : Traits
        The user.
    sitting : Sitting
        Today's criterion, which tells a sharp-eyed user which pixels are active.
    inside : ndarray of bool, same shape, optional
        The field of view, all that is looked at.

    Returns
    -------
    Perception

    Raises
    ------
    ValueError
        If there is nothing to tell apart.
    """
    population = traits.population
    match population.structure:
        case "sharp_eyed":
            return perceive_pixels(slices, sitting.criterion, inside)
        case "contour":
            least_px = population.contour_least_px
            return perceive_contours(slices, traits.eye_sigma_px, least_px, inside)
    return perceive(slices, traits.eye_sigma_px, inside)


def judge_greys(slices: np.ndarray, traits: Traits, inside: np.ndarray | None = None) -> GreyCurve:
    """Return how grey levels look to the user.

    Parameters
    ----------
    slices : ndarray of uint8, shape (slices, y, x)
        Slices looked at.
    traits : Traits
        The user.
    inside : ndarray of bool, same shape, optional
        The field of view, all that is looked at.

    Returns
    -------
    GreyCurve

    Raises
    ------
    ValueError
        If there is nothing to tell apart.
    """
    population = traits.population
    match population.structure:
        case "sharp_eyed":
            return judge_pixels(slices, inside)
        case "contour":
            least_px = population.contour_least_px
            return judge_along_contours(slices, traits.eye_sigma_px, least_px, inside)
    active = perceive(slices, traits.eye_sigma_px, inside).active
    inside = known_mask(inside, slices.shape)
    return grey_curve(voxels_inside(slices, inside), voxels_inside(active, inside))
