"""Variation within people, between their sittings, and between people, taken apart.

One-way random effects: a person has a lasting deviation from the mean, every sitting one of its
own. With equally many sittings of each person all formulas are the usual ones of the analysis of
variance; otherwise group means are weighted equally (unweighted sums of squares, Thomas and
Hultquist 1978, Ann. Stat. 6, 582-587; Burdick and Graybill 1992, Confidence Intervals on Variance
Components, chapter 4).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

LEVEL = 0.95


class OneWay(NamedTuple):
    """Standard deviations of a one-way random-effects model, with 95 % intervals.

    NaN where the data cannot tell: within people without a repeated sitting, between people with
    fewer than two of them.
    """

    people: int
    sittings: int
    mean: float
    within_sd: float
    within_low: float
    within_high: float
    between_sd: float
    between_low: float
    between_high: float
    share_between: float
    share_low: float
    share_high: float


def one_way(values: np.ndarray, people: np.ndarray) -> OneWay:
    """Return how much people differ between their sittings and from each other.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    people : ndarray, shape (n,)
        Whose each value is.

    Returns
    -------
    OneWay
        ``mean`` is that of the people's means. The interval within people follows from chi-square.
        That between people is the modified large-sample interval of Ting et al. (1990, J. Stat.
        Comput. Simul. 35, 135-143), cut at 0; that of the share from the F distribution. Both are
        exact or nearly so for normal deviations and equally many sittings.
    """
    from scipy import stats

    groups = [values[people == name] for name in dict.fromkeys(people.tolist())]
    sizes = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    a, n = len(groups), int(sizes.sum())
    nan = float("nan")
    found = {"people": a, "sittings": n, "mean": float(means.mean())}
    found |= dict.fromkeys(OneWay._fields[3:], nan)
    tail = (1 - LEVEL) / 2
    within_df, between_df = n - a, a - 1
    if within_df == 0:
        return OneWay(**found)
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    ms_within = squares / within_df
    found["within_sd"] = ms_within**0.5
    for key, q in (("within_low", 1 - tail), ("within_high", tail)):
        found[key] = float((squares / stats.chi2.ppf(q, within_df)) ** 0.5)
    if between_df == 0:
        return OneWay(**found)
    # The harmonic mean of the sittings per person.
    per_person = a / (1 / sizes).sum()
    ms_between = per_person * float(means.var(ddof=1))
    estimate = (ms_between - ms_within) / per_person
    low, high = _large_sample(ms_between, ms_within, between_df, within_df, tail)
    found["between_sd"] = max(estimate, 0.0) ** 0.5
    found["between_low"] = max(estimate - low / per_person, 0.0) ** 0.5
    found["between_high"] = max(estimate + high / per_person, 0.0) ** 0.5
    if ms_within > 0:
        ratio = ms_between / ms_within
        quantiles = [stats.f.ppf(q, between_df, within_df) for q in (1 - tail, tail)]
        ends = [max((ratio / q - 1) / per_person, 0.0) for q in quantiles]
        lasting = max(estimate, 0.0)
        found["share_between"] = lasting / (lasting + ms_within)
        found["share_low"], found["share_high"] = (float(end / (1 + end)) for end in ends)
    return OneWay(**found)


def _large_sample(first: float, second: float, df1: int, df2: int, tail: float):
    """Return how far the interval of ``first - second`` reaches below and above it.

    Of two mean squares with the given degrees of freedom; Ting et al. 1990, equations for a
    difference.
    """
    from scipy import stats

    def against_infinity(q: float, df: int) -> float:
        # F with infinitely many degrees of freedom below.
        return float(stats.chi2.ppf(q, df) / df)

    upper, lower = stats.f.ppf(1 - tail, df1, df2), stats.f.ppf(tail, df1, df2)
    g1 = 1 - 1 / against_infinity(1 - tail, df1)
    h1 = 1 / against_infinity(tail, df1) - 1
    g2 = 1 - 1 / against_infinity(1 - tail, df2)
    h2 = 1 / against_infinity(tail, df2) - 1
    g12 = ((upper - 1) ** 2 - g1**2 * upper**2 - h2**2) / upper
    h12 = ((1 - lower) ** 2 - h1**2 * lower**2 - g2**2) / lower
    below = (g1 * first) ** 2 + (h2 * second) ** 2 + g12 * first * second
    above = (h1 * first) ** 2 + (g2 * second) ** 2 + h12 * first * second
    return max(below, 0.0) ** 0.5, max(above, 0.0) ** 0.5


def sittings_spread(sittings: pd.DataFrame) -> pd.DataFrame:
    """Return for each image and variant how much people differ from themselves and each other.

    Parameters
    ----------
    sittings : DataFrame
        As made by `manyeyes.measures.sittings.sittings_table`: dataset, filter, variant, person,
        sitting, active_fraction.

    Returns
    -------
    DataFrame
        dataset, filter, variant, and the fields of `OneWay`: standard deviations of the volume
        fraction within people (between their sittings) and between people, with 95 % intervals, and
        the share of the variance that is between people.
    """
    by = ["dataset", "filter", "variant"]
    rows = []
    for key, group in sittings.groupby(by, sort=False):
        values = group["active_fraction"].to_numpy(float)
        found = one_way(values, group["person"].to_numpy(str))
        rows.append({**dict(zip(by, key, strict=True)), **found._asdict()})
    return pd.DataFrame(rows, columns=[*by, *OneWay._fields])
