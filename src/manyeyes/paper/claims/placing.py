"""Where the paper's numbers lie among those that other panels of three would have measured."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ...groups import MADE_BY, groups_in, side_by_side
from ...statistics.choices import place_in
from ...study.comparisons import LEAST_USERS_FOR_CHOICES
from .panels import Panels, StudyTables, panels_for
from .quantities import Condition

METRIC_OF = {"sd": "sd", "percent": "pairwise", "baseline_percent": "baseline_percent"}
"""The metric of the claims for each quantity that the paper states."""

QUANTILES = {"low": 0.025, "lower_half": 0.25, "median": 0.5, "upper_half": 0.75, "high": 0.975}
"""Columns, and the share of the distribution below each."""

COLUMNS = {
    "dataset": "str",
    "filter": "str",
    "variant": "str",
    "made_by": "str",
    "quantity": "str",
    "users": "int64",
    "realisations": "int64",
    "choices": "int64",
    "all_users": "float64",
    **dict.fromkeys(QUANTILES, "float64"),
    "paper_low": "float64",
    "paper_high": "float64",
    "paper_kind": "str",
    "below_paper_low": "float64",
    "below_paper_high": "float64",
}


def choices_table(
    tables: Mapping[str, pd.DataFrame],
    stated: Iterable = (),
    least_users: int = LEAST_USERS_FOR_CHOICES,
) -> pd.DataFrame:
    """Return the distribution over all choices of three users and all realisations, by condition.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        A study's volume_fractions, and perhaps pairwise and baseline; see `panels.StudyTables`.
    stated : iterable
        Numbers of the paper, such as `manyeyes.paper.names.STATED`: dataset, filter, variant,
        quantity, low, high, kind.
    least_users : int, default 15
        Conditions with fewer have no row.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by (if the tables have it; users of a choice are of one
        group), quantity (sd of the volume fraction; percent of voxels that differ between two
        users; baseline_percent, the size of the mean's difference from the measured baseline),
        users, realisations, choices (per realisation), all_users (of all users: root mean square
        over realisations for the sd, mean otherwise), low, lower_half, median, upper_half, high
        (2.5, 25, 50, 75 and 97.5 % of the distribution), paper_low, paper_high (NaN if the paper
        states nothing), paper_kind, below_paper_low and below_paper_high (share of the distribution
        below, 0 to 1; ties count half).
    """
    numbers = {(one.dataset, one.filter, one.variant, one.quantity): one for one in stated}
    names = groups_in(tables["volume_fractions"])
    rows = [
        row
        for made_by in names or [""]
        for row in _rows(StudyTables(tables, made_by), numbers, least_users)
    ]
    columns = [name for name in COLUMNS if names or name != MADE_BY]
    table = pd.DataFrame(rows, columns=columns).astype({name: COLUMNS[name] for name in columns})
    return side_by_side(table) if len(names) > 1 else table


def _rows(study: StudyTables, numbers: Mapping, least_users: int) -> list[dict]:
    """Return the rows of one group of users."""
    rows = []
    for cell in study.cells():
        for quantity, metric in METRIC_OF.items():
            panels = panels_for(study, {(metric, cell)}, least_users)
            if isinstance(panels, str) or not panels.enough:
                continue
            rows.append(_row(panels, metric, cell, quantity, numbers.get((*cell, quantity))))
    return rows


def _row(panels: Panels, metric: str, cell: Condition, quantity: str, number) -> dict:
    distribution = panels.distribution(metric, cell)
    everybody = panels.measured(metric, cell)
    squared = metric == "sd"
    quantiles = np.quantile(distribution, list(QUANTILES.values()))
    row = {
        **cell._asdict(),
        "made_by": panels.tables.made_by,
        "quantity": quantity,
        "users": len(panels.users),
        "realisations": len(panels.realisations),
        "choices": len(panels.choices),
        "all_users": float(np.sqrt(np.mean(everybody**2)) if squared else np.mean(everybody)),
        **dict(zip(QUANTILES, quantiles, strict=True)),
        "paper_kind": "",
    }
    if number is not None:
        row |= {
            "paper_low": number.low,
            "paper_high": number.high,
            "paper_kind": number.kind,
            "below_paper_low": place_in(distribution, number.low),
            "below_paper_high": place_in(distribution, number.high),
        }
    return row
