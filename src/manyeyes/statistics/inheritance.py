"""Whether a network has its user's bias, averages it out, or adds its own."""

from typing import NamedTuple

import numpy as np
import scipy

from .spread import check_level, checked_values, pitman_morgan, sample_sd
from .variance_components import Variance, crossed_components, difference_of_mean_squares

LEAST_USERS = 4
"""A regression over users needs two degrees of freedom for its scatter."""


class Slope(NamedTuple):
    """A straight line over users.

    Attributes
    ----------
    slope, low, high : float
        Ordinary least squares, and the t interval.
    correlation, correlation_low, correlation_high : float
        Pearson's, and the interval of Fisher's z (1921).
    scatter : float
        Residual mean square.
    """

    slope: float
    low: float
    high: float
    correlation: float
    correlation_low: float
    correlation_high: float
    scatter: float


class Inheritance(NamedTuple):
    """How a network's volume fractions follow from its users.

    Attributes
    ----------
    users, seeds : int
    on_forest, on_labels : Slope
        Of the network's fraction, a mean over seeds, on the fraction of the same user's forest and
        on the bias of their labels.
    sd_network, sd_forest : float
        SD over users.
    sd_ratio, sd_ratio_low, sd_ratio_high : float
        Network over forest, for the same users (`spread.pitman_morgan`).
    own : Variance
        What differs between users' networks beyond the line on the forest and beyond what seeds
        leave in a mean over seeds.
    offset, offset_low, offset_high : float
        How much more active material networks find than forests, in the mean over users and seeds.
    """

    users: int
    seeds: int
    on_forest: Slope
    on_labels: Slope
    sd_network: float
    sd_forest: float
    sd_ratio: float
    sd_ratio_low: float
    sd_ratio_high: float
    own: Variance
    offset: float
    offset_low: float
    offset_high: float


def inheritance(
    networks: np.ndarray, forest: np.ndarray, label_bias: np.ndarray, level: float = 0.95
) -> Inheritance:
    """Relate what networks find to the forests and the labels of the same users.

    Three things can happen to a user's bias, and they do not exclude each other. A network inherits
    it as far as the slope on the forest is above 0; it averages it out as far as networks spread
    less than forests; and it adds its own as far as networks of different users differ more around
    the line than their seeds do. Users whose forests hardly differ say nothing of the slope; its
    interval is then wide.

    The regressor is taken as known: a forest has a seed too, which makes a slope too small.

    Parameters
    ----------
    networks : ndarray of float, shape (users, seeds)
        Volume fractions, at least four users and two seeds.
    forest, label_bias : ndarray of float, shape (users,)
        Of the same users in the same order. A label bias of NaN (no truth) gives a line of NaN.
    level : float, default 0.95

    Returns
    -------
    Inheritance

    Raises
    ------
    ValueError
        If there are too few users or seeds, or a fraction is not finite.
    """
    networks = np.asarray(networks, dtype=np.float64)
    parts = crossed_components(networks, level)
    means = networks.mean(axis=1)
    forest = checked_values(forest, least=LEAST_USERS)
    label_bias = np.asarray(label_bias, dtype=np.float64)
    if not forest.shape == label_bias.shape == means.shape:
        raise ValueError(
            f"expected the same users everywhere, found {means.size} with networks, {forest.size} "
            f"with forests and {label_bias.size} with labels"
        )
    line = slope_over_users(forest, means, level)
    seeds = networks.shape[1]
    own = difference_of_mean_squares(
        1.0,
        line.scatter,
        len(means) - 2,
        parts.rest.value,
        (len(means) - 1) * (seeds - 1),
        second_factor=1 / seeds,
        level=level,
    )
    ratio = pitman_morgan(means, forest, level)
    more = crossed_components(networks - forest[:, None], level)
    return Inheritance(
        users=len(means),
        seeds=seeds,
        on_forest=line,
        on_labels=slope_over_users(label_bias, means, level),
        sd_network=float(sample_sd(means)),
        sd_forest=float(sample_sd(forest)),
        sd_ratio=float(ratio.ratio),
        sd_ratio_low=float(ratio.low),
        sd_ratio_high=float(ratio.high),
        own=own,
        offset=more.mean,
        offset_low=more.mean_low,
        offset_high=more.mean_high,
    )


def slope_over_users(given: np.ndarray, found: np.ndarray, level: float = 0.95) -> Slope:
    """Return the line of one number of each user on another, with intervals.

    Parameters
    ----------
    given, found : ndarray of float, shape (users,)
        At least four users. All numbers of the line are NaN if those given are not finite or all
        equal.
    level : float, default 0.95
    """
    check_level(level)
    users = len(found)
    if users < LEAST_USERS:
        raise ValueError(f"a line needs at least {LEAST_USERS} users, found {users}")
    x, y = given - np.mean(given), found - np.mean(found)
    squares = float(x @ x)
    if not np.isfinite(squares) or squares == 0:
        return Slope(*[np.nan] * 7)
    slope = float(x @ y) / squares
    scatter = float(np.sum((y - slope * x) ** 2)) / (users - 2)
    reach = scipy.stats.t.ppf((1 + level) / 2, users - 2) * np.sqrt(scatter / squares)
    total = float(y @ y)
    correlation = slope * np.sqrt(squares / total) if total > 0 else np.nan
    z = np.arctanh(np.clip(correlation, -1 + 1e-12, 1 - 1e-12))
    width = scipy.stats.norm.ppf((1 + level) / 2) / np.sqrt(users - 3)
    ends = np.tanh([z - width, z + width])
    return Slope(
        slope,
        float(slope - reach),
        float(slope + reach),
        float(correlation),
        *map(float, ends),
        scatter,
    )


def slope_within_groups(
    given: np.ndarray, found: np.ndarray, groups: np.ndarray, users: np.ndarray, level: float = 0.95
) -> tuple[float, float, float]:
    """Return one slope over several datasets, each with a level of its own, with its interval.

    A user who is on several datasets is one user: the interval is that of the cluster-robust
    variance with as many clusters as users (CR1; Cameron and Miller 2015,
    doi:10.3368/jhr.50.2.317, section II.B) and t with one degree of freedom less.

    Parameters
    ----------
    given, found : ndarray of float, shape (n,)
    groups, users : ndarray, shape (n,)
        Of each number, the dataset and the user.
    level : float, default 0.95

    Returns
    -------
    slope, low, high : float
        NaN if there are fewer than three users or the numbers given are not finite or all equal
        within the groups.
    """
    check_level(level)
    x, y = np.asarray(given, dtype=np.float64), np.asarray(found, dtype=np.float64)
    groups, users = np.asarray(groups), np.asarray(users)
    for group in np.unique(groups):
        of_group = groups == group
        x = np.where(of_group, x - x[of_group].mean(), x)
        y = np.where(of_group, y - y[of_group].mean(), y)
    names = np.unique(users)
    squares = float(x @ x)
    if len(names) < 3 or not np.isfinite(squares) or squares == 0:
        return np.nan, np.nan, np.nan
    slope = float(x @ y) / squares
    left = y - slope * x
    sums = np.array([np.sum(x[users == name] * left[users == name]) for name in names])
    count, clusters = len(x), len(names)
    terms = 1 + len(np.unique(groups))
    correction = clusters / (clusters - 1) * (count - 1) / max(count - terms, 1)
    error = np.sqrt(correction * np.sum(sums**2)) / squares
    reach = scipy.stats.t.ppf((1 + level) / 2, clusters - 1) * error
    return slope, float(slope - reach), float(slope + reach)
