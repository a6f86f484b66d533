"""Tables of a study with many users: spread, comparisons of spread, errors against truth.

If a table has a column ``made_by``, recorded people and simulated users are two groups. Each group
gets its own rows, and its tests are a separate family for Holm's correction.

A column ``realisation`` is used if there is one. Realisations of a twin show how much a result
depends on the piece of electrode. They are not additional users and add no degrees of freedom.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..groups import MADE_BY, SIMULATED, in_groups
from .deviations import LEAST_DATASETS, compare_deviations
from .errors import ErrorParts, error_parts
from .families import holm
from .grids import (
    ANY,
    GROUP,
    shared_realisations,
    users_by_cell,
)
from .power import users_to_show
from .spread import pitman_morgan, sample_sd, sd_interval_factors


@dataclass(frozen=True)
class Contrast:
    """Two conditions whose spread over the same users is to be compared.

    Attributes
    ----------
    name : str
        What the comparison is about, such as ``MLX25 against S2, raw``.
    datasets : tuple of str
        Where both conditions exist.
    first, second : tuple of (filter, variant)
    made_by : str
        The group of users; enough of them did both.
    """

    name: str
    datasets: tuple[str, ...]
    first: tuple[str, str]
    second: tuple[str, str]
    made_by: str = SIMULATED


def contrasts_from_config(entries: Iterable[Mapping]) -> list[Contrast]:
    """Return the comparisons that a study lists in advance.

    Parameters
    ----------
    entries : iterable of mapping
        ``datasets`` (list), ``first`` and ``second`` ([filter, variant]) each; ``name``
        and ``made_by`` (simulated users by default) are optional.

    Returns
    -------
    list of Contrast

    Raises
    ------
    ValueError
        If an entry is incomplete or compares a condition with itself, or a name occurs twice.
    """
    contrasts = []
    for entry in entries:
        missing = [key for key in ("datasets", "first", "second") if not entry.get(key)]
        if missing:
            raise ValueError(f"a comparison needs {', '.join(missing)}; found {dict(entry)}")
        first, second = tuple(entry["first"]), tuple(entry["second"])
        if first == second or len(first) != 2 or len(second) != 2:
            raise ValueError(
                "a comparison has two different [filter, variant], "
                f"found {list(first)} and {list(second)}"
            )
        name = entry.get("name", f"{first[1]} {first[0]} against {second[1]} {second[0]}")
        made_by = entry.get(MADE_BY, SIMULATED)
        contrasts.append(Contrast(name, tuple(entry["datasets"]), first, second, made_by))
    names = [(contrast.name, contrast.made_by) for contrast in contrasts]
    if len(set(names)) != len(names):
        raise ValueError("two comparisons have the same name; rename one")
    return contrasts


def spread_table(volume_fractions: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Return the standard deviation over users of every image and variant, with its interval.

    Parameters
    ----------
    volume_fractions : DataFrame
        See `manyeyes.measures.volume_fractions_table`; a column realisation is optional.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by (if the table has it), users, realisations, sd (root
        mean square over realisations),
        sd_low, sd_high (chi-square, users - 1 degrees of freedom), sd_lowest, sd_highest (of the
        realisations). Conditions with a single user have no spread and no row.
    """
    return in_groups(lambda table: _spread_of_group(table, level), volume_fractions)


