"""A line for each figure on what this study found, beside the line on what the paper found."""

from collections.abc import Mapping, Sequence

import pandas as pd

from ..figures.fig_comparisons import CLEAR
from ..figures.groups import numbers_of_users
from ..figures.words import filter_name
from ..groups import group_name, groups_in, of_group
from ..measures.tables import first_realisation
from ..paper import names as paper
from ..paper.claims.scorecard import summary_sentence
from ..paper.claims.survival import survival_text
from ..statistics.ablations import ablation_text
from ..statistics.realism import realism_text
from ..statistics.spread import sd_interval_factors
from ..statistics.standardising import sensitivity_text
from .answer import shared_rows
from .words import percent, points

_SD_TABLES = {"fig_spread": "spread", "fig_reproducible": "errors"}
_SPREADS = {
    "fig3": ((*paper.SIMPLE, *paper.WATERSHED), None, False),
    "fig4": (paper.COVERAGES, None, True),
    "fig5": (paper.COMPARED, None, True),
    "fig7": (("S2", "cWS"), None, False),
    "fig8": (paper.COMPARED, ("raw",), True),
    "fig_s4": (paper.SEEDED, None, False),
}


def finding(figure: str, datasets: Sequence[str], tables: Mapping[str, pd.DataFrame]) -> str:
    """Return what this study shows in a figure, in numbers; empty where the figure is its own word.

    Parameters
    ----------
    figure : str
        Its name.
    datasets : sequence of str
        Those that it shows.
    tables : mapping of name to DataFrame
        ``variability`` for figures of spread, ``claims`` for the scorecard, ``errors`` and
        ``baseline`` for theirs, as for ``choices``, ``comparisons``, ``sensitivity``,
        ``survival``, ``ablation`` and ``stroke_comparison``.

    Returns
    -------
    str
    """
    if figure in _SPREADS:
        return _of_groups(_spread, tables["variability"], datasets, *_SPREADS[figure])
    if figure == "fig_claims":
        return summary_sentence(tables["claims"])
    if figure == "fig_sensitivity":
        return sensitivity_text(tables["sensitivity"]).replace("**", "")
    if figure == "fig_survival":
        return survival_text(tables["survival"])
    if figure == "fig_ablation":
        return ablation_text(tables["ablation"]).replace("**", "")
    if figure == "fig_strokes":
        return realism_text(tables["stroke_comparison"])
    if figure == "fig_choices":
        return _of_groups(_choices, tables["choices"], datasets)
    if figure == "fig_comparisons":
        return _of_groups(_comparisons, tables["comparisons"])
    if figure == "fig_reproducible":
        return _of_groups(_bias, tables["errors"], datasets)
    if figure == "fig_baseline":
        return _of_groups(_baseline, tables["baseline"], datasets)
    return ""


def _of_groups(function, table: pd.DataFrame, *arguments) -> str:
    """Return what is to be said of a table, of each group of users by itself."""
    names = groups_in(table)
    if len(names) < 2:
        return function(table, *arguments)
    told = {name: function(of_group(table, name), *arguments) for name in names}
    return " ".join(
        f"{group_name(name).capitalize()}: {text}" for name, text in told.items() if text
    )


def users_shown(figure: str, datasets: Sequence[str], tables: Mapping[str, pd.DataFrame]) -> str:
    """Return how many users stand behind the standard deviations of a figure, and what that means.

    Parameters
    ----------
    figure, datasets, tables
        As for `finding`.

    Returns
    -------
    str
        Empty for figures of other things.
    """
    name = "variability" if figure in _SPREADS else _SD_TABLES.get(figure)
    if name not in tables:
        return ""
    rows = tables[name]
    rows = rows[rows["dataset"].isin(datasets) & (rows["users"] > 1)]
    if figure in _SPREADS:
        variants, filters, _ = _SPREADS[figure]
        rows = rows[rows["variant"].isin(variants)]
        rows = rows if filters is None else rows[rows["filter"].isin(filters)]
    if rows.empty:
        return ""
    text = f"Here: {numbers_of_users(rows)}."
    for users in sorted({int(number) for number in rows["users"]}):
        low, high = sd_interval_factors(users)
        text += (
            f" The 95 % interval of a standard deviation of {users} runs from {low:.2f} to "
            f"{high:.2f} times it."
        )
    return text


