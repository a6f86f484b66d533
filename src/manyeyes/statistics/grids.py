"""Tidy tables as grids of realisations by users, one grid for each image and variant."""

from collections.abc import Iterable

import pandas as pd

from ..groups import groups_in

ANY = ""
"""The realisation of a table without that column; it is combined with every realisation."""

GROUP = ["dataset", "filter", "variant"]


def users_by_cell(table: pd.DataFrame, column: str) -> dict[tuple, pd.DataFrame]:
    """Return the values of a tidy table as realisations by users.

    Parameters
    ----------
    table : DataFrame
        dataset, filter, variant, user, the column; realisation and made_by are optional.
    column : str
        The column whose values are returned.

    Returns
    -------
    dict of (dataset, filter, variant) to DataFrame
        Index: realisations as text (only `ANY` if the table has none); columns: users. Both are in
        the order of the table. NaN if a user has no value.

    Raises
    ------
    ValueError
        If a column is absent, a user has two values for one realisation, or the table has both
        recorded people and simulated users.
    """
    missing = [name for name in [*GROUP, "user", column] if name not in table]
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing)}; found {', '.join(table)}")
    refuse_mixture(table)
    if "realisation" not in table:
        table = table.assign(realisation=ANY)
    grids = {}
    for key, rows in table.groupby(GROUP, sort=False):
        if rows.duplicated(["realisation", "user"]).any():
            raise ValueError(
                f"{'/'.join(map(str, key))} has two values of one user and realisation in "
                f"{column}; a table with repetitions needs a column realisation"
            )
        indexed = rows.assign(realisation=rows["realisation"].astype(str))
        grid = indexed.pivot(index="realisation", columns="user", values=column)
        grids[tuple(map(str, key))] = grid.loc[
            indexed["realisation"].unique(), list(dict.fromkeys(rows["user"]))
        ]
    return grids


def refuse_mixture(table: pd.DataFrame) -> None:
    """Raise ValueError if a table has both groups of users, which no number may combine."""
    if len(groups_in(table)) > 1:
        raise ValueError(
            "simulated users and recorded people are two groups; give the rows of one of them "
            "(manyeyes.groups.of_group)"
        )


def shared_realisations(frames: Iterable[pd.DataFrame | pd.Series]) -> list[str]:
    """Return the realisations that all grids have, in the order of the first; `ANY` matches all."""
    shared = None
    for frame in frames:
        names = list(frame.index)
        if ANY in names:
            continue
        shared = names if shared is None else [name for name in shared if name in names]
    return [ANY] if shared is None else shared
