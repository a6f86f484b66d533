"""The error of a method over users, split into bias and spread."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy

from .spread import check_level, checked_values, sample_sd, sd_interval

DRAWS = 4000


class ErrorParts(NamedTuple):
    """Bias, spread and root-mean-square error of one method, each with its interval.

    rmse^2 = bias^2 + (n - 1) / n sd^2 holds exactly between the three numbers.

    Attributes
    ----------
    users : int
    bias, bias_low, bias_high : float
        Mean error over users, and the interval for that of all users.
    sd, sd_low, sd_high : float
        Sample standard deviation over users, and the interval for that of all users.
    rmse, rmse_low, rmse_high : float
        Root mean square of the users' errors, and the interval for that of all users.
    bias_share : float
        bias^2 / rmse^2, 0 to 1; NaN when there is no error at all.
    """

    users: int
    bias: float
    bias_low: float
    bias_high: float
    sd: float
    sd_low: float
    sd_high: float
    rmse: float
    rmse_low: float
    rmse_high: float
    bias_share: float


def error_parts(errors, level: float = 0.95) -> ErrorParts:
    """Split the errors of several users into bias and spread.

    The bias has the t interval, the SD that of `spread.sd_interval`. The squared error over all
    users, mu^2 + sigma^2, has no exact interval; that of its generalised pivotal quantity is given
    (Weerahandi 1993, doi:10.1080/01621459.1993.10476355): mu and sigma are drawn from the values
    that the users' mean and SD permit, by stratified draws (McKay, Beckman and Conover 1979,
    doi:10.1080/00401706.1979.10489755) which are the same every time. In simulations the 90 %
    interval of the RMSE covers 89-90 % with 30 users, 86-90 % with 8 and 82-88 % with 3, lowest
    without bias. Bias and RMSE assume errors that are normal over users.

    Parameters
    ----------
    errors : array_like, shape (users,)
        Segmented minus true volume fraction of each user, at least two.
    level : float, default 0.95

    Returns
    -------
    ErrorParts
        In the unit of the errors.

    Raises
    ------
    ValueError
        If there are fewer than two users or an error is not finite.
    """
    check_level(level)
    errors = checked_values(errors, least=2)
    if errors.ndim != 1:
        raise ValueError(f"expected one error per user, found an array of shape {errors.shape}")
    users = len(errors)
    bias, sd = float(errors.mean()), float(sample_sd(errors))
    reach = scipy.stats.t.ppf((1 + level) / 2, users - 1) * sd / np.sqrt(users)
    sd_low, sd_high = sd_interval(errors, level)
    rmse = float(np.sqrt(np.mean(errors**2)))
    means, sds = plausible_normals(bias, sd, users)
    tails = [(1 - level) / 2, (1 + level) / 2]
    rmse_low, rmse_high = np.quantile(np.sqrt(means**2 + sds**2), tails)
    return ErrorParts(
        users=users,
        bias=bias,
        bias_low=float(bias - reach),
        bias_high=float(bias + reach),
        sd=sd,
        sd_low=sd_low,
        sd_high=sd_high,
        rmse=rmse,
        rmse_low=float(rmse_low),
        rmse_high=float(rmse_high),
        bias_share=float(bias**2 / rmse**2) if rmse > 0 else float("nan"),
    )


def plausible_normals(
    mean: float,
    sd: float,
    users: int,
    *,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard deviations of populations that a sample could come from.

    sigma = s sqrt((n - 1) / chi2) and mu = mean - z sigma / sqrt(n). Each of the two axes is
    divided into as many strata as there are draws, so that quantiles of sigma alone are those of
    the chi-square interval.

    Parameters
    ----------
    mean, sd : float
        Of the sample.
    users : int
        Size of the sample, at least 2.
    draws : int, default 4000
    rng : numpy Generator, optional
        Shuffles both axes, so that several samples can be combined. Without it, the strata are
        paired by the golden-ratio sequence, which is the same every time.

    Returns
    -------
    means, sds : ndarray of float64, shape (draws,)
    """
    inflations, scores = _pivots(users, draws)
    if rng is None:
        golden = (np.sqrt(5) - 1) / 2
        scores = scores[np.argsort((np.arange(draws) * golden) % 1, kind="stable")]
    else:
        inflations, scores = rng.permutation(inflations), rng.permutation(scores)
    sds = sd * inflations
    means = mean + scores * sds / np.sqrt(users)
    return means, sds


@lru_cache(maxsize=32)
def _pivots(users: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sigma / s and the normal score of each stratum; the same for every sample."""
    strata = (np.arange(draws) + 0.5) / draws
    pivots = (
        np.sqrt((users - 1) / scipy.stats.chi2.ppf(strata, users - 1)),
        scipy.stats.norm.ppf(strata),
    )
    for values in pivots:
        values.flags.writeable = False
    return pivots
