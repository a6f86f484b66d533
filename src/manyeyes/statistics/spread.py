"""Standard deviations and ratios of two of them, with intervals that suit few users."""

import functools
from typing import NamedTuple

import numpy as np
import scipy

from ..randomness import generator


class SdRatio(NamedTuple):
    """Two standard deviations compared: their ratio, its interval, and a test of equality.

    Attributes
    ----------
    ratio : ndarray of float64 or float
        First over second.
    log_ratio : ndarray of float64 or float
        Natural logarithm of the ratio, the effect size (Nakagawa et al. 2015,
        doi:10.1111/2041-210X.12309; with equal numbers on both sides their small-sample
        correction cancels).
    low, high : ndarray of float64 or float
        Interval of the ratio.
    statistic : ndarray of float64 or float
        t of the paired test, F of the unpaired one.
    p_value : ndarray of float64 or float
        Two-sided.
    """

    ratio: np.ndarray
    log_ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    statistic: np.ndarray
    p_value: np.ndarray


def sample_sd(values: np.ndarray) -> np.ndarray:
    """Return the sample standard deviation over the last axis, exactly 0 if all are equal.

    The mean of equal numbers may be rounded; their deviations from it are then not exactly 0.
    """
    return np.where(np.ptp(values, axis=-1) == 0, 0.0, values.std(axis=-1, ddof=1))


def sd_interval_factors(users: int, level: float = 0.95) -> tuple[float, float]:
    """Return the factors that turn a sample SD into the ends of its chi-square interval.

    (n - 1) s^2 / sigma^2 follows the chi-square distribution with n - 1 degrees of freedom for
    normal values (Tate and Klett 1959, doi:10.1080/01621459.1959.10501528; tails of equal
    probability). For three values, the 95 % interval reaches from 0.52 to 6.28 times the SD. A
    percentile bootstrap does not show this: it covers less than half of what it should.

    Parameters
    ----------
    users : int
        n, at least 2.
    level : float, default 0.95
        Probability that the interval covers, between 0 and 1.
    """
    check_level(level)
    if users < 2:
        raise ValueError(f"the interval of an SD needs at least 2 users, found {users}")
    freedom = users - 1
    upper, lower = scipy.stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], freedom)
    return float(np.sqrt(freedom / upper)), float(np.sqrt(freedom / lower))


LEAST_FOR_RESAMPLING = 8
RESAMPLES = 4000
LEAST_KURTOSIS_EXCESS = 0.2
"""Kurtosis above 1 that is assumed at least, so that users of two groups have an error as well."""


