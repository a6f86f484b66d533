"""How much painters spread whose outlines differ by a given amount, against the users of a slider.

Each user painted with the outline shifted by several amounts, so that the shifts of any population
can be put in. With a shift between two of these, a user gets what one of the two paintings gave,
moved along the mean response of all users; which one is chance, the nearer the likelier. Unlike a
line between the two, this loses nothing of the noise of a painting.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator
from ..users.people import FITTED, REFERENCE_OUTLINE_PX, people
from .choices import PANEL, choices_of_users
from .outline_experiment import OBJECTS, Parts, assurance, people_needed

CELL_OUTLINE_PX = 600.0
"""Typical length of the outlines of cells that people drew (BU-BIL): the medians of its four sets
are 264, 572, 684 and 1546 px, that of all 151 objects is 594 px."""

SPREADS_PX = np.arange(26) / 10
"""Spreads of outlines on the map, for objects of the reference size."""

CORRELATIONS = np.arange(-10, 11) / 10

READINGS = {
    "law of size": "errors grow with the object by the fitted law",
    "pixels of cells": "people err by as many pixels as on cells, whose outlines are 600 px long",
}
"""How outlines of other objects are carried over to an image."""

OBJECT_PARTS = ("apart", "with the sitting")
"""Whether what belongs to an object in one sitting cancels over objects, or belongs to the sitting
and moves all of them together."""

# Populations of outlines drawn for each correlation and spread: in each, every user has one shift.
_DRAWS = 40
_MOST_PANELS = 5000
# For means over normal shifts.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Responses(NamedTuple):
    """What the users of one image got, as volume fractions.

    Attributes
    ----------
    slider : ndarray of float64, shape (users,)
    painted : ndarray of float64, shape (users, shifts)
    shifts_px : ndarray of float64, shape (shifts,)
        Ascending.
    generosity : ndarray of float64, shape (users,)
        How much active material their sliders give, as a standard score.
    """

    slider: np.ndarray
    painted: np.ndarray
    shifts_px: np.ndarray
    generosity: np.ndarray


def responses_of(rows: pd.DataFrame) -> Responses:
    """Return the responses of one image's users.

    Parameters
    ----------
    rows : DataFrame
        As made by `manyeyes.users.outline_shifts.shifted_paintings`.

    Raises
    ------
    ValueError
        If a user lacks a painting or the slider, or there are fewer than five users.
    """
    slider = rows[rows["shift_px"].isna()].set_index("user")
    painted = rows[rows["shift_px"].notna()].pivot(
        index="user", columns="shift_px", values="active_fraction"
    )
    painted = painted.reindex(slider.index)
    if painted.isna().to_numpy().any() or painted.empty:
        raise ValueError("every user needs a slider's segmentation and a painting for each shift")
    if len(slider) < 5:
        raise ValueError(f"the map needs at least 5 users, found {len(slider)}")
    return Responses(
        slider["active_fraction"].to_numpy(),
        painted.to_numpy(),
        painted.columns.to_numpy(dtype=np.float64),
        slider["generosity"].to_numpy(),
    )


class _Between(NamedTuple):
    """The two paintings that a shift lies between: shape of the shifts, but for `moved`.

    Attributes
    ----------
    first : ndarray of int64
        Place of the lower one.
    weight : ndarray of float64
        How probably the upper one is taken, 0 to 1.
    moved : (ndarray of float64, ndarray of float64)
        What the mean response adds to the lower one and to the upper one.
    """

    first: np.ndarray
    weight: np.ndarray
    moved: tuple[np.ndarray, np.ndarray]


def _between(responses: Responses, shifts_px: np.ndarray) -> _Between:
    known, mean = responses.shifts_px, responses.painted.mean(axis=0)
    first = np.clip(np.searchsorted(known, shifts_px) - 1, 0, len(known) - 2)
    part = (shifts_px - known[first]) / (known[first + 1] - known[first])
    here = mean[first] + part * (mean[first + 1] - mean[first])
    return _Between(first, np.clip(part, 0, 1), (here - mean[first], here - mean[first + 1]))


def log_ratio(responses: Responses, spreads_px: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of SD painted over SD of the slider, and its standard error.

    Parameters
    ----------
    responses : Responses
    spreads_px : sequence of float
        Spread of people's outlines on this image, in pixels: normal, with mean 0.

    Returns
    -------
    estimate, error : ndarray of float64, shape (spreads,)
        Errors by leaving out each user in turn: the logarithm of a standard deviation is nearly
        normal, and tails of users need not be (Miller 1974, doi:10.1093/biomet/61.1.1).
    """
    shifts = np.multiply.outer(np.asarray(spreads_px, dtype=np.float64), _NODES)
    between, painted = _between(responses, shifts), responses.painted
    lower, upper = (
        np.clip(painted[:, between.first + step] + between.moved[step], 0, 1) for step in (0, 1)
    )
    weights = ((1 - between.weight) * _WEIGHTS, between.weight * _WEIGHTS)
    mean = np.sum(lower * weights[0] + upper * weights[1], axis=-1)
    within = np.sum(lower**2 * weights[0] + upper**2 * weights[1], axis=-1) - mean**2

    def of(users: np.ndarray) -> np.ndarray:
        variance = mean[users].var(axis=0, ddof=1) + within[users].mean(axis=0)
        slider = responses.slider[users].var(ddof=1)
        if slider == 0:
            raise ValueError("all sliders give the same volume fraction, so there is no ratio")
        return 0.5 * np.log(np.maximum(variance, np.finfo(float).tiny) / slider)

    everyone = np.arange(len(painted))
    without = np.stack([of(np.delete(everyone, user)) for user in everyone])
    share = (len(everyone) - 1) / len(everyone)
    error = np.sqrt(share * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    return of(everyone), error


class BreakEven(NamedTuple):
    """The spread of outlines at which both methods spread alike, in pixels, and its interval.

    0 if painting spreads more even without any, infinite if it spreads less everywhere.
    """

    px: float
    low: float
    high: float


def break_even(responses: Responses, most_px: float, level: float = 0.95) -> BreakEven:
    """Return where painting stops spreading less than the slider.

    Parameters
    ----------
    responses : Responses
    most_px : float
        How far to look.
    level : float
        Of the interval: spreads at which the ratio's interval contains 1.
    """
    spreads = np.linspace(0, most_px, 401)
    estimate, error = log_ratio(responses, spreads)
    reach = _quantile(responses, level) * error
    curves = (estimate, estimate + reach, estimate - reach)
    return BreakEven(*(_first_zero(spreads, curve) for curve in curves))


def _quantile(responses: Responses, level: float) -> float:
    return float(scipy.stats.t.ppf((1 + level) / 2, len(responses.slider) - 1))


def _first_zero(x: np.ndarray, y: np.ndarray) -> float:
    above = np.flatnonzero(y >= 0)
    if not len(above):
        return np.inf
    at = above[0]
    if at == 0:
        return 0.0
    return float(x[at - 1] + (x[at] - x[at - 1]) * -y[at - 1] / (y[at] - y[at - 1]))


def probability_of_less(responses: Responses, spreads_px: Sequence[float]) -> float:
    """Return how probable it is that painting spreads less, over draws of people's spread.

    Parameters
    ----------
    responses : Responses
    spreads_px : sequence of float
        Draws of how much people's outlines differ on this image.

    Returns
    -------
    float
        Between 0 and 1. That there are few users counts too, as Student's t.
    """
    estimate, error = log_ratio(responses, spreads_px)
    return float(np.mean(scipy.stats.t.cdf(-estimate / error, len(responses.slider) - 1)))


def panels(
    responses: Responses,
    spreads_px: Sequence[float],
    correlations: Sequence[float],
    *seed_names: object,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what panels of three would see.

    Parameters
    ----------
    responses : Responses
    spreads_px : sequence of float
        Of people's outlines on this image.
    correlations : sequence of float
        Of a person's outline in a sitting with how generous the person's slider is.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    share : ndarray of float64, shape (spreads, correlations)
        Of panels whose three painted fractions have a smaller SD than their three of the slider.
    together : ndarray of float64, same shape
        Correlation over users of painted fraction and that of the slider.
    """
    users = len(responses.slider)
    rng = generator(*seed_names, "panels")
    if users <= 30:
        choices = choices_of_users(users)
    else:
        choices = np.argsort(rng.random((_MOST_PANELS, users)), axis=1)[:, :PANEL]
    own = rng.standard_normal((_DRAWS, users))
    own -= own.mean()
    own /= own.std()
    chance = rng.random((_DRAWS, users))
    score = responses.generosity - responses.generosity.mean()
    score = score / score.std() if score.any() else np.full(users, np.nan)
    slider = _variance_of_three(responses.slider, choices)
    everyone = np.arange(users)
    share = np.full((len(spreads_px), len(correlations)), np.nan)
    together = share.copy()
    for column, correlation in enumerate(correlations):
        shared = correlation * score if correlation else 0.0
        scores = shared + np.sqrt(1 - correlation**2) * own
        if np.isnan(scores).any():
            continue
        for row, spread in enumerate(spreads_px):
            between = _between(responses, spread * scores)
            upper = chance < between.weight
            painted = responses.painted[everyone, between.first + upper]
            painted = np.clip(painted + np.where(upper, *between.moved[::-1]), 0, 1)
            share[row, column] = np.mean(_variance_of_three(painted, choices) < slider)
            together[row, column] = _correlation(
                painted, np.broadcast_to(responses.slider, painted.shape)
            )
    return share, together


def _variance_of_three(values: np.ndarray, choices: np.ndarray) -> np.ndarray:
    """Return three times the variance of each choice of three; shape (..., choices)."""
    a, b, c = (values[..., choices[:, place]] for place in range(PANEL))
    return (a - b) ** 2 + (b - c) ** 2 + (c - a) ** 2


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt(np.sum(first**2) * np.sum(second**2))
    return float(np.sum(first * second) / size) if size else np.nan


def size_of_outlines(rows: pd.DataFrame) -> float:
    """Return how long the outline of a typical object is on an image, by its users' median."""
    return float(rows.groupby("user")["outline_px"].first().median())


def scale_of(outline_px: float) -> float:
    """Return pixels on objects of a size for one on the reference size, by the law's median."""
    exponent = np.median(people()[:, FITTED.index("outline_exponent")])
    return float((outline_px / REFERENCE_OUTLINE_PX) ** exponent)


def outline_map_table(shifts: pd.DataFrame, seed: object) -> pd.DataFrame:
    """Return the map: how much more painting spreads, by spread of outlines and correlation.

    Parameters
    ----------
    shifts : DataFrame
        Of `manyeyes.users.outline_shifts.shifted_paintings`, with dataset and filter.
    seed : object
        Of the study.

    Returns
    -------
    DataFrame
        By image, spread and correlation: ``spread_reference_px`` and ``spread_px`` (on objects of
        the reference size, and here), ``correlation``, ``sd_ratio`` (SD painted over SD of the
        slider, over people and sittings) with the ends of its 95 % interval, ``panel_share`` and
        ``values_correlation`` (see `panels`). The ratio is the same for all correlations: each SD
        is of one method alone.
    """
    found = []
    for (dataset, filter_), rows in shifts.groupby(["dataset", "filter"], sort=False):
        responses = responses_of(rows)
        spreads = SPREADS_PX * scale_of(size_of_outlines(rows))
        estimate, error = log_ratio(responses, spreads)
        reach = _quantile(responses, 0.95) * error
        share, together = panels(responses, spreads, CORRELATIONS, seed, dataset, filter_)
        each = len(CORRELATIONS)
        found.append(
            pd.DataFrame(
                {
                    "dataset": dataset,
                    "filter": filter_,
                    "users": len(responses.slider),
                    "spread_reference_px": np.repeat(SPREADS_PX, each),
                    "spread_px": np.repeat(spreads, each),
                    "correlation": np.tile(CORRELATIONS, len(spreads)),
                    "sd_ratio": np.repeat(np.exp(estimate), each),
                    "ratio_low": np.repeat(np.exp(estimate - reach), each),
                    "ratio_high": np.repeat(np.exp(estimate + reach), each),
                    "panel_share": share.ravel(),
                    "values_correlation": together.ravel(),
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def spreads_of_people(outline_px: float, reading: str, objects: str) -> np.ndarray:
    """Return draws of how much fitted people's outlines differ in one sitting, in pixels.

    Parameters
    ----------
    outline_px : float
        Length of a typical object's outline on the image.
    reading : str
        One of `READINGS`.
    objects : str
        One of `OBJECT_PARTS`.

    Returns
    -------
    ndarray of float64, shape (draws,)
    """
    parts = _parts(outline_px, reading, objects)
    return np.hypot(parts.habit, parts.sitting)


def _parts(outline_px: float, reading: str, objects: str) -> Parts:
    """Return draws of the parts of people's outlines on an image."""
    fitted = dict(zip(FITTED, people().T, strict=True))
    length = outline_px if reading == "law of size" else CELL_OUTLINE_PX
    scale = (length / REFERENCE_OUTLINE_PX) ** fitted["outline_exponent"]
    habit, sitting, each = (
        scale * fitted[f"outline_{part}_sd_px"] for part in ("habit", "sitting", "object")
    )
    if objects == "with the sitting":
        return Parts(habit, np.hypot(sitting, each), np.zeros_like(each))
    return Parts(habit, sitting, each)


def outline_people_table(shifts: pd.DataFrame, seed: object) -> pd.DataFrame:
    """Return where fitted people lie on the map, and what would settle it.

    Parameters
    ----------
    shifts, seed
        As in `outline_map_table`.

    Returns
    -------
    DataFrame
        By image, reading (`READINGS`) and part of objects (`OBJECT_PARTS`): ``outline_px`` (length
        of a typical object's outline), ``people_px`` (spread of people's outlines in a sitting,
        posterior median) with its 95 % interval, ``break_even_px`` with its interval (0: painting
        spreads more even without any spread of outlines; inf: it spreads less everywhere on the
        map), ``probability`` (that painting spreads less), ``panel_share`` (of panels of three in
        which it does, at that spread without a correlation). Where objects stand apart:
        ``people_with_5_objects`` and ``people_with_20_objects``, the numbers of people who must
        outline as many objects in two sittings to be placed on one side of the break-even value
        with a power of 80 % (see `manyeyes.statistics.outline_experiment`), and ``assurance``, the
        power of the first over all draws of the posterior; missing if 200 people are not enough or
        there is no break-even value.
    """
    found = []
    for (dataset, filter_), rows in shifts.groupby(["dataset", "filter"], sort=False):
        responses, outline_px = responses_of(rows), size_of_outlines(rows)
        most = 2 * SPREADS_PX[-1] * scale_of(outline_px)
        even = break_even(responses, most)
        for reading in READINGS:
            for objects in OBJECT_PARTS:
                spreads = spreads_of_people(outline_px, reading, objects)
                low, middle, high = np.quantile(spreads, [0.025, 0.5, 0.975])
                names = (seed, dataset, filter_)
                share, _ = panels(responses, [middle], [0.0], *names)
                found.append(
                    {
                        "dataset": dataset,
                        "filter": filter_,
                        "users": len(responses.slider),
                        "outline_px": outline_px,
                        "reading": reading,
                        "objects": objects,
                        "people_px": middle,
                        "people_low": low,
                        "people_high": high,
                        "break_even_px": even.px,
                        "break_even_low": even.low,
                        "break_even_high": even.high,
                        "probability": probability_of_less(responses, spreads),
                        "panel_share": float(share[0, 0]),
                        **_experiment(
                            _parts(outline_px, reading, objects),
                            even.px if objects == "apart" else np.nan,
                            *names,
                        ),
                    }
                )
    return pd.DataFrame(found)


def _experiment(draws: Parts, boundary_px: float, *seed_names: object) -> dict[str, float]:
    columns = {objects: f"people_with_{objects}_objects" for objects in OBJECTS}
    found = dict.fromkeys([*columns.values(), "assurance"], np.nan)
    if not (np.isfinite(boundary_px) and boundary_px > 0):
        return found
    middle = Parts(*(float(np.median(part)) for part in draws))
    for objects, column in columns.items():
        found[column] = people_needed(middle, boundary_px, objects, *seed_names)
    people = found[columns[OBJECTS[0]]]
    if np.isfinite(people):
        found["assurance"] = assurance(draws, boundary_px, int(people), OBJECTS[0], *seed_names)
    return found