def _spread(variability, datasets, variants, filters, with_pairs: bool) -> str:
    rows = shared_rows(variability)
    rows = rows[rows["dataset"].isin(datasets) & rows["variant"].isin(variants)]
    if filters is not None:
        rows = rows[rows["filter"].isin(filters)]
    if rows.empty:
        return ""
    verb = "The standard deviation is" if len(rows) == 1 else "Standard deviations run from"
    text = f"{verb} {_extreme(rows, 'sd', points)} points."
    if with_pairs:
        pairs = _extreme(rows, "mean_percent_different", percent)
        text += f" Two users differ in {pairs} % of the voxels."
    raw = rows[rows["filter"] == "raw"]
    both = rows[rows["filter"] != "raw"].merge(
        raw, on=["dataset", "variant"], suffixes=("", "_raw")
    )
    if len(both):
        lower = both["sd"] < both["sd_raw"]
        told = ", ".join(
            f"{name} {int(found.sum())} of {len(found)}"
            for name, found in lower.groupby(both["dataset"], sort=False)
        )
        text += f" The filter lowered them in {int(lower.sum())} of {len(both)} cases ({told})."
    return text


def _extreme(rows: pd.DataFrame, column: str, written) -> str:
    low, high = rows.loc[rows[column].idxmin()], rows.loc[rows[column].idxmax()]
    if len(rows) == 1:
        return f"{written(low[column])} ({_where(low)})"
    return f"{written(low[column])} ({_where(low)}) to {written(high[column])} ({_where(high)})"


def _where(row: pd.Series) -> str:
    return f"{row['variant']}, {filter_name(row['filter'])} {row['dataset']}"


def _choices(choices: pd.DataFrame, datasets: Sequence[str]) -> str:
    rows = choices[choices["dataset"].isin(datasets) & choices["paper_low"].notna()]
    values = rows[rows["paper_kind"] == "value"]
    if values.empty:
        return ""
    inside = values["paper_low"].between(values["low"], values["high"])
    return (
        f"Of {len(values)} numbers that the paper states {int(inside.sum())} lie within the "
        "central 95 % of what choices of three of these users give."
    )


def _comparisons(comparisons: pd.DataFrame) -> str:
    clear = comparisons[comparisons["p_holm"] < CLEAR]
    text = f"{len(clear)} of {len(comparisons)} ratios on one dataset differ from 1 "
    text += f"(adjusted p below {CLEAR:g})."
    if len(clear):
        ends = [clear.loc[clear["sd_ratio"].idxmin()], clear.loc[clear["sd_ratio"].idxmax()]]
        told = [f"{row['sd_ratio']:.2f} ({row['comparison']}, {row['dataset']})" for row in ends]
        text += f" They run from {' to '.join(told)}."
    return text


def _bias(errors: pd.DataFrame, datasets: Sequence[str]) -> str:
    rows = errors[errors["dataset"].isin(datasets)]
    if rows.empty:
        return ""
    sure = rows[(rows["bias_low"] > 0) | (rows["bias_high"] < 0)]
    return (
        f"{'The bias is' if len(rows) == 1 else 'Biases run from'} "
        f"{_extreme(rows, 'bias', points)} points; the 95 % interval leaves out "
        f"zero in {len(sure)} of {len(rows)} cases."
    )


def _baseline(baseline: pd.DataFrame, datasets: Sequence[str]) -> str:
    rows = first_realisation(baseline)
    rows = rows[(rows["baseline_source"] == "measured") & rows["dataset"].isin(datasets)]
    if rows.empty:
        return ""
    part = {}
    for name, found in rows.groupby("dataset", sort=False):
        size = found["difference_points"].abs()
        part[name] = f"{name} {size.min():.1f} to {size.max():.1f}"
    told = ", ".join(part.values())
    return f"Distances of the users' mean from this study's block, in points: {told}."
