"""How many users are needed to show that two methods differ in spread."""

from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator
from .spread import f_ratio, pitman_morgan

MOST_USERS = 100_000


def power_unpaired(users: int, sd_ratio: float, alpha: float = 0.05) -> float:
    """Return the power of the two-sided F test with this number of users in each of two groups.

    The ratio of sample variances over that of the true ones follows F(n - 1, n - 1); see
    `spread.f_ratio`.

    Parameters
    ----------
    users : int
        Number in each group, at least 2.
    sd_ratio : float
        True ratio of the standard deviations, above 0.
    alpha : float, default 0.05
        Error rate of the test when the ratio is 1.

    Returns
    -------
    float
        Probability of a significant result, 0 to 1.
    """
    _check(users, 2, sd_ratio, alpha)
    freedom = users - 1, users - 1
    low, high = scipy.stats.f.ppf([alpha / 2, 1 - alpha / 2], *freedom)
    return float(
        scipy.stats.f.sf(high / sd_ratio**2, *freedom)
        + scipy.stats.f.cdf(low / sd_ratio**2, *freedom)
    )


def power_paired(
    users: int, sd_ratio: float, correlation: float = 0.0, alpha: float = 0.05
) -> float:
    """Return the power of the Pitman-Morgan test with this number of users under both conditions.

    Sum and difference have the correlation (R^2 - 1) / sqrt((R^2 + 1)^2 - 4 r^2 R^2) for an SD
    ratio R and a correlation r of the pairs. Given the sums, the test's t is non-central, with a
    non-centrality whose square follows a scaled chi-square distribution of n - 1 degrees of
    freedom (Gatsonis and Sampson 1989, doi:10.1037/0033-2909.106.3.516); the mean over that
    distribution is computed by Gauss-Legendre quadrature over its quantiles.

    Parameters
    ----------
    users : int
        At least 3.
    sd_ratio : float
        True ratio of the standard deviations, above 0.
    correlation : float, default 0
        Between a user's values under the two conditions, above -1 and below 1. Persistent habits
        make it positive, and either sign adds power.
    alpha : float, default 0.05

    Returns
    -------
    float
        Probability of a significant result, 0 to 1.
    """
    _check(users, 3, sd_ratio, alpha)
    if not -1 < correlation < 1:
        raise ValueError(f"a correlation of users must be between -1 and 1, found {correlation}")
    square = sd_ratio**2
    rho = (square - 1) / np.sqrt((square + 1) ** 2 - 4 * correlation**2 * square)
    freedom = users - 2
    limit = scipy.stats.t.ppf(1 - alpha / 2, freedom)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    sums = scipy.stats.chi2.ppf((nodes + 1) / 2, users - 1)
    centre = np.abs(rho) / np.sqrt(1 - rho**2) * np.sqrt(sums)
    beyond = scipy.stats.nct.sf(limit, freedom, centre) + scipy.stats.nct.sf(
        limit, freedom, -centre
    )
    return float(np.sum(weights / 2 * beyond))


def _power(users: int, sd_ratio: float, correlation: float | None, alpha: float) -> float:
    """Return the power of the paired test, or of the unpaired one if there is no correlation."""
    if correlation is None:
        return power_unpaired(users, sd_ratio, alpha)
    return power_paired(users, sd_ratio, correlation, alpha)


def _design(sd_ratio: float, correlation: float | None) -> dict:
    """Return the first columns of `power_table` and `power_curves`."""
    return {
        "sd_ratio": float(sd_ratio),
        "design": "unpaired" if correlation is None else "paired",
        "correlation": np.nan if correlation is None else float(correlation),
    }


