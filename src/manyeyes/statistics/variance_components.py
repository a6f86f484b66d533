"""Variances of two random factors that cross, such as users and seeds, with intervals."""

from typing import NamedTuple

import numpy as np
import scipy

from .spread import check_level


class Variance(NamedTuple):
    """A variance and its interval; the estimate is cut at 0, as the ends are.

    Attributes
    ----------
    value, low, high : float
        In the square of the unit of the values.
    """

    value: float
    low: float
    high: float

    @property
    def sds(self) -> tuple[float, float, float]:
        """The three as standard deviations."""
        return float(np.sqrt(self.value)), float(np.sqrt(self.low)), float(np.sqrt(self.high))


class Components(NamedTuple):
    """What every value of a table of users and seeds is made of.

    Attributes
    ----------
    users, seeds : int
    user, seed, rest : Variance
        Between users; between seeds, the same for all users; and what is left, which is how
        differently a seed turns out for different users.
    another_seed : Variance
        How much one more training of the same user differs: seed and rest together.
    one_training : Variance
        How much users differ if each trains once from a seed of their own: all together.
    statistic, p_value : float
        F test of no difference between users.
    mean, mean_low, mean_high : float
        Mean over all users and seeds like these.
    """

    users: int
    seeds: int
    user: Variance
    seed: Variance
    rest: Variance
    another_seed: Variance
    one_training: Variance
    statistic: float
    p_value: float
    mean: float
    mean_low: float
    mean_high: float


def crossed_components(values: np.ndarray, level: float = 0.95) -> Components:
    """Take the variance of values apart into users, seeds and the rest.

    The model is ``value = mean + user + seed + rest``, all three random, normal and independent:
    the two-way crossed model without replication. Variances are estimated from the mean squares of
    the analysis of variance (Searle, Casella and McCulloch 1992, doi:10.1002/9780470316856,
    section 4.3). The interval of the rest is exact; those of user and seed, which are differences
    of two mean squares, are the modified large-sample intervals of Ting, Burdick, Graybill,
    Jeyaratnam and Lu (1990, doi:10.1080/00949659008811240); those of sums are those of Graybill
    and Wang (1980, doi:10.1080/01621459.1980.10477565). The lower end of user is above 0 exactly
    where the F test finds a difference between users. The interval of the mean has the degrees of
    freedom of Satterthwaite (1946, doi:10.2307/3002019).

    Parameters
    ----------
    values : ndarray of float, shape (users, seeds)
        At least two of each, all finite.
    level : float, default 0.95

    Returns
    -------
    Components

    Raises
    ------
    ValueError
        If there are fewer than two users or seeds, or a value is not finite.
    """
    check_level(level)
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ValueError(
            "expected values of at least two users and two seeds, as a table of users and seeds; "
            f"found an array of shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError(
            "expected only finite values; leave out users whose seeds are not all done"
        )
    users, seeds = values.shape
    between_users, between_seeds, left = _mean_squares(values)
    rest = _sum_of([(1.0, left)], level)
    statistic = between_users.value / left.value if left.value > 0 else np.nan
    mean = float(values.mean())
    low, high = _mean_interval(mean, values.size, between_users, between_seeds, left, level)
    return Components(
        users=users,
        seeds=seeds,
        user=_difference_of(1 / seeds, between_users, left, level),
        seed=_difference_of(1 / users, between_seeds, left, level),
        rest=rest,
        another_seed=_sum_of([(1 / users, between_seeds), (1 - 1 / users, left)], level),
        one_training=_sum_of(
            [
                (1 / seeds, between_users),
                (1 / users, between_seeds),
                (1 - 1 / seeds - 1 / users, left),
            ],
            level,
        ),
        statistic=float(statistic),
        p_value=float(scipy.stats.f.sf(statistic, between_users.freedom, left.freedom)),
        mean=mean,
        mean_low=low,
        mean_high=high,
    )


class _MeanSquare(NamedTuple):
    value: float
    freedom: int


