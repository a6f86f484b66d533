"""How a user sets the sliders between the darkest two of three phases.

The sliders of active material are set first, as where two phases are labelled; these come second
and never pass them.
"""

from collections.abc import Callable

import numpy as np

from .eye import GREY_LEVELS
from .population import Population
from .sitting import Sitting
from .sliders import choose_threshold, choose_window, seen_area, try_until_it_fits
from .third_phase import ThirdPhase


def lower_threshold(
    slices: np.ndarray,
    seen: ThirdPhase,
    sitting: Sitting,
    upper_level: int,
    population: Population,
) -> tuple[int, int]:
    """Return the level that a user prefers, and how often the slider was set again.

    Parameters
    ----------
    slices : ndarray of uint8, shape (slices, y, x)
        Those looked at.
    seen : ThirdPhase
        What they look like.
    sitting : Sitting
        At the lower boundary.
    upper_level : int
        The threshold of active material.
    population : Population

    Returns
    -------
    level : int
        From 1 to the upper one; pixels of at least that level are brighter than pore. A user who
        sees a third phase leaves room for it: the overlay shows at least `least_seeded_share` of
        what looks like it, or all that is darker than the upper level. One who sees none, but has
        to set the slider, leaves it at the grey level that divides what looks like the rest (both
        are assumptions).
    again : int
    """
    if not seen.share:
        return min(max(round(seen.level), 1), upper_level), 0
    curve = seen.curve(slices)
    level, again = try_until_it_fits(
        lambda mood: choose_threshold(curve, mood, population.indifference),
        lambda level: 1.0 - float(curve.below[level]),
        seen_area(curve),
        sitting,
        population,
    )
    below = _shares_below(slices[seen.third])
    shown = below[upper_level] - population.least_seeded_share
    highest = int(np.searchsorted(below, max(shown, 0.0), side="right")) - 1
    return min(level, max(highest, 1)), again


def _shares_below(greys: np.ndarray) -> np.ndarray:
    """Return the share of some grey levels that is darker than each level from 0 to 256."""
    pixels = np.bincount(greys, minlength=GREY_LEVELS)
    return np.concatenate([[0.0], np.cumsum(pixels)]) / greys.size


def windows_of_three(
    slices: np.ndarray,
    seen: ThirdPhase,
    sitting: Sitting,
    upper: tuple[tuple[int, int], float],
    population: Population,
) -> tuple[int, int, int, int]:
    """Return the windows at both boundaries, the lower one set beside the upper one.

    Parameters
    ----------
    slices, seen, sitting, population
        As in `lower_threshold`; a third phase must be seen.
    upper : ((int, int), float)
        The window at the boundary of active material, and the share of wrong-looking pixels that
        is tolerated at the seeds' edge.

    Returns
    -------
    lower_low, lower_high, low, high : int
        See `both_windows`.
    """
    window, seed_error = upper
    least = population.least_seeded_share
    lower = choose_window(seen.curve(slices), sitting, seed_error, least)
    return both_windows(window, lower, slices[seen.third], least)


def fitting_windows(
    choose: Callable[[Sitting], tuple[int, int, int, int]],
    overlay_area: Callable[[tuple[int, int, int, int]], float],
    seen: ThirdPhase,
    sitting: Sitting,
    population: Population,
) -> tuple[tuple[int, int, int, int], int]:
    """Return both windows, and how often the lower one was set again after a look at its overlay.

    ``choose`` takes a sitting; ``overlay_area`` takes both windows, and returns the share of the
    slices that the overlay calls brighter than pore.
    """
    brighter, inside = seen.perception.active, seen.perception.inside
    area = float(np.mean(brighter if inside is None else brighter[inside]))
    return try_until_it_fits(choose, overlay_area, area, sitting, population)


def both_windows(
    upper: tuple[int, int], lower: tuple[int, int], greys: np.ndarray, least_share: float
) -> tuple[int, int, int, int]:
    """Make room for seeds of the third phase between those of the other two.

    Parameters
    ----------
    upper, lower : (int, int)
        Windows at either boundary, each low <= high.
    greys : ndarray of uint8, shape (n,)
        Grey levels of the pixels that look like the third phase.
    least_share : float
        Share of these that is seeded at least.

    Returns
    -------
    lower_low, lower_high, low, high : int
        None lies below the one before it. Levels from `lower_high` up to `low` seed the third
        phase. Where they are too few, both ends make way, evenly by the number of such pixels.
    """
    lower_low, lower_high = lower
    low, high = upper
    below = _shares_below(greys)
    if lower_high >= low or below[low] - below[lower_high] < least_share:
        middle = (below[low] + below[lower_high]) / 2
        middle = min(max(middle, least_share / 2), 1 - least_share / 2)
        first = int(np.searchsorted(below, middle - least_share / 2, side="right")) - 1
        last = int(np.searchsorted(below, middle + least_share / 2, side="left"))
        # a slider's range, with a level between the two
        lower_high = min(max(first, 1), GREY_LEVELS - 2)
        low = max(min(last, GREY_LEVELS - 1), lower_high + 1)
    return min(lower_low, lower_high), lower_high, low, max(high, low)
