"""Fit the user model to one person: simulate, learn, compare."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..users.fitted_people import OF_PERSON
from ..users.population import Population
from .posterior import Learner, Posterior
from .records import Recorded
from .simulating import Table, first_outputs, observed_marks, simulate

DIGITS = 4
"""Numbers are written with so many significant digits; simulation is not exact beyond."""


class Fitted(NamedTuple):
    """A person to whom the user model was fitted.

    Attributes
    ----------
    table : Table
        The simulated people.
    observed : Series
        What the person did.
    learner : Learner
    posterior : Posterior
    """

    table: Table
    observed: pd.Series
    learner: Learner
    posterior: Posterior


def fit_person(
    records: Sequence[Recorded],
    population: Population,
    simulated: int,
    names: Sequence[object],
    *,
    progress: Callable[[int], None] | None = None,
) -> Fitted:
    """Return who a recorded person may be.

    Parameters
    ----------
    records : sequence of Recorded
        What the person did, on all images and in all sittings; see `records.usable`.
    population : Population
        The priors, and what changes between sittings.
    simulated : int
        How many simulated people to compare with.
    names : sequence
        Names that seed every draw.
    progress : callable, optional
        Is told how many simulated people are done.
    """
    seed = "/".join(map(str, names))
    shown = first_outputs(records, names=(seed,))
    outputs = {place: [output] for place, output in shown.items()}
    table = simulate(records, population, simulated, seed, outputs, progress)
    learner = Learner(table, seed)
    observed = observed_marks(records, outputs)
    return Fitted(table, observed, learner, learner.posterior(observed))


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose numbers have `DIGITS` significant digits."""
    found = table.copy()
    for name in found.select_dtypes("float"):
        found[name] = [float(f"{value:.{DIGITS}g}") for value in found[name]]
    return found


def people_block(people: Mapping[str, Posterior], study: str, each: int) -> str:
    """Return the block of a config whose users are drawn from fitted people.

    Parameters
    ----------
    people : mapping of str to Posterior
    study : str
        In which they were recorded.
    each : int
        Draws of each person.

    Returns
    -------
    str
        YAML with comments. Each simulated user is one draw: one person's draws are as far apart as
        what is not known of the person, and draws of several are as far apart as these people
        besides.
    """
    rows = [row for posterior in people.values() for row in _draws(posterior, each)]
    known = {
        name: list(posterior.summary.query("informed")["trait"])
        for name, posterior in people.items()
    }
    lines = [
        f"# Users drawn from {', '.join(people)}, as recorded in the study {study}.",
        "# Paste it into a config: each simulated user is one of these rows.",
    ]
    for name, traits in known.items():
        lines.append(f"# {name}'s record informs {', '.join(traits) or 'no trait'};")
        lines.append("# all else is the population's prior.")
    if len(people) == 1:
        lines.append("# Rows differ by what is not known of one person, not as people differ.")
    lines += [
        "population:",
        "  fitted_people:",
        f"    traits: [{', '.join(OF_PERSON)}]",
        "    draws:",
    ]
    lines += [f"      - [{', '.join(row)}]" for row in rows]
    return "\n".join(lines) + "\n"


def _draws(posterior: Posterior, each: int) -> list[list[str]]:
    """Return evenly spaced rows of a posterior's draws, as text."""
    places = np.linspace(0, len(posterior.draws) - 1, each).round().astype(int)
    chosen = posterior.draws.iloc[places]
    return [
        [f"{float(f'{row[name]:.{DIGITS}g}'):g}" for name in OF_PERSON]
        for _, row in chosen.iterrows()
    ]
