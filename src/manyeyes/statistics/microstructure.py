"""Which measures of a microstructure can be trusted, from whose segmentation."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy

from ..groups import group_name, groups_in, in_groups, of_group
from ..microstructure.registry import title
from .spread import check_level, sample_sd, sd_interval

NUMBER = ["measure", "phase", "axis", "unit"]
CONDITION = ["dataset", "filter", "variant"]

LIMIT = 0.10
"""A measure is trusted where bias and SD over users are surely below this share of its value. What
is modelled from a microstructure is seldom known better; the limit was set before any result."""

TRUSTED, REPRODUCIBLE = "trusted", "reproducible"
BIASED, SCATTERED, BOTH = "biased", "scattered", "biased and scattered"
UNDEFINED, UNDECIDED = "undefined", "undecided"

_MEASURED = ["users", "realisations", "undefined", "mean", "truth"]
_ERRORS = ["bias", "bias_low", "bias_high", "sd", "sd_low", "sd_high", "rmse"]
_RELATIVE = [f"relative_{name}" for name in _ERRORS]


def microstructure_spread(
    found: pd.DataFrame, truths: pd.DataFrame | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Return bias and spread over users of each measure, and whether it can be trusted.

    Parameters
    ----------
    found : DataFrame
        As made by `manyeyes.microstructure.tables.microstructure_table`; realisation is optional.
    truths : DataFrame, optional
        As made by `true_microstructure_table`, for the datasets whose truth is known.
    level : float, default 0.95
        Probability that each interval covers, by itself.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, measure, phase, axis, unit, users, realisations,
        undefined (how many numbers are not finite and left out), mean over users and realisations,
        truth, bias (mean minus truth) with its t interval, sd over users (root mean square over
        realisations) with the interval of `spread.sd_interval`, rmse, and the same relative to the
        truth, or to the mean where no truth is known. Without truth, bias and rmse are NaN, as is
        all that needs two users.

        verdict: ``trusted`` if the whole intervals of bias and SD lie within `LIMIT` of the value
        (``reproducible`` where only the SD can be judged), ``biased`` or ``scattered`` if one lies
        beyond it, or both; ``undefined`` if a user's number does not exist; otherwise
        ``undecided``. Empty where nothing can be judged, as no user or a single one has a number.

    Raises
    ------
    ValueError
        If a dataset has a truth in another unit, or the level is not a probability.
    """
    check_level(level)
    return in_groups(lambda table: _of_group(table, truths, level), found)


