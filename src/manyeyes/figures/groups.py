"""Simulated users and recorded people in one figure: a variant of each, side by side."""

from collections.abc import Iterable

import pandas as pd

from ..groups import MADE_BY, RECORDED, group_name, groups_in
from .figure import FigureData
from .words import PEOPLE

SIDE_BY_SIDE = (
    "Recorded people (crossed bars, stars, rows and columns of their own) stand beside the "
    "simulated users; no number combines the two groups."
)


def named_by_group(data: FigureData, *tables: pd.DataFrame) -> list[pd.DataFrame]:
    """Return tables in which what recorded people did is a variant of its own.

    Parameters
    ----------
    data : FigureData
        For the methods of the variants.
    tables : DataFrame
        All tables that one figure draws.

    Returns
    -------
    list of DataFrame
        Unchanged if there is only one group of users. Otherwise ``S2`` by recorded people is called
        ``S2 (people)``; what only people can do keeps its name.
    """
    if not both_groups(*tables):
        return list(tables)
    renamed = []
    for table in tables:
        if MADE_BY in table:
            theirs = (table[MADE_BY] == RECORDED) & ~table["variant"].isin(data.only_peoples)
            names = table["variant"].where(~theirs, table["variant"] + PEOPLE)
            table = table.assign(variant=names)
        renamed.append(table)
    return renamed


def both_groups(*tables: pd.DataFrame) -> bool:
    """Whether tables hold simulated users and recorded people."""
    return len({name for table in tables for name in groups_in(table)}) > 1


def with_people(variants: Iterable[str]) -> list[str]:
    """Return variants, each followed by its name when recorded people did it."""
    return [name for variant in variants for name in (variant, variant + PEOPLE)]


def is_peoples(data: FigureData, variant: str) -> bool:
    """Whether a variant, perhaps renamed by `named_by_group`, is what recorded people did."""
    return variant.endswith(PEOPLE) or variant in data.only_peoples


def note(data: FigureData, *tables: pd.DataFrame) -> str:
    """Return a sentence for the small print if tables hold both groups, else nothing."""
    renamed = named_by_group(data, *tables)
    names = {name for table in renamed if MADE_BY in table for name in table["variant"]}
    return SIDE_BY_SIDE if any(name.endswith(PEOPLE) for name in names) else ""


def numbers_of_users(table: pd.DataFrame) -> str:
    """Return how many users are behind the rows of a table, such as ``3 or 5 users``.

    Parameters
    ----------
    table : DataFrame
        With a column users, and perhaps made_by.
    """
    names = groups_in(table)
    if len(names) < 2:
        return _numbers(table["users"], "user", "users")
    phrases = [
        _numbers(table.loc[table[MADE_BY] == name, "users"], group_name(name, 1), group_name(name))
        for name in names
    ]
    return " and ".join(phrases)


def _numbers(users: pd.Series, one: str, several: str) -> str:
    found = sorted(set(users))
    return f"{' or '.join(str(int(n)) for n in found)} {one if found == [1] else several}"
