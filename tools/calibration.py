"""Two spreads of the population, set by two numbers of Bailey et al. 2023 and by nothing else.

The spread of the threshold criterion is set by the pairwise difference of S2 on raw NMC-2, that of
the tolerated seed error by the one of cWS (7.6 % and 4.6 %, section 3.1.2). What is matched is the
expectation over many users and realisations of the twin, none of them a study's; the paper's three
people are one draw from it. Contrast-to-noise and spread are confounded, since noise moves a
threshold by as much as people do. The calibration therefore holds for the contrast-to-noise it was
made at, and is repeated at others for comparison.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from manyeyes.labels import ACTIVE
from manyeyes.methods.watershed import gradient_magnitude, watershed
from manyeyes.randomness import generator
from manyeyes.users.eye import GREY_LEVELS, GreyCurve
from manyeyes.users.population import Population, Traits, draw_traits
from manyeyes.users.seeding import WatershedOverlay, look, settle_threshold, settle_window
from manyeyes.users.sitting import Sitting, begin_sitting


def mean_pairwise_percent(
    votes: np.ndarray, users: int, weights: np.ndarray | None = None
) -> float:
    """Return how much pairs of users differ on average, from how many call each voxel active.

    Parameters
    ----------
    votes : ndarray of int, any shape
        Users who call a voxel active.
    users : int
        All users.
    weights : ndarray, same shape, optional
        Voxels that an entry stands for; one each by default.

    Returns
    -------
    float
        Mean over all pairs of users of the share of voxels that they label differently, in per
        cent (Bailey et al. 2023, section 2.6.2). Of k users against n - k, k (n - k) pairs of
        n (n - 1) / 2 differ.

    Raises
    ------
    ValueError
        If there are fewer than two users, or more votes than users.
    """
    if users < 2:
        raise ValueError(f"pairs need at least 2 users, found {users}")
    votes = np.asarray(votes, dtype=np.float64)
    if votes.min() < 0 or votes.max() > users:
        raise ValueError(f"votes must lie between 0 and the {users} users")
    apart = 2 * votes * (users - votes) / (users * (users - 1))
    return 100 * float(np.average(apart, weights=weights))


PANELS = 2000
"""Panels of three that are drawn from a crowd before each realisation."""


class Expectation(NamedTuple):
    """How people differ, as functions of a spread; the same standard scores serve every spread.

    Attributes
    ----------
    percents : callable
        Takes a spread, returns the mean pairwise difference in per cent for each realisation.
    differences : callable
        Takes a spread, returns the pairwise differences in per cent for each realisation, each an
        array of shape (users, users).
    """

    percents: Callable[[float], list]
    differences: Callable[[float], list]


@dataclass(frozen=True)
class Crowd:
    """Users before realisations of one tomogram.

    Attributes
    ----------
    images : sequence of ndarray of uint8, shape (z, y, x)
        Realisations, which must all show both phases.
    users : int
        People before each realisation. They differ from one realisation to the next, so that the
        expectation rests on as many people as can be, and none of them is a study's.
    seed : object
        The study's seed.
    dataset : str
        Name of the tomogram, for the seeds.
    crop : int
        Edge, in voxels, of the central cube that watersheds are run on. Users look at the whole.
    threads : int
        Watersheds at a time; results do not depend on it.
    """

    images: Sequence[np.ndarray]
    users: int
    seed: object
    dataset: str
    crop: int
    threads: int = 1

    def sittings(
        self, population: Population, realisation: int, method: str
    ) -> Iterator[tuple[Traits, Sitting]]:
        """Yield the people before a realisation, and how each sits down to a method."""
        for index in range(self.users):
            user = f"calibration {realisation} {index}"
            traits = draw_traits(population, self.seed, user)
            dataset = f"{self.dataset} {realisation}"
            yield traits, begin_sitting(traits, self.seed, user, dataset, "raw", method)


def expected_threshold_percent(crowd: Crowd, population: Population) -> Expectation:
    """Return S2's pairwise difference as a function of the spread of the threshold criterion.

    The function takes a spread and returns the mean pairwise difference in per cent for each
    realisation. The same standard scores serve every spread, so it is as smooth as grey levels
    allow. `population` has all other priors.
    """
    curves = _curves(crowd, population, "threshold")
    histograms = [np.bincount(image.ravel(), minlength=GREY_LEVELS) for image in crowd.images]

    def levels_of(spread: float, realisation: int) -> list[int]:
        spread_population = replace(population, threshold_criterion_sd=spread)
        sittings = crowd.sittings(spread_population, realisation, "threshold")
        return [
            settle_threshold(curve, sitting, population)[0]
            for (curve, _), (_, sitting) in zip(curves[realisation], sittings, strict=True)
        ]

    def percents(spread: float) -> list[float]:
        # thresholds are nested, so grey levels vote for all of their voxels
        return [
            mean_pairwise_percent(
                np.cumsum(np.bincount(levels_of(spread, index), minlength=GREY_LEVELS)),
                crowd.users,
                histogram,
            )
            for index, histogram in enumerate(histograms)
        ]

    def differences(spread: float) -> list[np.ndarray]:
        shares = [np.cumsum(histogram) / histogram.sum() for histogram in histograms]
        below = [share[np.array(levels_of(spread, n)) - 1] for n, share in enumerate(shares)]
        return [100 * np.abs(one[:, None] - one[None, :]) for one in below]

    return Expectation(percents, differences)


def expected_watershed_percent(
    crowd: Crowd, population: Population, seed_error: float
) -> Expectation:
    """Return a watershed's pairwise difference as a function of the spread of the seed error.

    The function takes a spread and returns the mean pairwise difference in per cent for each
    realisation, on the crowd's crop. Windows are whole grey levels, so users share many, and each
    is flooded once. `seed_error` is the variant's; `population` has all other priors.
    """
    curves = _curves(crowd, population, "watershed")
    crops = [_centre(image, crowd.crop) for image in crowd.images]
    gradients = [gradient_magnitude(crop) for crop in crops]
    flooded: dict[tuple, np.ndarray] = {}

    @cache
    def overlay(realisation, looked_at):
        return WatershedOverlay(crowd.images[realisation], list(looked_at))

    def active(task):
        realisation, window = task
        labels = watershed(crops[realisation], *window, gradients[realisation])
        return np.packbits(labels == ACTIVE)

    def flooded_for(spread: float) -> list[list[tuple]]:
        spread_population = replace(population, seed_error_spread=spread)
        tasks: list[list[tuple]] = []
        for realisation in range(len(crops)):
            sittings = crowd.sittings(spread_population, realisation, "watershed")
            tasks.append([])
            for (curve, looked_at), (traits, sitting) in zip(
                curves[realisation], sittings, strict=True
            ):
                shown = overlay(realisation, tuple(looked_at))
                look_at = (shown.active_area, shown.area_seen(traits, sitting))
                window, _ = settle_window(curve, sitting, seed_error, population, look_at)
                tasks[-1].append((realisation, window))
        new = sorted({task for some in tasks for task in some} - flooded.keys())
        with ThreadPoolExecutor(crowd.threads) as pool:
            flooded.update(zip(new, pool.map(active, new), strict=True))
        return tasks

    def percents(spread: float) -> list[float]:
        results = []
        for crop, tasks in zip(crops, flooded_for(spread), strict=True):
            votes = np.zeros(crop.size, dtype=np.int32)
            for task in tasks:
                votes += np.unpackbits(flooded[task], count=crop.size)
            results.append(mean_pairwise_percent(votes, crowd.users))
        return results

    def differences(spread: float) -> list[np.ndarray]:
        results = []
        for crop, tasks in zip(crops, flooded_for(spread), strict=True):
            windows = sorted(set(tasks))
            place = [windows.index(task) for task in tasks]
            apart = np.array(
                [
                    [int(np.bitwise_count(flooded[a] ^ flooded[b]).sum()) for b in windows]
                    for a in windows
                ]
            )
            results.append(100 / crop.size * apart[np.ix_(place, place)])
        return results

    return Expectation(percents, differences)


def panel_bounds(
    differences: Sequence[np.ndarray], target_percent: float, value: float, *seed_names: object
) -> tuple[float, float]:
    """Return between which values a parameter lies, given that the paper's number is of three.

    Parameters
    ----------
    differences : sequence of ndarray, shape (users, users)
        For each realisation, in per cent at the calibrated value.
    target_percent : float
        The paper's mean over the three pairs of its panel.
    value : float
        The calibrated value; differences are taken to grow in proportion to it.
    *seed_names : object

    Returns
    -------
    low, high : float
        The values at which the paper's number is the 97.5th and the 2.5th percentile of what panels
        of three give.
    """
    rng = generator(*seed_names, "panels")
    panels = []
    for apart in differences:
        for _ in range(PANELS):
            a, b, c = rng.choice(len(apart), 3, replace=False)
            panels.append((apart[a, b] + apart[a, c] + apart[b, c]) / 3)
    few, many = np.quantile(panels, [0.025, 0.975])
    return float(value * target_percent / many), float(value * target_percent / few)


@dataclass(frozen=True)
class Calibration:
    """The result of matching one number.

    Attributes
    ----------
    parameter : str
        Field of the population.
    target_percent : float
        The paper's number.
    value : float
        The parameter that matches it in expectation; NaN if none within the bounds does.
    percents : tuple of float
        Mean pairwise difference for each realisation at that value.
    curve : tuple of (float, float)
        Values tried and the expectation at each, ascending.
    """

    parameter: str
    target_percent: float
    value: float
    percents: tuple[float, ...]
    curve: tuple[tuple[float, float], ...]


def calibrate(
    parameter: str,
    percents: Callable[[float], list],
    target_percent: float,
    grid: Sequence[float],
    tolerance: float,
) -> Calibration:
    """Find the value of a parameter at which the expectation meets the paper's number.

    Parameters
    ----------
    parameter : str
        Its name.
    percents : callable
        From `expected_threshold_percent` or `expected_watershed_percent`.
    target_percent : float
        Number to meet.
    grid : sequence of float
        Ascending values at which the curve is taken first; the target is sought in the first
        interval that brackets it, from below.
    tolerance : float
        Error of the value that is accepted.

    Returns
    -------
    Calibration
        With value NaN if the curve does not reach the target on the grid; no other parameter is
        changed to reach it.
    """
    tried: dict[float, list[float]] = {}

    def excess(value: float) -> float:
        tried[value] = percents(value)
        return float(np.mean(tried[value])) - target_percent

    value = np.nan
    low, low_excess = None, None
    for high in grid:
        high_excess = excess(high)
        if low is not None and low_excess <= 0 <= high_excess:
            value = brentq(excess, low, high, xtol=tolerance)
            break
        low, low_excess = high, high_excess
    return Calibration(
        parameter=parameter,
        target_percent=target_percent,
        value=float(value),
        percents=() if np.isnan(value) else tuple(percents(value)),
        curve=tuple((key, float(np.mean(tried[key]))) for key in sorted(tried)),
    )


def _curves(
    crowd: Crowd, population: Population, method: str
) -> list[list[tuple[GreyCurve, list[int]]]]:
    """Return how grey levels look to each user, and where: neither spread changes that."""
    return [
        [
            look(image, traits, sitting)
            for traits, sitting in crowd.sittings(population, realisation, method)
        ]
        for realisation, image in enumerate(crowd.images)
    ]


def _centre(image: np.ndarray, edge: int) -> np.ndarray:
    if not 0 < edge <= min(image.shape):
        raise ValueError(
            f"the crop must be between 1 and {min(image.shape)} voxels wide, found {edge}"
        )
    starts = [(length - edge) // 2 for length in image.shape]
    return np.ascontiguousarray(image[tuple(slice(start, start + edge) for start in starts)])
