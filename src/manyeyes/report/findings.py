"""A line for each figure on what this study found, beside the line on what the paper found."""

from collections.abc import Mapping

import pandas as pd

from ..figures.figure import FigureData
from ..figures.findings import shown_rows
from ..figures.groups import numbers_of_users
from ..figures.registry import figure_called
from ..statistics.spread import sd_interval_factors


def _data(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> FigureData:
    return FigureData(
        tables=tables,
        origins=dict.fromkeys(figure["datasets"], ""),
        variants=tuple(figure["variants"]),
        filters=tuple(figure["filters"]),
        unfiltered=tuple(figure["unfiltered"]),
    )


def finding(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return what this study shows in a figure, in numbers; empty where the figure says it all.

    Parameters
    ----------
    figure : mapping
        name, datasets, variants, filters, unfiltered; see `manyeyes.figures.jobs`.
    tables : mapping of name to DataFrame
        Those that the figure is drawn from.

    Returns
    -------
    str
    """
    return figure_called(figure["name"]).finding(_data(figure, tables))


def users_shown(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return how many users stand behind the standard deviations of a figure, and what that means.

    Parameters
    ----------
    figure, tables
        As for `finding`.

    Returns
    -------
    str
        Empty for figures of other things.
    """
    name = figure_called(figure["name"]).spread
    if name not in tables:
        return ""
    rows = shown_rows(tables[name], _data(figure, tables))
    rows = rows[rows["users"] > 1]
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
