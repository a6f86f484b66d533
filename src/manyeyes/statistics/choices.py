"""All choices of three users out of many: what other studies of three could have shown."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy

from .spread import check_level, checked_values

PANEL = 3
"""Users in a choice: as many as in Bailey et al. 2023, section 2.1."""


class Share(NamedTuple):
    """A share with its interval, all between 0 and 1; the ends are NaN if they are unknown."""

    share: float
    low: float
    high: float


def choices_of_users(users: int, panel: int = PANEL) -> np.ndarray:
    """Return all choices of a few users out of many.

    Parameters
    ----------
    users : int
        How many there are.
    panel : int, default 3
        How many are chosen.

    Returns
    -------
    ndarray of int64, shape (choices, panel)
        Ascending within a row, rows in lexicographic order; 4060 rows for 3 out of 30.

    Raises
    ------
    ValueError
        If there are fewer users than are to be chosen.
    """
    if not 1 <= panel <= users:
        raise ValueError(f"cannot choose {panel} out of {users} users; add users")
    return np.array(list(combinations(range(users), panel)), dtype=np.int64)


def sd_of_choices(values, choices: np.ndarray) -> np.ndarray:
    """Return the sample standard deviation of each choice of users.

    Parameters
    ----------
    values : array_like, shape (..., users)
    choices : ndarray of int64, shape (choices, panel)

    Returns
    -------
    ndarray of float64, shape (..., choices)
    """
    return np.asarray(values, dtype=np.float64)[..., choices].std(axis=-1, ddof=1)


def mean_of_choices(values, choices: np.ndarray) -> np.ndarray:
    """Return the mean of each choice of users; parameters as in `sd_of_choices`."""
    return np.asarray(values, dtype=np.float64)[..., choices].mean(axis=-1)


def pairs_of_choices(pairwise, choices: np.ndarray) -> np.ndarray:
    """Return the mean over the pairs within each choice of users.

    Parameters
    ----------
    pairwise : array_like, shape (..., users, users)
        Symmetric, such as the percentage of voxels that two users label differently.
    choices : ndarray of int64, shape (choices, panel)

    Returns
    -------
    ndarray of float64, shape (..., choices)
    """
    pairwise = np.asarray(pairwise, dtype=np.float64)
    pairs = list(combinations(range(choices.shape[1]), 2))
    return sum(pairwise[..., choices[:, a], choices[:, b]] for a, b in pairs) / len(pairs)


def place_in(distribution, value: float) -> float:
    """Return the position of a value in a distribution: 0 below all, 0.5 in the middle, 1 above.

    Ties count half, so a distribution of equal values has that value in its middle.

    Parameters
    ----------
    distribution : array_like
        Any shape; NaN is not allowed.
    value : float

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the distribution is empty or contains NaN.
    """
    distribution = np.asarray(distribution, dtype=np.float64)
    if distribution.size == 0 or np.isnan(distribution).any():
        raise ValueError("a place needs a distribution of at least one number and none missing")
    return float(scipy.stats.percentileofscore(distribution.ravel(), value, kind="mean") / 100)


def share_of_choices(
    holds: np.ndarray, choices: np.ndarray, users: int, level: float = 0.95
) -> Share:
    """Return the share of choices and realisations for which a statement holds, with an interval.

    The choices overlap, so they are not independent trials. The share is a U statistic (Hoeffding
    1948, doi:10.1214/aoms/1177730196) and its variance comes from leaving out each user in turn
    (Arvesen 1969, doi:10.1214/aoms/1177697287), and each realisation in turn; the two add up.

    Parameters
    ----------
    holds : ndarray of bool, shape (realisations, choices)
    choices : ndarray of int64, shape (choices, panel)
        Which users are in each choice.
    users : int
        How many users there are to choose from.
    level : float, default 0.95

    Returns
    -------
    Share
        The ends are NaN unless at least two choices remain when any one user is left out.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    check_level(level)
    holds = np.asarray(holds, dtype=np.float64)
    if holds.ndim != 2 or holds.shape[1] != len(choices):
        raise ValueError(
            f"expected one value per realisation and choice, (realisations, {len(choices)}), "
            f"found {holds.shape}"
        )
    share = float(holds.mean())
    per_choice = holds.mean(axis=0)
    taking_part = np.zeros((users, len(choices)))
    taking_part[choices.T, np.arange(len(choices))] = 1
    left = len(choices) - taking_part.sum(axis=1)
    if left.min() < 2:
        return Share(share, np.nan, np.nan)
    without = (per_choice.sum() - taking_part @ per_choice) / left
    variance = _jackknife_variance(without)
    realisations = len(holds)
    if realisations > 1:
        per_realisation = holds.mean(axis=1)
        others = (per_realisation.sum() - per_realisation) / (realisations - 1)
        variance += _jackknife_variance(others)
    reach = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    return Share(share, float(max(0.0, share - reach)), float(min(1.0, share + reach)))


def central_range(distribution, level: float = 0.95) -> tuple[float, float]:
    """Return the ends of the central part of a distribution that contains this share of it.

    Both ends are values of the distribution, so infinite values (ratios to an SD of 0) do no
    harm. NaN is refused.
    """
    check_level(level)
    values = np.ravel(np.asarray(distribution, dtype=np.float64))
    if values.size == 0 or np.isnan(values).any():
        raise ValueError("a range needs a distribution with some numbers and none missing")
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(values, tails, method="inverted_cdf")
    return float(low), float(high)


def shortest_range(distribution, level: float = 0.95) -> tuple[float, float]:
    """Return the ends of the shortest range that contains this share of a distribution.

    For distances, which accumulate at 0: the smallest are the best possible values, but the
    central range would leave them out as too small.
    """
    check_level(level)
    values = np.sort(checked_values(np.ravel(distribution), least=1))
    held = int(np.ceil(level * len(values)))
    lengths = values[held - 1 :] - values[: len(values) - held + 1]
    start = int(np.argmin(lengths))
    return float(values[start]), float(values[start + held - 1])


def _jackknife_variance(estimates: np.ndarray) -> float:
    n = len(estimates)
    return float((n - 1) / n * np.sum((estimates - estimates.mean()) ** 2))
