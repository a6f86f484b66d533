"""Whether the user model can do what a person did, once its traits are fitted."""

import warnings

import numpy as np
import pandas as pd

from .marks import GROUPS
from .posterior import LEVEL, Learner, Posterior
from .simulating import Table


def misfit_table(
    table: Table, observed: pd.Series, posterior: Posterior, names: list[str]
) -> pd.DataFrame:
    """Compare a person's statistics with those of simulated people.

    Parameters
    ----------
    table : Table
        Simulated people.
    observed : Series
        The person's statistics.
    posterior : Posterior
        Of the person.
    names : list of str
        Of the records.

    Returns
    -------
    DataFrame
        A row for each statistic that is not the same for everybody: record, group, statistic,
        person, low and high (between which `LEVEL` of all simulated people lie), like_low and
        like_high (the same of those who are most like the person), below_percent (share of all
        simulated people with less; ties count half), inside_like (whether the person lies within
        like_low and like_high).
    """
    rows = []
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    for (place, mark), column in table.marks.items():
        values = column.to_numpy(float)
        known = values[np.isfinite(values)]
        alike = values[posterior.near]
        alike = alike[np.isfinite(alike)]
        seen = float(observed[place, mark])
        if not known.size or known.min() == known.max() or not alike.size:
            continue
        low, high = np.quantile(known, ends)
        like_low, like_high = np.quantile(alike, ends)
        below = np.mean(known < seen) + np.mean(known == seen) / 2
        group, statistic = mark.split(":", 1)
        rows.append(
            {
                "record": names[place],
                "group": GROUPS[group],
                "statistic": statistic,
                "person": seen,
                "low": low,
                "high": high,
                "like_low": like_low,
                "like_high": like_high,
                "below_percent": 100 * below if np.isfinite(seen) else np.nan,
                "inside_like": bool(like_low <= seen <= like_high),
            }
        )
    return pd.DataFrame(rows)


def usual_shares(learner: Learner, people: int = 60) -> tuple[float, float]:
    """Return how much of what simulated people do lies within the range of those most like them.

    Parameters
    ----------
    learner : Learner
    people : int
        How many of its simulated people to look at: the first.

    Returns
    -------
    low, high : float
        Shares of statistics, between which `LEVEL` of these people lie.
    """
    marks = learner.table.marks.to_numpy(float)
    marks = marks[:, np.nanmin(marks, axis=0) < np.nanmax(marks, axis=0)]
    shares = []
    for place in range(min(people, len(marks))):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN slice")
            low, high = np.nanquantile(
                marks[learner.like(place)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0
            )
        own = marks[place]
        known = np.isfinite(own) & np.isfinite(low)
        shares.append(np.mean((low <= own)[known] & (own <= high)[known]))
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def misfit_words(table: pd.DataFrame, usual: tuple[float, float]) -> str:
    """Return in a sentence or two how much of what a person did the fitted model can do.

    ``table`` is that of `misfit_table`, ``usual`` comes from `usual_shares`.
    """
    known = table[np.isfinite(table["person"])]
    inside = int(known["inside_like"].sum())
    least, most = usual
    text = (
        f"{inside} of {len(known)} statistics of the person lie within the {LEVEL:.0%} range of "
        f"the simulated users who are most like the person ({inside / max(len(known), 1):.0%}); of "
        f"simulated people, {least:.0%} to {most:.0%} do"
    )
    shares = 1 - known.groupby("group", sort=False)["inside_like"].mean()
    worst = shares[shares > 2 * (1 - LEVEL)].sort_values(ascending=False, kind="stable")
    if len(worst):
        parts = [f"{group} ({share:.0%} outside)" for group, share in worst.items()]
        text += ". Most lie outside for " + ", ".join(parts[:3])
    return text + "."
