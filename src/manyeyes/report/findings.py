"""For each figure, a line on what this study found."""

from collections.abc import Mapping

import pandas as pd

from ..figures.figure import FigureData
from ..figures.groups import numbers_of_users
from ..figures.registry import figure_called
from ..statistics.spread import LEAST_FOR_RESAMPLING, sd_interval_factors


def _data(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> FigureData:
    return FigureData(
        tables=tables,
        origins=dict.fromkeys(figure["datasets"], ""),
        variants=tuple(figure["variants"]),
        filters=tuple(figure["filters"]),
        unfiltered=tuple(figure["unfiltered"]),
    )


def finding(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return what this study shows in a figure, in numbers; empty if the figure says it all.

    Parameters
    ----------
    figure : mapping
        name, datasets, variants, filters, unfiltered; see `manyeyes.figures.jobs`.
    tables : mapping of name to DataFrame
        Those that the figure is drawn from.
    """
    return figure_called(figure["name"]).finding(_data(figure, tables))


def users_shown(figure: Mapping, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return how many users a figure's standard deviations are of, and how sure these are.

    Parameters as for `finding`; empty if the figure shows no standard deviations.
    """
    name = figure_called(figure["name"]).spread
    if name not in tables:
        return ""
    rows = _data(figure, tables).shown(tables[name])
    rows = rows[rows["users"] > 1]
    if rows.empty:
        return ""
    text = f"Here: {numbers_of_users(rows)}."
    # From here on, the interval depends on the users' values; tables and figures show it.
    few = rows.loc[rows["users"] < LEAST_FOR_RESAMPLING, "users"]
    for users in sorted({int(number) for number in few}):
        low, high = sd_interval_factors(users)
        text += (
            f" The 95 % interval of a standard deviation of {users} runs from {low:.2f} to "
            f"{high:.2f} times it."
        )
    return text
