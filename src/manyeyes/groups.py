"""Simulated users and recorded people: two groups, set side by side and never pooled."""

from collections.abc import Callable

import pandas as pd

SIMULATED = "simulated"
RECORDED = "recorded"
GROUPS = (SIMULATED, RECORDED)
MADE_BY = "made_by"
"""The column that says to which group a row belongs."""

GROUP_NAMES = {
    SIMULATED: ("simulated user", "simulated users"),
    RECORDED: ("recorded person", "recorded people"),
}
"""What one of a group is called, and what several are."""

_PLACES = ("dataset", "realisation", "filter", "variant", "comparison", "question")


def groups_in(table: pd.DataFrame) -> list[str]:
    """Return whose rows a table holds, simulated users first.

    Parameters
    ----------
    table : DataFrame
        Perhaps with a column made_by; without it there are no groups to tell apart.

    Returns
    -------
    list of str
        Empty for a table without the column, or without rows.

    Raises
    ------
    ValueError
        If a row belongs to neither group.
    """
    if MADE_BY not in table:
        return []
    found = set(table[MADE_BY])
    if not found <= set(GROUPS):
        raise ValueError(
            f"made_by is one of {', '.join(GROUPS)}, found {', '.join(sorted(map(str, found)))}"
        )
    return [name for name in GROUPS if name in found]


def of_group(table: pd.DataFrame, made_by: str) -> pd.DataFrame:
    """Return the rows of one group; a table without the column made_by belongs to any."""
    return table[table[MADE_BY] == made_by] if MADE_BY in table else table


def judged_group(volume_fractions: pd.DataFrame) -> str:
    """Return whose segmentations the paper's claims are held against.

    Parameters
    ----------
    volume_fractions : DataFrame
        Table of the study.

    Returns
    -------
    str
        Recorded people where they are alone; simulated users wherever there are any, since a
        verdict is about one group and theirs is the larger.
    """
    return RECORDED if groups_in(volume_fractions) == [RECORDED] else SIMULATED


def in_groups(
    function: Callable[..., pd.DataFrame], *tables: pd.DataFrame, after: str = "variant"
) -> pd.DataFrame:
    """Return what a function makes of each group's rows, put together.

    Parameters
    ----------
    function : callable
        From tables of one group to a table.
    tables : DataFrame
        The first says which groups there are. Without a column made_by the function gets them as
        they are.
    after : str, default "variant"
        The column of the result that made_by follows.

    Returns
    -------
    DataFrame
        With a column made_by more; rows that differ in it alone stand beside each other.
    """
    if MADE_BY not in tables[0]:
        return function(*tables)
    # With no row at all the function still says which columns there are.
    names = groups_in(tables[0]) or [SIMULATED]
    parts = []
    for name in names:
        part = function(
            *(of_group(table, name).drop(columns=MADE_BY, errors="ignore") for table in tables)
        )
        part.insert(part.columns.get_loc(after) + 1, MADE_BY, name)
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    return side_by_side(
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    )


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order in which their places come first, the groups of each together."""
    keys = [name for name in _PLACES if name in table]
    first: dict[tuple, int] = {}
    order = [
        first.setdefault(key, len(first))
        for key in zip(*(table[name].astype(str) for name in keys), strict=True)
    ]
    return table.iloc[pd.Series(order).sort_values(kind="stable").index].reset_index(drop=True)


def group_name(made_by: str, number: int = 2) -> str:
    """Return what so many of a group are called."""
    return GROUP_NAMES[made_by][number != 1]
