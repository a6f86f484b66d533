"""The smallest experiment that tells whether people's outlines differ by less than a boundary.

People outline the same objects in two sittings. By the rater model (see `rater_model`), the mean
shift of an outline is the sum of what a person keeps, of what belongs to the sitting, and of what
belongs to the object in this sitting. The sum of the first two variances is estimated, and its
interval compared with the boundary.
"""

from typing import NamedTuple

import numpy as np
import scipy

from ..randomness import generator

SITTINGS = 2
MOST_PEOPLE = 200
OBJECTS = (5, 20)
"""How many objects each person outlines in a sitting; above twenty hardly any person is saved."""

POWER = 0.8
_SIMULATED = 2000
_OF_EACH_DRAW = 50


class Parts(NamedTuple):
    """Standard deviations of an outline's shift, in pixels: numbers, or arrays of draws."""

    habit: float | np.ndarray
    sitting: float | np.ndarray
    object: float | np.ndarray


def placed(
    squares: tuple[np.ndarray, np.ndarray, np.ndarray],
    boundary_px: float,
    people: int,
    objects: int,
    level: float = 0.95,
) -> np.ndarray:
    """Return on which side of a boundary experiments place the spread of outlines.

    Parameters
    ----------
    squares : tuple of ndarray, each of shape (experiments,)
        Mean squares of the shifts: of people (n - 1 degrees of freedom), of sittings within people
        (n), and of what is left when objects are taken away ((2 n - 1) (m - 1)).
    boundary_px : float
    people, objects : int
        n and m.
    level : float
        Of the interval of the spread. Its variance is that of a chi-square whose degrees of freedom
        come from those of the mean squares (Satterthwaite 1946, doi:10.2307/3002019). With few
        objects it is cautious: it places people below too rarely, never too often.

    Returns
    -------
    ndarray of int64, shape (experiments,)
        -1 below, 1 above, 0 if the interval contains the boundary.
    """
    of_people, of_sittings, left = squares
    # the mean of m outlines is compared
    parts = (of_people / 2, of_sittings / 2, -left / objects)
    freedoms = (people - 1, people, (SITTINGS * people - 1) * (objects - 1))
    variance = np.maximum(sum(parts), 0.0)
    doubt = sum(part**2 / freedom for part, freedom in zip(parts, freedoms, strict=True))
    freedom = np.maximum(variance**2 / np.maximum(doubt, np.finfo(float).tiny), 1.0)
    low = freedom * variance / scipy.stats.chi2.ppf((1 + level) / 2, freedom)
    high = freedom * variance / scipy.stats.chi2.ppf((1 - level) / 2, freedom)
    boundary = boundary_px**2
    return np.where(high < boundary, -1, np.where(low > boundary, 1, 0))


def mean_squares(
    parts: Parts, people: int, objects: int, experiments: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the mean squares of experiments, see `placed`.

    Each is a chi-square if all parts are normal, and the three are independent.
    """
    left = np.square(parts.object)
    sitting = np.square(parts.sitting) + left / objects
    person = SITTINGS * np.square(parts.habit) + sitting
    freedoms = (people - 1, people, (SITTINGS * people - 1) * (objects - 1))
    return tuple(
        expected * rng.chisquare(freedom, experiments) / freedom
        for expected, freedom in zip((person, sitting, left), freedoms, strict=True)
    )


def power_to_place(
    parts: Parts, boundary_px: float, people: int, objects: int, *seed_names: object
) -> float:
    """Return how often an experiment places people on the side of the boundary where they are."""
    rng = generator(*seed_names, "experiment")
    squares = mean_squares(parts, people, objects, _SIMULATED, rng)
    side = 1 if np.hypot(parts.habit, parts.sitting) > boundary_px else -1
    return float(np.mean(placed(squares, boundary_px, people, objects) == side))


def people_needed(
    parts: Parts, boundary_px: float, objects: int, *seed_names: object, power: float = POWER
) -> float:
    """Return the smallest number of people that places the spread of their outlines.

    Parameters
    ----------
    parts : Parts
        Of the people who are to be placed.
    boundary_px : float
    objects : int
        That each outlines twice.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    power : float
        Share of experiments that give the right side.

    Returns
    -------
    float
        NaN if `MOST_PEOPLE` are not enough.
    """

    def enough(people: int) -> bool:
        return power_to_place(parts, boundary_px, people, objects, *seed_names) >= power

    if not enough(MOST_PEOPLE):
        return np.nan
    too_few, many = 1, MOST_PEOPLE
    while many - too_few > 1:
        middle = (too_few + many) // 2
        too_few, many = (too_few, middle) if enough(middle) else (middle, many)
    return float(many)


def assurance(
    draws: Parts, boundary_px: float, people: int, objects: int, *seed_names: object
) -> float:
    """Return how often an experiment gives the right side if people are draws of a posterior.

    Parameters
    ----------
    draws : Parts
        Arrays of one length.
    boundary_px, people, objects, *seed_names
        See `power_to_place`.
    """
    rng = generator(*seed_names, "assurance")
    repeated = Parts(*(np.repeat(part, _OF_EACH_DRAW) for part in draws))
    squares = mean_squares(repeated, people, objects, len(repeated.habit), rng)
    side = np.where(np.hypot(repeated.habit, repeated.sitting) > boundary_px, 1, -1)
    return float(np.mean(placed(squares, boundary_px, people, objects) == side))
