"""How a user sets a slider: one threshold, or the two ends of a window.

Both follow from signal detection. A grey level looks active to some degree. The threshold is where
that degree meets the user's criterion; seeds begin where doubt is no larger than the user
tolerates. For two equal Gaussian classes d apart (in units of the noise) the log-odds of being
active rise by d^2 per contrast, so the same difference between two people moves a threshold by
1 / d^2. People therefore agree on clean images and differ on noisy ones, without any tuning.
"""

from collections.abc import Callable
from math import ceil
from typing import TypeVar

import numpy as np
from scipy.special import expit, logit

from .eye import GREY_LEVELS, GreyCurve
from .population import Population
from .sitting import Sitting

Choice = TypeVar("Choice")

_EDGES = np.arange(GREY_LEVELS + 1)


def choose_threshold(curve: GreyCurve, sitting: Sitting, indifference: float) -> int:
    """Set the slider between the phases.

    Parameters
    ----------
    curve : GreyCurve
        How grey levels look.
    sitting : Sitting
        Today's criterion, and where the slider stops.
    indifference : float
        Two overlays that differ by at most this share of the area look the same.

    Returns
    -------
    int
        A level from 1 to 255; pixels of at least that level count as active.
    """
    best = _crossing(curve, float(expit(sitting.criterion)))
    area = np.interp(best, _EDGES, curve.below)
    # all levels whose overlay looks like the best one's; sides of a flat stretch belong to it
    first = int(np.searchsorted(curve.below, area - indifference, side="left"))
    last = int(np.searchsorted(curve.below, area + indifference, side="right")) - 1
    first, last = min(first, best), max(last, best)
    return _slider(first + sitting.whim * (last - first))


def choose_window(
    curve: GreyCurve, sitting: Sitting, seed_error: float, least_seeded_share: float
) -> tuple[int, int]:
    """Set the two sliders that bound the seeds of either phase.

    Seeds reach to the grey level at which the share of wrong-looking pixels is what the user just
    tolerates. This is the share of the pixels of this level, which appear and disappear as the
    slider moves, and not of all seeds: with that, the seeds of the two phases would overlap on
    clean images. A window of more tolerance always lies inside one of less.

    Parameters
    ----------
    curve : GreyCurve
        How grey levels look.
    sitting : Sitting
        Today's tolerance of wrong seeds of either phase.
    seed_error : float
        Share of wrong-looking pixels that the variant allows at the seeds' edge, below one half.
    least_seeded_share : float
        Least share of what looks like each phase that is seeded.

    Returns
    -------
    low, high : int
        Pixels below `low` seed pore, pixels of at least `high` seed active material; low <= high,
        both from 1 to 255.

    Raises
    ------
    ValueError
        If the seed error is not between 0 and one half.
    """
    if not 0 < seed_error < 0.5:
        raise ValueError(
            f"seed_error is the share of seeds that may look wrong, above 0 and below 0.5; "
            f"found {seed_error}"
        )
    odds = logit(seed_error)
    active_tolerance, other_tolerance = sitting.seed_tolerance
    # no tolerance goes beyond the level at which both phases are equally likely
    low = _slider(_crossing(curve, float(expit(min(odds + other_tolerance, 0.0)))))
    high = _slider(_crossing(curve, float(expit(max(-odds - active_tolerance, 0.0)))))
    least = int(np.searchsorted(curve.below_other, least_seeded_share, side="left"))
    most = int(np.searchsorted(curve.below_active, 1 - least_seeded_share, side="right")) - 1
    least, most = min(least, most), max(least, most)
    return _slider(min(max(low, least), most)), _slider(min(max(high, least), most))


def seen_area(curve: GreyCurve) -> float:
    """Return the share of the slices that looks active, 0 to 1."""
    # isotonic regression keeps the total
    return float(np.diff(curve.below) @ curve.active_share)


def try_until_it_fits(
    choose: Callable[[Sitting], Choice],
    overlay_area: Callable[[Choice], float],
    seen: float,
    sitting: Sitting,
    population: Population,
) -> tuple[Choice, int]:
    """Let a user compare an overlay with what is seen, and set the sliders again if it is far off.

    Parameters
    ----------
    choose : callable
        Takes a sitting, returns how the sliders are set in it.
    overlay_area : callable
        Takes that, returns the share of the slices looked at that the overlay calls active.
    seen : float
        The share that looks active.
    sitting : Sitting
    population : Population
        `overlay_tolerance` and `overlay_tries`.

    Returns
    -------
    choice
        The first whose overlay is near enough, or the last.
    again : int
        How often the sliders were set again, each time half as far from where the median user sets
        them (assumption).
    """
    for again in range(population.overlay_tries + 1):
        choice = choose(sitting.moderated(0.5**again))
        if abs(overlay_area(choice) - seen) <= population.overlay_tolerance:
            break
    return choice, again


def _crossing(curve: GreyCurve, share: float) -> float:
    """Return the lowest level, 0 to 256, of whose pixels at least a share looks active."""
    reached = int(np.searchsorted(curve.active_share, share, side="left"))
    if reached in (0, GREY_LEVELS):
        return float(reached)
    below, above = curve.active_share[reached - 1 : reached + 1]
    # a grey level fills the interval from itself to the next, and its share is that of the middle;
    # the added part is never quite 0, so that rounding does not let in the level before
    return float(reached - 0.5 + max((share - below) / (above - below), 1e-9))


def _slider(level: float) -> int:
    """Return the nearest level of a slider that leaves something on either side."""
    # half goes down, since `_crossing` gives the half above a level that just reaches the share
    return min(max(ceil(level - 0.5), 1), GREY_LEVELS - 1)