def _spread_of_group(volume_fractions: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for key, grid in users_by_cell(volume_fractions, "active_fraction").items():
        values = _complete(grid, key)
        users = values.shape[1]
        if users < 2:
            continue
        sds = sample_sd(values)
        sd = float(np.sqrt(np.mean(sds**2)))
        low_factor, high_factor = sd_interval_factors(users, level)
        rows.append(
            {
                **dict(zip(GROUP, key, strict=True)),
                "users": users,
                "realisations": len(values),
                "sd": sd,
                "sd_low": sd * low_factor,
                "sd_high": sd * high_factor,
                "sd_lowest": float(sds.min()),
                "sd_highest": float(sds.max()),
            }
        )
    columns = ["users", "realisations", "sd", "sd_low", "sd_high", "sd_lowest", "sd_highest"]
    return pd.DataFrame(rows, columns=[*GROUP, *columns])


def comparison_table(
    volume_fractions: pd.DataFrame, contrasts: Sequence[Contrast], level: float = 0.95
) -> pd.DataFrame:
    """Compare spreads dataset by dataset with the paired test of Pitman and Morgan.

    All rows of a group are one family for Holm's correction, so list in advance what to compare,
    and no more. Simulated users come in any number, so a small p-value helps to plan a study with
    people but proves nothing about them.

    Parameters
    ----------
    volume_fractions : DataFrame
        See `manyeyes.measures.volume_fractions_table`.
    contrasts : sequence of Contrast
    level : float, default 0.95

    Returns
    -------
    DataFrame
        comparison, dataset, made_by (if the table has it), users, realisations, sd_first,
        sd_second, sd_ratio, ratio_low, ratio_high, log_ratio, correlation (of the users' values),
        users_needed (how many would show this ratio at this correlation with a power of 80 %; NaN
        if no number would), p_value, p_holm.

    Raises
    ------
    ValueError
        If the table lacks a condition, or fewer than three users did both.
    """
    return _in_groups(
        lambda table, chosen: _comparisons_of_group(table, chosen, level),
        volume_fractions,
        contrasts,
        after="dataset",
    )


def _in_groups(function, volume_fractions, contrasts, after: str) -> pd.DataFrame:
    """Apply a function to the rows and contrasts of each group, and combine the results."""
    if MADE_BY not in volume_fractions:
        return function(volume_fractions, contrasts)
    names = dict.fromkeys(contrast.made_by for contrast in contrasts)
    rows = volume_fractions[volume_fractions[MADE_BY].isin(list(names))]
    missing = [name for name in names if not (rows[MADE_BY] == name).any()]
    if missing:
        raise ValueError(f"the table has no row by {missing[0]} users, but a comparison needs them")

    def compared(table: pd.DataFrame) -> pd.DataFrame:
        # The rows of one group lack the column that names it.
        name = rows.loc[table.index[0], MADE_BY] if len(table) else SIMULATED
        return function(table, [one for one in contrasts if one.made_by == name])

    return in_groups(compared, rows, after=after) if len(rows) else function(rows, contrasts)


def _comparisons_of_group(volume_fractions, contrasts, level: float) -> pd.DataFrame:
    grids = users_by_cell(volume_fractions, "active_fraction")
    rows = []
    for contrast in contrasts:
        for dataset in contrast.datasets:
            first, second = _paired(grids, dataset, contrast)
            result = pitman_morgan(first, second, level, over_realisations=True)
            centred = [side - side.mean(axis=1, keepdims=True) for side in (first, second)]
            squares = [float(np.mean(side**2)) for side in centred]
            correlation = _over(np.mean(centred[0] * centred[1]), squares)
            rows.append(
                {
                    "comparison": contrast.name,
                    "dataset": dataset,
                    "users": first.shape[1],
                    "realisations": len(first),
                    "sd_first": float(np.sqrt(np.mean(first.var(axis=1, ddof=1)))),
                    "sd_second": float(np.sqrt(np.mean(second.var(axis=1, ddof=1)))),
                    "sd_ratio": float(result.ratio),
                    "ratio_low": float(result.low),
                    "ratio_high": float(result.high),
                    "log_ratio": float(result.log_ratio),
                    "correlation": correlation,
                    "users_needed": users_to_show(float(result.ratio), correlation),
                    "p_value": float(result.p_value),
                }
            )
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p_value"])) if rows else table


def mixed_comparison_table(
    volume_fractions: pd.DataFrame, contrasts: Sequence[Contrast], level: float = 0.95
) -> pd.DataFrame:
    """Compare spreads over all datasets of each comparison at once.

    Brown and Forsythe's deviations in a mixed model; see `deviations.compare_deviations`. For
    Holm's correction, all rows of a group with ``fixed`` datasets are one family, and all with
    ``random`` datasets another.

    Parameters
    ----------
    volume_fractions : DataFrame
    contrasts : sequence of Contrast
    level : float, default 0.95

    Returns
    -------
    DataFrame
        comparison, made_by (if the table has it), datasets (how many), users, realisations,
        scope (fixed, and random if there are
        at least four datasets), spread_ratio, ratio_low, ratio_high (of mean absolute
        deviations), statistic (t), freedom, p_value, p_holm.

    Raises
    ------
    ValueError
        If the table lacks a condition, or fewer than three users did all of them.
    """
    return _in_groups(
        lambda table, chosen: _mixed_comparisons_of_group(table, chosen, level),
        volume_fractions,
        contrasts,
        after="comparison",
    )


def _mixed_comparisons_of_group(volume_fractions, contrasts, level: float) -> pd.DataFrame:
    grids = users_by_cell(volume_fractions, "active_fraction")
    rows = []
    for contrast in contrasts:
        first, second = _paired_over_datasets(grids, contrast)
        scopes = ["fixed"] + ["random"] * (len(first) >= LEAST_DATASETS)
        for scope in scopes:
            result = compare_deviations(first, second, datasets=scope, level=level)
            rows.append(
                {
                    "comparison": contrast.name,
                    "datasets": len(first),
                    "users": first.shape[2],
                    "realisations": first.shape[1],
                    "scope": scope,
                    "spread_ratio": float(result.spread_ratio),
                    "ratio_low": float(result.spread_ratio_low),
                    "ratio_high": float(result.spread_ratio_high),
                    "statistic": float(result.statistic),
                    "freedom": float(result.freedom),
                    "p_value": float(result.p_value),
                }
            )
    table = pd.DataFrame(rows)
    if rows:
        table["p_holm"] = table.groupby("scope")["p_value"].transform(holm)
    return table


def error_table(accuracies: pd.DataFrame, error: str = "bias", level: float = 0.95) -> pd.DataFrame:
    """Return bias, spread and root-mean-square error of every image and variant, with intervals.

    Parameters
    ----------
    accuracies : DataFrame
        See `manyeyes.measures.accuracy_table`; a column realisation is optional.
    error : {"bias", "bias_filled"}
        Relative to the truth as it is, or with its internal pores filled.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, realisation (the last two if the table has them),
        then the fields of `errors.ErrorParts`. Conditions with a single user have no row.
    """
    return in_groups(lambda table: _errors_of_group(table, error, level), accuracies)


def _errors_of_group(accuracies: pd.DataFrame, error: str, level: float) -> pd.DataFrame:
    rows = []
    for key, grid in users_by_cell(accuracies, error).items():
        values = _complete(grid, key)
        if values.shape[1] < 2:
            continue
        for realisation, errors in zip(grid.index, values, strict=True):
            named = dict(zip(GROUP, key, strict=True))
            if realisation != ANY:
                named["realisation"] = realisation
            rows.append({**named, **error_parts(errors, level)._asdict()})
    if not rows:
        return pd.DataFrame(columns=[*GROUP, *ErrorParts._fields])
    return pd.DataFrame(rows)


def pool_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Return one row per condition from the errors of several realisations.

    Parameters
    ----------
    errors : DataFrame
        As made by `error_table`.

    Returns
    -------
    DataFrame
        Without the column realisation: root mean squares of sd and rmse and of their ends, means
        of bias and its ends, bias_share recomputed. Intervals do not become narrower, as if users
        made the same errors on every realisation, which is cautious. A table without the column is
        returned unchanged.
    """
    if "realisation" not in errors:
        return errors
    squared = [f"{name}{end}" for name in ("sd", "rmse") for end in ("", "_low", "_high")]
    rows = errors.drop(columns="realisation")
    rows = rows.assign(**{name: rows[name] ** 2 for name in squared})
    by = [*GROUP, *(name for name in [MADE_BY] if name in rows)]
    pooled = rows.groupby(by, sort=False).mean()
    pooled[squared] = np.sqrt(pooled[squared])
    # From the mean bias: the biases of single realisations would include their scatter.
    pooled["bias_share"] = pooled["bias"] ** 2 / pooled["rmse"] ** 2
    return pooled.assign(users=pooled["users"].astype("int64")).reset_index()


def _complete(grid: pd.DataFrame, key: tuple) -> np.ndarray:
    """Return realisations by users; every user must have every realisation."""
    if grid.isna().any(axis=None):
        lacking = grid.columns[grid.isna().any()][0]
        raise ValueError(
            f"user {lacking} lacks a realisation of {'/'.join(key)}; "
            "all users must have all realisations"
        )
    return grid.to_numpy(dtype=np.float64)


def _paired(grids: dict, dataset: str, contrast: Contrast) -> tuple[np.ndarray, np.ndarray]:
    """Return both conditions of one dataset, realisations by the users who did both."""
    sides = []
    for condition in (contrast.first, contrast.second):
        key = (dataset, *condition)
        if key not in grids:
            raise ValueError(
                f"comparison {contrast.name!r}: the table has no {'/'.join(key)}; "
                "remove the dataset from the comparison or add the condition to the study"
            )
        sides.append(grids[key])
    return _same_users(sides)


def _paired_over_datasets(grids: dict, contrast: Contrast) -> tuple[np.ndarray, np.ndarray]:
    sides = []
    for condition in (contrast.first, contrast.second):
        for dataset in contrast.datasets:
            _paired(grids, dataset, contrast)
            sides.append(grids[(dataset, *condition)])
    arrays = _same_users(sides)
    half = len(contrast.datasets)
    return np.stack(arrays[:half]), np.stack(arrays[half:])


def _same_users(frames: list[pd.DataFrame]) -> list[np.ndarray]:
    realisations = shared_realisations(frames)
    complete = [set(frame.columns[frame.notna().all()]) for frame in frames]
    users = [user for user in frames[0].columns if all(user in done for done in complete)]
    if len(users) < 3 or not realisations:
        raise ValueError(
            f"comparing spreads needs three users who did both conditions, found {len(users)} on "
            f"{len(realisations)} shared realisations"
        )
    return [
        frame.reindex(index=realisations if ANY not in frame.index else [ANY] * len(realisations))[
            users
        ].to_numpy(dtype=np.float64)
        for frame in frames
    ]


def _over(product: float, squares: list[float]) -> float:
    norm = np.sqrt(squares[0] * squares[1])
    return float(product / norm) if norm > 0 else float("nan")
