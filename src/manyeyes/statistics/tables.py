"""Tables of a study with many users: spread, comparisons of spread, errors against truth.

If a table has a column ``made_by``, recorded people and simulated users are two groups. Each group
gets its own rows, and its tests are a separate family for Holm's correction.

A column ``realisation`` is used if there is one. Realisations of a twin show how much a result
depends on the piece of electrode. They are not additional users and add no degrees of freedom.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..groups import MADE_BY, SIMULATED, in_groups
from .deviations import LEAST_DATASETS, compare_deviations
from .errors import ErrorParts, error_parts
from .families import holm
from .grids import ANY, GROUP, shared_realisations, users_by_cell
from .power import users_to_show
from .spread import pitman_morgan, sample_sd, sd_interval


class Contrast(NamedTuple):
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


def contrasts_of(planned: Iterable[Mapping], over_datasets: bool = False) -> list[Contrast]:
    """Return the comparisons that `manyeyes.study.comparisons.comparisons_of` has planned.

    Those over several datasets are made with a population sample where one did both: many users
    of a few datasets say more than the few users who did all.
    """
    key = "sampled" if over_datasets else "datasets"
    return [
        Contrast(
            one["name"],
            tuple(one.get(key, one["datasets"])),
            tuple(one["first"]),
            tuple(one["second"]),
            one[MADE_BY],
        )
        for one in planned
    ]


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
        mean square over realisations), sd_low, sd_high (`spread.sd_interval`), sd_lowest,
        sd_highest (of the realisations). Conditions with a single user have no spread and no row.
    """
    columns = ["users", "realisations", "sd", "sd_low", "sd_high", "sd_lowest", "sd_highest"]

    def of_one_group(table: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for key, grid in users_by_cell(table, "active_fraction").items():
            values = _complete(grid, key)
            realisations, users = values.shape
            if users > 1:
                sds = sample_sd(values)
                sd = float(np.sqrt(np.mean(sds**2)))
                ends = sd_interval(values, level)
                rows.append((*key, users, realisations, sd, *ends, sds.min(), sds.max()))
        return pd.DataFrame(rows, columns=[*GROUP, *columns])

    return in_groups(of_one_group, volume_fractions)


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

    def of_one_group(grids: Mapping, chosen: Sequence[Contrast]) -> pd.DataFrame:
        rows = []
        for contrast, dataset in ((one, name) for one in chosen for name in one.datasets):
            first, second = (side[0] for side in _paired(grids, [dataset], contrast))
            result = pitman_morgan(first, second, level, over_realisations=True)
            correlation = _correlation(first, second)
            rows.append(
                {
                    "comparison": contrast.name,
                    "dataset": dataset,
                    "users": first.shape[1],
                    "realisations": len(first),
                    "sd_first": float(np.sqrt(np.mean(first.var(axis=1, ddof=1)))),
                    "sd_second": float(np.sqrt(np.mean(second.var(axis=1, ddof=1)))),
                    "sd_ratio": result.ratio,
                    "ratio_low": result.low,
                    "ratio_high": result.high,
                    "log_ratio": result.log_ratio,
                    "correlation": correlation,
                    "users_needed": users_to_show(float(result.ratio), correlation),
                    "p_value": result.p_value,
                }
            )
        table = pd.DataFrame(rows)
        return table.assign(p_holm=holm(table["p_value"])) if rows else table

    return _in_groups(of_one_group, volume_fractions, contrasts, after="dataset")


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
        comparison, made_by (if the table has it), datasets (how many), users, realisations, scope
        (fixed, and random if there are at least four datasets), spread_ratio, ratio_low, ratio_high
        (of mean absolute deviations), statistic (t), freedom, p_value, p_holm.

    Raises
    ------
    ValueError
        If the table lacks a condition, or fewer than three users did all of them.
    """

    def of_one_group(grids: Mapping, chosen: Sequence[Contrast]) -> pd.DataFrame:
        rows = []
        for contrast in chosen:
            first, second = _paired(grids, contrast.datasets, contrast)
            for scope in ["fixed"] + ["random"] * (len(first) >= LEAST_DATASETS):
                result = compare_deviations(first, second, datasets=scope, level=level)
                rows.append(
                    {
                        "comparison": contrast.name,
                        "datasets": len(first),
                        "users": first.shape[2],
                        "realisations": first.shape[1],
                        "scope": scope,
                        "spread_ratio": result.spread_ratio,
                        "ratio_low": result.spread_ratio_low,
                        "ratio_high": result.spread_ratio_high,
                        "statistic": result.statistic,
                        "freedom": result.freedom,
                        "p_value": result.p_value,
                    }
                )
        table = pd.DataFrame(rows)
        if rows:
            table["p_holm"] = table.groupby("scope")["p_value"].transform(holm)
        return table

    return _in_groups(of_one_group, volume_fractions, contrasts, after="comparison")


def _in_groups(
    function, volume_fractions: pd.DataFrame, contrasts: Sequence[Contrast], after: str
) -> pd.DataFrame:
    """Apply a function to the grids and contrasts of each group, and combine the results."""

    def compared(table: pd.DataFrame, chosen: Sequence[Contrast]) -> pd.DataFrame:
        return function(users_by_cell(table, "active_fraction"), chosen)

    if MADE_BY not in volume_fractions:
        return compared(volume_fractions, contrasts)
    found = volume_fractions[MADE_BY]
    names = dict.fromkeys(contrast.made_by for contrast in contrasts)
    for name in names:
        if not (found == name).any():
            raise ValueError(f"the table has no row by {name} users, but a comparison needs them")

    def of_one_group(table: pd.DataFrame) -> pd.DataFrame:
        # The rows of one group lack the column that names it.
        name = found[table.index[0]] if len(table) else SIMULATED
        return compared(table, [one for one in contrasts if one.made_by == name])

    return in_groups(of_one_group, volume_fractions[found.isin(list(names))], after=after)


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

    def of_one_group(table: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for key, grid in users_by_cell(table, error).items():
            values = _complete(grid, key)
            named = dict(zip(GROUP, key, strict=True))
            for realisation, errors in zip(grid.index, values, strict=True):
                if len(errors) > 1:
                    of = {} if realisation == ANY else {"realisation": realisation}
                    rows.append({**named, **of, **error_parts(errors, level)._asdict()})
        return pd.DataFrame(rows, columns=None if rows else [*GROUP, *ErrorParts._fields])

    return in_groups(of_one_group, accuracies)


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
    by = [*GROUP, *([MADE_BY] if MADE_BY in rows else [])]
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


def _paired(
    grids: Mapping[tuple, pd.DataFrame], datasets: Sequence[str], contrast: Contrast
) -> tuple[np.ndarray, np.ndarray]:
    """Return both conditions, shape (datasets, realisations, users), over users who did all."""
    frames = []
    for condition in (contrast.first, contrast.second):
        for dataset in datasets:
            key = (dataset, *condition)
            if key not in grids:
                raise ValueError(
                    f"comparison {contrast.name!r}: the table has no {'/'.join(key)}; "
                    "remove the dataset from the comparison or add the condition to the study"
                )
            frames.append(grids[key])
    realisations = shared_realisations(frames)
    complete = [set(frame.columns[frame.notna().all()]) for frame in frames]
    users = [user for user in frames[0].columns if all(user in done for done in complete)]
    if len(users) < 3 or not realisations:
        raise ValueError(
            f"comparing spreads needs three users who did both conditions, found {len(users)} on "
            f"{len(realisations)} shared realisations"
        )
    arrays = [
        frame.loc[[ANY if ANY in frame.index else name for name in realisations], users]
        for frame in frames
    ]
    values = np.stack(arrays).astype(np.float64).reshape(2, len(datasets), -1, len(users))
    return values[0], values[1]


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return the correlation of users' values within realisations; NaN if a side is constant."""
    a, b = (side - side.mean(axis=1, keepdims=True) for side in (first, second))
    norm = np.sqrt(np.mean(a**2) * np.mean(b**2))
    return float(np.mean(a * b) / norm) if norm > 0 else float("nan")