def sd_interval(values, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a standard deviation over users whose tails may be heavy.

    With 8 users or more, the bootstrap-t interval (DiCiccio and Efron 1996,
    doi:10.1214/ss/1032280214, section 4) of the logarithm of the SD: users are drawn with
    replacement, and each sample's deviation from the logarithm is divided by its own standard
    error. That is ``sqrt((k - 1) / (4 n))`` with the kurtosis k for one realisation; for several,
    k - 1 is the relative variance, over users, of the mean square over realisations. The interval
    is widened by ``t / z * sqrt(n / (n - 1))``, the factor of Hesterberg (2015,
    doi:10.1080/00031305.2015.1089789, section 5.3) for small samples; without it our users' SDs
    are covered by 91-95 %. If one user is far from all others, many samples are without that user
    and the upper end has no bound; it is therefore never further from the SD than that of three
    users. With fewer than 8 users the interval is that of chi-square (`sd_interval_factors`).

    Coverage of the 95 % interval in per cent, that of chi-square in brackets, by
    ``benchmarks/sd_coverage.py``:

    =======================  ===========  ===========  ===========  ===========
    Values                   3 users      8 users      15 users     30 users
    =======================  ===========  ===========  ===========  ===========
    normal                   95 (95)      97 (95)      96 (95)      96 (95)
    Student's t, 5 degrees   93 (93)      97 (88)      95 (85)      93 (83)
    Laplace                  91 (91)      96 (85)      94 (82)      94 (81)
    gamma, shape 4           93 (93)      96 (91)      95 (89)      94 (88)
    log-normal, sigma 0.5    91 (91)      94 (84)      91 (81)      90 (76)
    two camps, 16 SDs apart  80 (80)      97 (99)      98 (100)     97 (100)
    =======================  ===========  ===========  ===========  ===========

    Our own users are covered by 93-98 %, except where a few in a hundred make most of the spread;
    see docs/results.md.

    Parameters
    ----------
    values : array_like, shape (users,) or (realisations, users)
        At least two users. The SD is then the root mean square over realisations; users remain
        the unit, which is cautious.
    level : float, default 0.95

    Returns
    -------
    low, high : float
        In the unit of the values; both 0 if users never differ.

    Raises
    ------
    ValueError
        If there are fewer than two users, or a value is not finite.
    """
    check_level(level)
    values = np.atleast_2d(checked_values(values, least=2))
    users = values.shape[-1]
    sd = float(np.sqrt(np.mean(sample_sd(values) ** 2)))
    if users < LEAST_FOR_RESAMPLING or sd == 0:
        low, high = sd_interval_factors(users, level)
        return sd * low, sd * high
    values = (values - values.mean(axis=-1, keepdims=True)) / sd
    # Samples are drawn by place; with places by size, names of users do not matter. Rounded, as
    # the last digits depend on the order as well.
    places = np.round([*values, np.sum(values**2, axis=0)], 9)
    values = values[:, np.lexsort(places)]
    log_sd, error = _log_sd_and_error(values, np.ones((1, users)))
    drawn, errors = _log_sd_and_error(values, _resamples(users))
    tails = [(1 + level) / 2, (1 - level) / 2]
    studentised = np.quantile((drawn - log_sd) / errors, tails)
    score = scipy.stats.norm.ppf(tails[0])
    wider = scipy.stats.t.ppf(tails[0], users - 1) / score * np.sqrt(users / (users - 1))
    low, high = np.exp(-wider * error * studentised)
    # Samples are compared by SDs with the divisor n, so the lower end starts from such a one; the
    # upper one from the usual SD, as tails that the sample misses make it too small.
    low *= np.sqrt((users - 1) / users)
    return sd * float(low), sd * float(min(high, sd_interval_factors(3, level)[1]))


@functools.cache
def _resamples(users: int) -> np.ndarray:
    """Return how often each user is drawn in each sample, the same for all values.

    float64, shape (`RESAMPLES`, users).
    """
    rng = generator("resamples of users", users)
    return rng.multinomial(users, np.full(users, 1 / users), size=RESAMPLES).astype(np.float64)


def _log_sd_and_error(values: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of each sample's SD, divisor n, and its standard error.

    values has shape (realisations, users) and a mean square of about 1, counts (samples, users).
    """
    users = values.shape[-1]
    # Sums of einsum do not depend on the number of threads, as those of BLAS may.
    means = np.einsum("su,ru->sr", counts, values) / users
    # Mean square deviation of every user from the samples' means, over realisations.
    squares = (
        np.mean(values**2, axis=0)
        - 2 * np.einsum("sr,ru->su", means, values) / len(values)
        + np.mean(means**2, axis=1, keepdims=True)
    )
    variances = np.sum(counts * squares, axis=1) / users
    # A sample of equal users has no spread, or one of rounding errors.
    variances = np.maximum(variances, 1e-12)
    excess = np.sum(counts * squares**2, axis=1) / users / variances**2 - 1
    errors = np.sqrt(np.maximum(excess, LEAST_KURTOSIS_EXCESS) / (4 * users))
    return np.log(variances) / 2, errors


def pitman_morgan(
    first, second, level: float = 0.95, *, over_realisations: bool = False
) -> SdRatio:
    """Compare the standard deviations of the same users under two conditions.

    If variances are equal, sum and difference of the pairs are uncorrelated, so the test is the
    t test of that correlation with n - 2 degrees of freedom (Pitman 1939,
    doi:10.1093/biomet/31.1-2.9; Morgan 1939, doi:10.1093/biomet/31.1-2.13). The interval
    contains the ratios that the test does not reject. Like every test of variances that assumes
    normal values, it rejects too often if tails are heavy; `deviations.compare_deviations` does
    not.

    Parameters
    ----------
    first, second : array_like, shape (..., n)
        Values of the same n users in the same order, n at least 3.
    level : float, default 0.95
        Probability that the interval covers.
    over_realisations : bool, default False
        The second-to-last axis is realisations of a dataset: variances and covariance are averaged
        over it. Degrees of freedom remain those of the users, the unit, which is cautious.

    Returns
    -------
    SdRatio
        Of shape (...); NaN if a standard deviation is 0 or the pairs are exactly proportional.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than three pairs, or a value is not finite.
    """
    check_level(level)
    first, second = checked_values(first, least=3), checked_values(second, least=3)
    if first.shape != second.shape:
        raise ValueError(
            "a paired test needs the same users in both conditions, "
            f"found {first.shape} and {second.shape} values"
        )
    freedom = first.shape[-1] - 2
    centred = [values - values.mean(axis=-1, keepdims=True) for values in (first, second)]
    summed = (-2, -1) if over_realisations else -1
    squares = [np.sum(values**2, axis=summed) for values in centred]
    products = np.sum(centred[0] * centred[1], axis=summed)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance_ratio = squares[0] / squares[1]
        unshared = 1 - products**2 / (squares[0] * squares[1])
        # For proportional pairs this is only rounding error, and no test is possible.
        unshared = np.where(unshared > 1e-12, unshared, np.nan)
        statistic = (variance_ratio - 1) * np.sqrt(freedom / (4 * variance_ratio * unshared))
        limit = scipy.stats.t.ppf((1 + level) / 2, freedom)
        # Solving the test for the ratio: K +- sqrt(K^2 - 1), whose ends are each other's inverse.
        k = 1 + 2 * unshared * limit**2 / freedom
        spread = np.sqrt(k + np.sqrt(k**2 - 1))
        ratio = np.sqrt(variance_ratio)
    statistic = np.where(np.isfinite(statistic), statistic, np.nan)
    ratio = np.where(np.isnan(statistic), np.nan, ratio)
    p_value = 2 * scipy.stats.t.sf(np.abs(statistic), freedom)
    return _as_result(ratio, ratio / spread, ratio * spread, statistic, p_value)


def f_ratio(first, second, level: float = 0.95) -> SdRatio:
    """Compare the standard deviations of different users under two conditions.

    The ratio of two sample variances over that of the true ones follows the F distribution for
    normal values (Snedecor's test; Box 1953, doi:10.1093/biomet/40.3-4.318, on how it depends on
    normality). Two SDs of three users each differ at 5 % only above a ratio of 6.24.

    Parameters
    ----------
    first : array_like, shape (..., n)
    second : array_like, shape (..., m)
        n and m at least 2.
    level : float, default 0.95

    Returns
    -------
    SdRatio
        Of shape (...); NaN where a standard deviation is 0.

    Raises
    ------
    ValueError
        If there are too few values, or one is not finite.
    """
    check_level(level)
    first, second = checked_values(first, least=2), checked_values(second, least=2)
    freedom = first.shape[-1] - 1, second.shape[-1] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = first.var(axis=-1, ddof=1) / second.var(axis=-1, ddof=1)
    statistic = np.where(np.isfinite(statistic) & (statistic > 0), statistic, np.nan)
    lower, upper = scipy.stats.f.ppf([(1 - level) / 2, (1 + level) / 2], *freedom)
    tail = np.minimum(scipy.stats.f.sf(statistic, *freedom), scipy.stats.f.cdf(statistic, *freedom))
    return _as_result(
        np.sqrt(statistic),
        np.sqrt(statistic / upper),
        np.sqrt(statistic / lower),
        statistic,
        np.minimum(1, 2 * tail),
    )


def checked_values(values, least: int) -> np.ndarray:
    """Return values as float64 with users on the last axis: at least `least`, all finite."""
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if values.shape[-1] < least:
        raise ValueError(f"expected the values of at least {least} users, found {values.shape[-1]}")
    if not np.isfinite(values).all():
        raise ValueError("expected only finite values; leave out users without a value")
    return values


def check_level(level: float) -> None:
    """Raise ValueError unless the level of an interval is between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval must be between 0 and 1, found {level}")


def _as_result(ratio, low, high, statistic, p_value) -> SdRatio:
    with np.errstate(divide="ignore"):
        log_ratio = np.log(ratio)
    return SdRatio(*(np.float64(x)[()] for x in (ratio, log_ratio, low, high, statistic, p_value)))
