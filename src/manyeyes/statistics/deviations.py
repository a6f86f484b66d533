"""The Brown-Forsythe comparison of spreads, with users and datasets as random effects."""

from typing import NamedTuple

import numpy as np
import scipy

from .spread import check_level

LEAST_DATASETS = 4
"""With fewer, the test rejects well above its error rate (13 % for two at a nominal 5 %)."""


class DeviationContrast(NamedTuple):
    """How much larger the absolute deviations are under one method than under another.

    Attributes
    ----------
    effect : ndarray of float64 or float
        Mean over datasets and users of (|a| - |b|) over the mean of all |a| and |b| of the
        dataset: 0 when equal, 2 when b never deviates, -2 when a never does.
    low, high : ndarray of float64 or float
        Its interval.
    spread_ratio, spread_ratio_low, spread_ratio_high : ndarray of float64 or float
        The same as a ratio of mean absolute deviations, (2 + effect) / (2 - effect).
    statistic : ndarray of float64 or float
        t.
    freedom : ndarray of float64 or float
        Degrees of freedom (Satterthwaite).
    p_value : ndarray of float64 or float
        Two-sided.
    """

    effect: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread_ratio: np.ndarray
    spread_ratio_low: np.ndarray
    spread_ratio_high: np.ndarray
    statistic: np.ndarray
    freedom: np.ndarray
    p_value: np.ndarray


def absolute_deviations(values) -> np.ndarray:
    """Return how far each user is from the median user, on the last axis (Brown-Forsythe)."""
    values = np.asarray(values, dtype=np.float64)
    return np.abs(values - np.median(values, axis=-1, keepdims=True))


def compare_deviations(
    first, second, *, datasets: str = "random", level: float = 0.95
) -> DeviationContrast:
    """Compare two methods' spread over the same users on the same datasets.

    The absolute deviations from the median user (Brown and Forsythe 1974,
    doi:10.1080/01621459.1974.10482955) enter a mixed model with the method as fixed effect and
    user, dataset and their interactions with the method as random effects; the user is the unit
    (Baayen, Davidson and Bates 2008, doi:10.1016/j.jml.2007.12.005). With every user on every
    dataset under both methods the model is fitted by the mean squares of the pairs' differences:
    main effects of user and dataset cancel, and

        variance of the mean = (MS_user + MS_dataset - MS_rest) / (users * datasets),

    where a component that would be negative is set to 0 as restricted likelihood does, with
    Satterthwaite's degrees of freedom (1946, doi:10.2307/3002019; this is the quasi-F of Clark
    1973, doi:10.1016/S0022-5371(73)80014-3). A Wald test, as general mixed-model software gives,
    rejects far too often with six datasets.

    Each dataset's deviations are divided by their mean over both methods first, so that a noisy
    dataset, whose spread is larger throughout, does not drown the others. Realisations of a
    dataset are averaged: they are not additional users or electrodes.

    Parameters
    ----------
    first, second : array_like, shape (..., datasets, realisations, users)
        Values under the two methods; at least three users.
    datasets : {"random", "fixed"}
        ``random``: the result applies to electrodes like these; ``fixed``: it applies to users in
        general on exactly these datasets. Fewer than four datasets allow only ``fixed``.
    level : float, default 0.95

    Returns
    -------
    DeviationContrast
        Of shape (...); NaN if no user deviates on a dataset under either method.

    Raises
    ------
    ValueError
        If the shapes differ, there are too few users, a value is missing, or fewer than four
        datasets are given as ``random``.
    """
    check_level(level)
    first, second = (np.asarray(values, dtype=np.float64) for values in (first, second))
    if first.shape != second.shape or first.ndim < 3:
        raise ValueError(
            "both methods need the same datasets, realisations and users, "
            f"found {first.shape} and {second.shape}"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("every user must have a value on every dataset; leave out those without")
    n_datasets, n_users = first.shape[-3], first.shape[-1]
    if n_users < 3:
        raise ValueError(f"deviations from the median user need 3 users, found {n_users}")
    if datasets not in ("random", "fixed"):
        raise ValueError(f"datasets is 'random' or 'fixed', found {datasets!r}")
    if datasets == "random" and n_datasets < LEAST_DATASETS:
        raise ValueError(
            f"{n_datasets} datasets do not show how electrodes differ, {LEAST_DATASETS} do; "
            "use datasets='fixed' for a result on exactly these"
        )

    deviations = [absolute_deviations(values).mean(axis=-2) for values in (first, second)]
    scale = (deviations[0] + deviations[1]).mean(axis=-1, keepdims=True) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = (deviations[0] - deviations[1]) / scale
    effect = differences.mean(axis=(-2, -1))
    variance, freedom = _variance_of_mean(differences, random_datasets=datasets == "random")
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = effect / np.sqrt(variance)
    statistic = np.where(np.isfinite(statistic), statistic, np.nan)
    reach = scipy.stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(variance)
    bounds = effect, effect - reach, effect + reach
    result = [*bounds, *map(_as_ratio, bounds), statistic, freedom]
    result.append(2 * scipy.stats.t.sf(np.abs(statistic), freedom))
    return DeviationContrast(*(np.float64(x)[()] for x in result))


def _variance_of_mean(
    differences: np.ndarray, *, random_datasets: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance of the mean of (..., datasets, users) and its degrees of freedom."""
    n_datasets, n_users = differences.shape[-2:]
    by_user = differences.mean(axis=-2, keepdims=True)
    by_dataset = differences.mean(axis=-1, keepdims=True)
    grand = differences.mean(axis=(-2, -1), keepdims=True)
    ms_user = n_datasets * by_user.var(axis=-1, ddof=1)[..., 0]
    freedom_user = n_users - 1
    cells = n_users * n_datasets
    if not random_datasets:
        return ms_user / cells, np.broadcast_to(np.float64(freedom_user), ms_user.shape)
    ms_dataset = n_users * by_dataset.var(axis=-2, ddof=1)[..., 0]
    freedom_dataset = n_datasets - 1
    freedom_rest = freedom_user * freedom_dataset
    rest = differences - by_user - by_dataset + grand
    ms_rest = np.sum(rest**2, axis=(-2, -1)) / freedom_rest

    no_users, no_datasets = ms_user <= ms_rest, ms_dataset <= ms_rest
    mean_square = ms_user + ms_dataset - ms_rest
    squares = ((ms_user, freedom_user), (ms_dataset, freedom_dataset), (ms_rest, freedom_rest))
    inverse = sum(mean_square**2 / freedom for mean_square, freedom in squares)
    # If one component is zero, only the mean square of the other remains; if both are, pool all.
    pooled = (freedom_user * ms_user + freedom_dataset * ms_dataset + freedom_rest * ms_rest) / (
        cells - 1
    )
    states = [no_users & no_datasets, no_users, no_datasets]
    mean_square = np.select(states, [pooled, ms_dataset, ms_user], mean_square)
    with np.errstate(divide="ignore", invalid="ignore"):
        satterthwaite = mean_square**2 / inverse
    freedom = np.select(states, [cells - 1, freedom_dataset, freedom_user], satterthwaite)
    return mean_square / cells, freedom


def _as_ratio(effect):
    """Return the ratio of mean absolute deviations; effects beyond 2 are infinite ratios."""
    effect = np.clip(effect, -2, 2)
    with np.errstate(divide="ignore"):
        return (2 + effect) / (2 - effect)
