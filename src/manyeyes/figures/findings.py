"""What a study found, in a sentence, from its tables: parts that several figures share."""

from collections.abc import Callable

import pandas as pd

from ..groups import group_name, groups_in, of_group
from ..report.words import in_points, percent
from .figure import FigureData
from .words import filter_name


def for_each_group(table: pd.DataFrame, function: Callable[[pd.DataFrame], str]) -> str:
    """Return what a function says about a table, for each group of users separately."""
    names = groups_in(table)
    if len(names) < 2:
        return function(table)
    texts = {name: function(of_group(table, name)) for name in names}
    return " ".join(
        f"{group_name(name).capitalize()}: {text}" for name, text in texts.items() if text
    )


def extremes(rows: pd.DataFrame, column: str, written: Callable[[float], str]) -> str:
    """Return the lowest and the highest value of a column, each with its variant and image."""
    low, high = rows.loc[rows[column].idxmin()], rows.loc[rows[column].idxmax()]
    if len(rows) == 1:
        return f"{written(low[column])} ({_where(low)})"
    return f"{written(low[column])} ({_where(low)}) to {written(high[column])} ({_where(high)})"


def _where(row: pd.Series) -> str:
    return f"{row['variant']}, {filter_name(row['filter'])} {row['dataset']}"


def sd_found(data: FigureData) -> str:
    """Return the range of the standard deviations shown, and whether filters lowered them."""
    return for_each_group(data.tables["variability"], lambda table: _spread(table, data, False))


def sd_and_pairs_found(data: FigureData) -> str:
    """Return the same as `sd_found`, and the share of voxels in which two users differ."""
    return for_each_group(data.tables["variability"], lambda table: _spread(table, data, True))


def _spread(variability: pd.DataFrame, data: FigureData, with_pairs: bool) -> str:
    rows = data.shown(variability)
    rows = rows[(rows["users"] > 1) & rows["sd"].notna()]
    if rows.empty:
        return ""
    verb = "The standard deviation is" if len(rows) == 1 else "Standard deviations run from"
    text = f"{verb} {extremes(rows, 'sd', in_points)} points."
    if with_pairs:
        text += (
            f" Two users differ in {extremes(rows, 'mean_percent_different', percent)} % of the "
            "voxels."
        )
    is_raw = rows["filter"].isin(data.unfiltered)
    both = rows[~is_raw].merge(rows[is_raw], on=["dataset", "variant"], suffixes=("", "_raw"))
    if len(both):
        lower = both["sd"] < both["sd_raw"]
        counts = ", ".join(
            f"{name} {int(found.sum())} of {len(found)}"
            for name, found in lower.groupby(both["dataset"], sort=False)
        )
        text += f" The filter lowered them in {int(lower.sum())} of {len(both)} cases ({counts})."
    return text