def users_needed(
    sd_ratio: float, *, correlation: float | None = None, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many users are needed to show an SD ratio with a given power.

    Parameters
    ----------
    sd_ratio : float
        True ratio of the standard deviations, not 1.
    correlation : float or None, default None
        Between a user's values under both conditions, for the paired test; None for different
        users in each condition (then the number is that of each group).
    power : float, default 0.8
    alpha : float, default 0.05

    Returns
    -------
    int
        The smallest number that reaches the power.

    Raises
    ------
    ValueError
        If the ratio is 1, or so close to it that more than 100 000 users would be needed.
    """
    if not alpha < power < 1:
        raise ValueError(f"power must be between the error rate {alpha} and 1, found {power}")

    def reached(users: int) -> bool:
        return _power(users, sd_ratio, correlation, alpha) >= power

    enough = 4
    while not reached(enough):
        enough *= 2
        if enough > MOST_USERS:
            raise ValueError(
                f"an SD ratio of {sd_ratio} needs more than {MOST_USERS} users; "
                "choose one further from 1"
            )
    too_few = 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        too_few, enough = (too_few, middle) if reached(middle) else (middle, enough)
    return enough


def simulated_power(
    users: int,
    sd_ratio: float,
    *,
    correlation: float | None,
    draws: int,
    names: Iterable[object],
    alpha: float = 0.05,
) -> float:
    """Return the share of simulated studies with a significant result.

    Parameters
    ----------
    users : int
    sd_ratio : float
        True ratio of the standard deviations; for 1, the result is the test's error rate.
    correlation : float or None
        As in `users_needed`.
    draws : int
        Number of simulated studies; the share's standard error is at most 0.5 / sqrt(draws).
    names : iterable
        Names that seed the draws; see `manyeyes.randomness.generator`.
    alpha : float, default 0.05

    Returns
    -------
    float
    """
    rng = generator(*names)
    first, second = rng.standard_normal((2, draws, users))
    if correlation is None:
        p_value = f_ratio(sd_ratio * first, second).p_value
    else:
        second = correlation * first + np.sqrt(1 - correlation**2) * second
        p_value = pitman_morgan(sd_ratio * first, second).p_value
    return float(np.mean(p_value <= alpha))


def power_table(
    sd_ratios: Iterable[float],
    correlations: Iterable[float] = (0.0, 0.5, 0.8),
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    draws: int = 4000,
) -> pd.DataFrame:
    """Return how many users would show each SD ratio, by formula and verified by simulation.

    Parameters
    ----------
    sd_ratios : iterable of float
        True ratios, each not 1.
    correlations : iterable of float, default (0, 0.5, 0.8)
        Between a user's values under both conditions, for the paired test.
    power, alpha : float, default 0.8 and 0.05
    draws : int, default 4000
        Number of simulated studies per row.

    Returns
    -------
    DataFrame
        sd_ratio, design (unpaired, paired), correlation (NaN when unpaired), users (in each
        group when unpaired), power (by formula, for this number), simulated_power.
    """
    rows = []
    for ratio, correlation in product(list(sd_ratios), [None, *correlations]):
        users = users_needed(ratio, correlation=correlation, power=power, alpha=alpha)
        simulated = simulated_power(
            users,
            ratio,
            correlation=correlation,
            draws=draws,
            names=("power", ratio, correlation, users, alpha),
            alpha=alpha,
        )
        rows.append(
            {
                **_design(ratio, correlation),
                "users": users,
                "power": _power(users, ratio, correlation, alpha),
                "simulated_power": simulated,
            }
        )
    return pd.DataFrame(rows)


def power_curves(
    sd_ratios: Iterable[float],
    users: Iterable[int],
    correlations: Iterable[float] = (0.0, 0.5, 0.8),
    *,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the power of both tests for numbers of users, by formula.

    Parameters
    ----------
    sd_ratios : iterable of float
        True ratios.
    users : iterable of int
        Each at least 3; in each group when unpaired.
    correlations : iterable of float, default (0, 0.5, 0.8)
        As in `power_table`.
    alpha : float, default 0.05

    Returns
    -------
    DataFrame
        sd_ratio, design (unpaired, paired), correlation (NaN when unpaired), users, power.
    """
    rows = [
        {
            **_design(ratio, correlation),
            "users": number,
            "power": _power(number, ratio, correlation, alpha),
        }
        for correlation, ratio, number in product(
            [None, *correlations], list(sd_ratios), list(users)
        )
    ]
    return pd.DataFrame(rows, columns=["sd_ratio", "design", "correlation", "users", "power"])


def users_to_show(sd_ratio: float, correlation: float) -> float:
    """Return `users_needed` for an observed paired ratio, NaN if no number would suffice.

    Parameters
    ----------
    sd_ratio, correlation : float
        As observed. NaN, a ratio very close to 1 and exactly proportional pairs give NaN.

    Returns
    -------
    float
    """
    if not (np.isfinite(sd_ratio) and sd_ratio > 0 and abs(correlation) < 1 - 1e-9):
        return float("nan")
    try:
        return float(users_needed(sd_ratio, correlation=correlation))
    except ValueError:
        return float("nan")


def _check(users: int, least: int, sd_ratio: float, alpha: float) -> None:
    if users < least:
        raise ValueError(f"this test needs at least {least} users, found {users}")
    if not sd_ratio > 0:
        raise ValueError(f"a ratio of standard deviations must be above 0, found {sd_ratio}")
    if not 0 < alpha < 1:
        raise ValueError(f"an error rate must be between 0 and 1, found {alpha}")