def _of_group(found: pd.DataFrame, truths: pd.DataFrame | None, level: float) -> pd.DataFrame:
    known = _known(truths)
    by = [*CONDITION, *NUMBER]
    rows = []
    # Empty texts come back from files as NaN.
    found = found.fillna(dict.fromkeys(NUMBER, ""))
    for key, group in found.groupby(by, sort=False):
        rows.append([*key, *_summary(group, known.get((key[0], *key[3:]), {}), level)])
    columns = [*by, *_MEASURED, *_ERRORS, *_RELATIVE, "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _known(truths: pd.DataFrame | None) -> dict[tuple, dict[str, float]]:
    """Return the true values by dataset and number, those of each realisation by its name."""
    known: dict[tuple, dict[str, float]] = {}
    if truths is None:
        return known
    truths = truths.fillna(dict.fromkeys(NUMBER, ""))
    names = truths["realisation"].astype(str) if "realisation" in truths else ["1"] * len(truths)
    keys = zip(*(truths[name] for name in ["dataset", *NUMBER]), strict=True)
    for key, name, value in zip(keys, names, truths["value"], strict=True):
        known.setdefault(key, {})[name] = value
    return known


def _summary(group: pd.DataFrame, truth: dict[str, float], level: float) -> list:
    """Return what the columns after the names hold."""
    if "realisation" not in group:
        group = group.assign(realisation="1")
    group = group.assign(realisation=group["realisation"].astype(str))
    table = group.pivot(index="realisation", columns="user", values="value")
    true = np.array([truth.get(name, np.nan) for name in table.index])
    values = table.to_numpy(np.float64)
    defined = np.isfinite(values)
    undefined = int(values.size - defined.sum())
    # Users who have no number somewhere are left out everywhere: spreads are of the same people.
    values = values[:, defined.all(axis=0)]
    users = values.shape[1]
    mean = float(values.mean()) if users else np.nan
    expected = float(true.mean())
    measured = [users, len(table), undefined, mean, expected]
    errors = [np.nan] * len(_ERRORS)
    if users > 1:
        errors = _errors(values, true, level)
    scale = abs(expected if np.isfinite(expected) else mean)
    relative = [value / scale if scale > 0 else np.nan for value in errors]
    judged = _verdict(relative, undefined) if users else ""
    return [*measured, *errors, *relative, judged]


def _errors(values: np.ndarray, true: np.ndarray, level: float) -> list[float]:
    """Return bias, SD and their intervals, and the root-mean-square error, in `_ERRORS`' order.

    `values` has a row for each realisation and a column for each user.
    """
    users = values.shape[1]
    off = (values - true[:, None]).mean(axis=0)
    reach = scipy.stats.t.ppf((1 + level) / 2, users - 1) * sample_sd(off) / np.sqrt(users)
    sd = float(np.sqrt(np.mean(sample_sd(values) ** 2)))
    rmse = float(np.sqrt(np.mean((values - true[:, None]) ** 2)))
    bias = float(off.mean())
    return [bias, bias - reach, bias + reach, sd, *sd_interval(values, level), rmse]


def _verdict(relative: Sequence[float], undefined: int) -> str:
    if undefined:
        return UNDEFINED
    _, bias_low, bias_high, _, sd_low, sd_high, _ = relative
    if np.isnan(sd_low):
        return ""
    scattered = sd_low > LIMIT
    if np.isnan(bias_low):
        return SCATTERED if scattered else REPRODUCIBLE if sd_high <= LIMIT else UNDECIDED
    biased = bias_low > LIMIT or bias_high < -LIMIT
    if biased or scattered:
        return BOTH if biased and scattered else BIASED if biased else SCATTERED
    sure = max(-bias_low, bias_high, sd_high) <= LIMIT
    return TRUSTED if sure else UNDECIDED


def number_name(measure: str, phase: str, axis: str) -> str:
    """Return a measure with its phase and axis in words.

    Of `ALL_AXES` nothing is said: it is the mean of the three.
    """
    along = f", {axis}" if axis in ("z", "y", "x") else ""
    return f"{title(measure)}, {phase.replace('|', ' to ').replace('_', ' ')}{along}"


def microstructure_text(table: pd.DataFrame, shown: Sequence[str]) -> str:
    """Return which measures can be trusted, a table for each image.

    Parameters
    ----------
    table : DataFrame
        Made by `microstructure_spread`.
    shown : sequence of str
        The measures that are told, without their single axes.

    Returns
    -------
    str
        Markdown.
    """
    names = groups_in(table)
    if len(names) > 1:
        texts = {name: microstructure_text(of_group(table, name), shown) for name in names}
        return "\n\n".join(f"**{group_name(n).capitalize()}**\n\n{t}" for n, t in texts.items())
    told = table[shown_rows(table, shown)].fillna({"axis": "", "verdict": ""})
    parts = [
        "Mean deviation from the truth ± standard deviation over users, in per cent of the truth "
        "(of the mean where no truth is known, and then the standard deviation alone). **Bold**: "
        f"the 95 % intervals of both lie within {100 * LIMIT:.0f} %. A question mark: that "
        "is undecided. Numbers without either lie beyond it."
    ]
    for (dataset, filter_), rows in told.groupby(["dataset", "filter"], sort=False):
        variants = list(dict.fromkeys(rows["variant"]))
        lines = [f"| {dataset}, {filter_} | {' | '.join(variants)} |"]
        lines.append("|---" * (len(variants) + 1) + "|")
        for number, of_number in rows.groupby(["measure", "phase", "axis"], sort=False):
            cells = {row.variant: _cell(row) for row in of_number.itertuples()}
            told_of = " | ".join(cells.get(variant, "") for variant in variants)
            lines.append(f"| {number_name(*number)} | {told_of} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def shown_rows(table: pd.DataFrame, shown: Sequence[str]) -> pd.Series:
    """Return which rows hold measures that are shown, none of a single axis."""
    return table["measure"].isin(shown) & ~table["axis"].isin(["z", "y", "x"])


def _cell(row) -> str:
    if row.users < 2:
        return "–" if row.users == 0 else "one user"
    spread = f"{100 * row.relative_sd:.1f}"
    text = f"± {spread}"
    if np.isfinite(row.relative_bias):
        text = f"{100 * row.relative_bias:+.1f} ± {spread}"
    if row.undefined:
        return f"{text} ({row.undefined} without)"
    if row.verdict in (TRUSTED, REPRODUCIBLE):
        return f"**{text}**"
    return f"{text}?" if row.verdict == UNDECIDED else text
