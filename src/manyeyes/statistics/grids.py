"""Tidy tables as grids of realisations by users, one grid for each image and variant."""

from collections.abc import Iterable

import numpy as np
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
    if table.empty:
        return {}
    users, values = table["user"].to_numpy(), table[column].to_numpy()
    realisations = np.full(len(table), ANY, dtype=object)
    if "realisation" in table:
        realisations = table["realisation"].astype(str).to_numpy(dtype=object)
    # Plain arrays: pivoting each of hundreds of cells would take a second.
    cells = table.groupby(GROUP, sort=False).ngroup().to_numpy()
    order = np.argsort(cells, kind="stable")
    grids = {}
    for places in np.split(order, np.flatnonzero(np.diff(cells[order])) + 1):
        key = tuple(str(table[name].iat[places[0]]) for name in GROUP)
        rows, names = pd.factorize(realisations[places])
        columns, who = pd.factorize(users[places])
        if len(np.unique(rows * len(who) + columns)) < len(places):
            raise ValueError(
                f"{'/'.join(key)} has two values of one user and realisation in "
                f"{column}; a table with repetitions needs a column realisation"
            )
        grid = np.full((len(names), len(who)), np.nan)
        grid[rows, columns] = values[places]
        grids[key] = pd.DataFrame(
            grid,
            index=pd.Index(names, name="realisation"),
            columns=pd.Index(who, name="user", tupleize_cols=False),
        )
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