def _mean_squares(values: np.ndarray) -> tuple[_MeanSquare, _MeanSquare, _MeanSquare]:
    """Return the mean squares of rows, of columns and of what is left."""
    rows, columns = values.shape
    mean = values.mean()
    of_rows = values.mean(axis=1, keepdims=True)
    of_columns = values.mean(axis=0, keepdims=True)
    left = values - of_rows - of_columns + mean
    freedom = (rows - 1) * (columns - 1)
    return (
        _MeanSquare(float(columns * np.sum((of_rows - mean) ** 2) / (rows - 1)), rows - 1),
        _MeanSquare(float(rows * np.sum((of_columns - mean) ** 2) / (columns - 1)), columns - 1),
        _MeanSquare(float(np.sum(left**2) / freedom), freedom),
    )


def _chi(freedom: int, level: float) -> tuple[float, float]:
    """Return G and H: how far below and above it the exact interval of a mean square reaches."""
    lower, upper = scipy.stats.chi2.ppf([(1 - level) / 2, (1 + level) / 2], freedom) / freedom
    return float(1 - 1 / upper), float(1 / lower - 1)


def _sum_of(parts: list[tuple[float, _MeanSquare]], level: float) -> Variance:
    """Return a sum of mean squares with positive factors, after Graybill and Wang (1980)."""
    value = sum(factor * square.value for factor, square in parts)
    below = above = 0.0
    for factor, square in parts:
        g, h = _chi(square.freedom, level)
        below += (g * factor * square.value) ** 2
        above += (h * factor * square.value) ** 2
    return Variance(value, max(value - np.sqrt(below), 0.0), value + np.sqrt(above))


def difference_of_mean_squares(
    factor: float,
    first: float,
    first_freedom: int,
    second: float,
    second_freedom: int,
    *,
    second_factor: float | None = None,
    level: float = 0.95,
) -> Variance:
    """Return a variance that is a difference of two mean squares, with its interval.

    Parameters
    ----------
    factor : float
        Of the first mean square, and of the second unless `second_factor` is given.
    first, second : float
        Mean squares.
    first_freedom, second_freedom : int
    second_factor : float, optional
    level : float, default 0.95

    Returns
    -------
    Variance
        The modified large-sample interval of Ting et al. (1990, doi:10.1080/00949659008811240).
    """
    other = factor if second_factor is None else second_factor
    one, two = factor * first, other * second
    g1, h1 = _chi(first_freedom, level)
    g2, h2 = _chi(second_freedom, level)
    lower, upper = scipy.stats.f.ppf(
        [(1 - level) / 2, (1 + level) / 2], first_freedom, second_freedom
    )
    g12 = ((upper - 1) ** 2 - g1**2 * upper**2 - h2**2) / upper
    h12 = ((1 - lower) ** 2 - h1**2 * lower**2 - g2**2) / lower
    below = (g1 * one) ** 2 + (h2 * two) ** 2 + g12 * one * two
    above = (h1 * one) ** 2 + (g2 * two) ** 2 + h12 * one * two
    value = one - two
    low = value - np.sqrt(max(below, 0.0))
    high = value + np.sqrt(max(above, 0.0))
    return Variance(max(value, 0.0), max(float(low), 0.0), max(float(high), 0.0))


def _difference_of(
    factor: float, first: _MeanSquare, second: _MeanSquare, level: float
) -> Variance:
    return difference_of_mean_squares(
        factor, first.value, first.freedom, second.value, second.freedom, level=level
    )


def _mean_interval(mean, values, between_users, between_seeds, left, level):
    """Return the ends of the mean's interval, with Satterthwaite's degrees of freedom.

    Users and seeds both move the mean, and the rest is in both of their mean squares. No variance
    is below 0, so neither mean square is taken for less than the rest.
    """
    of_users = max(between_users, left)
    total = of_users.value + max(between_seeds.value - left.value, 0.0)
    squares = (of_users, between_seeds, left) if between_seeds > left else (of_users,)
    spread = sum(square.value**2 / square.freedom for square in squares)
    if spread == 0:
        return mean, mean
    # Never fewer than that of the factor with fewer levels.
    freedom = max(total**2 / spread, min(between_users.freedom, between_seeds.freedom))
    reach = scipy.stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(total / values)
    return float(mean - reach), float(mean + reach)
