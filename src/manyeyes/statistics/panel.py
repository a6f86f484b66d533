"""A study's few users, its panel, beside a larger sample of the population that they come from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..groups import MADE_BY, SIMULATED
from .choices import central_range, choices_of_users, place_in, sd_of_choices
from .grids import GROUP, users_by_cell
from .spread import sample_sd, sd_interval

SAMPLES = {"volume_fractions": "population_fractions", "pairwise": "population_pairwise"}
"""Tables of a study, and those with the same of a population sample."""

COLUMNS = (
    "population",
    "population_sd",
    "population_sd_low",
    "population_sd_high",
    "choices",
    "choices_low",
    "choices_high",
    "place",
)


def with_sample(table: pd.DataFrame, sample: pd.DataFrame | None) -> pd.DataFrame:
    """Return a table with the rows of the population sample that it lacks, after its own.

    Parameters
    ----------
    table : DataFrame
        Of the study: dataset, filter, variant, user (or user_a and user_b), made_by, and more.
    sample : DataFrame or None
        The same of a population sample, of whom the study's users are a part.

    Returns
    -------
    DataFrame
        `table` itself without a sample.
    """
    if sample is None:
        return table
    users = ["user"] if "user" in table else ["user_a", "user_b"]
    keys = [*GROUP, *users, *(["realisation"] if "realisation" in table else [])]
    known = pd.MultiIndex.from_frame(table[keys])
    others = sample[~pd.MultiIndex.from_frame(sample[keys]).isin(known)]
    return pd.concat([table, others[table.columns]], ignore_index=True)


def with_population(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return a study's tables, by name, with what those of the population sample add to them."""
    return {
        name: with_sample(table, tables.get(SAMPLES.get(name, "")))
        for name, table in tables.items()
        if name not in SAMPLES.values()
    }


def beside_population(
    spread: pd.DataFrame, population_fractions: pd.DataFrame, level: float = 0.95
) -> pd.DataFrame:
    """Set the standard deviations of a panel beside those of a sample of the population.

    Parameters
    ----------
    spread : DataFrame
        See `tables.spread_table`.
    population_fractions : DataFrame
        Volume fractions of the sample: dataset, filter, variant, user, active_fraction; the
        panel's users are the first, a column realisation is optional.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        `spread` with the columns population (number of users), population_sd, population_sd_low,
        population_sd_high (root mean square over realisations, and `spread.sd_interval`), choices
        (of as many users as the panel has), choices_low, choices_high (the central part of their
        SDs) and place (of the panel's SD among them, 0: below all, 1: above all; mean over
        realisations). NaN where there is no sample, or the rows are recorded people's.
    """
    found = {}
    for key, grid in users_by_cell(population_fractions, "active_fraction").items():
        found[key] = grid.dropna(axis="columns")
    rows = []
    for row in spread.itertuples():
        grid = found.get((row.dataset, row.filter, row.variant))
        if grid is None or getattr(row, MADE_BY, SIMULATED) != SIMULATED:
            rows.append((np.nan,) * len(COLUMNS))
            continue
        values = grid.to_numpy(dtype=np.float64)
        sd = float(np.sqrt(np.mean(sample_sd(values) ** 2)))
        choices = choices_of_users(values.shape[1], row.users)
        chosen = sd_of_choices(values, choices)
        panel = sample_sd(values[:, : row.users])
        place = np.mean([place_in(c, p) for c, p in zip(chosen, panel, strict=True)])
        ends = (*sd_interval(values, level), len(choices), *central_range(chosen, level))
        rows.append((values.shape[1], sd, *ends, place))
    columns = np.array(rows, dtype=np.float64).reshape(-1, len(COLUMNS)).T
    return spread.assign(**dict(zip(COLUMNS, columns, strict=True)))
