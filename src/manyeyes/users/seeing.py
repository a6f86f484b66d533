"""How users see, by the structure of the population that they come from.

- ``two_class``: the eye pools grey levels and divides them into two classes.
- ``sharp_eyed``: nothing is pooled; each pixel is judged by its grey level, with one criterion for
  slider and brush.
- ``contour``: the user sees outlines, compares grey levels across them and paints along them.

The last two show which results are properties of the first. They have the same traits and priors,
and each is calibrated on the same two numbers. A result that holds for all three does not depend
on how a user is assumed to see.
"""

import numpy as np

from ..imaging.masks import known_mask, voxels_inside
from .contours import judge_along_contours, perceive_contours
from .eye import GreyCurve, Perception, grey_curve, perceive
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
    traits : Traits
    sitting : Sitting
        Today's criterion, by which a sharp-eyed user takes pixels for active.
    inside : ndarray of bool, same shape, optional
        The field of view.

    Raises
    ------
    ValueError
        If no phases can be distinguished.
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
    """Return how grey levels look to the user; parameters and errors are those of `see`."""
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
