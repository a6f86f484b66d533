"""The runs that a sensitivity study needs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator, seed_from_names

JITTER = "session_jitter"


def sensitivity_design(
    factors: Mapping[str, object], base_runs: int, *names: object, jitter: bool = True
) -> pd.DataFrame:
    """Return the runs that Sobol indices need.

    There are two independent sets of runs, A and B, and for each factor a set equal to A except
    for that factor, which is taken from B (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018):
    ``base_runs * (factors + 2)`` runs in all. The points are a scrambled Sobol' sequence.

    Everything that changes from one sitting of a user to the next is one more factor. Its levels
    are seeds, drawn independently, and its index is the share of the variance that is due to the
    sitting as a whole (a stochastic simulator, Iooss and Ribatet 2009,
    doi:10.1016/j.ress.2008.09.010; Marrel et al. 2012, doi:10.1007/s11222-011-9274-8).

    Parameters
    ----------
    factors : mapping of str to frozen scipy.stats distribution
        Anything with ``ppf``: ``stats.norm(0, 0.5)``, ``stats.randint(0, 4)``. Independent.
    base_runs : int
        A power of two, at least 16.
    *names : object
        Names that seed the points; see `manyeyes.randomness.generator`.
    jitter : bool, default True
        Whether to add the factor ``session_jitter``.

    Returns
    -------
    DataFrame
        run (0, 1, ...), set (A, B, or the factor taken from B), row (0 to base_runs - 1), then a
        column for each factor; ``session_jitter`` has whole numbers that seed the sitting.

    Raises
    ------
    ValueError
        If there is no factor, one is called session_jitter, or base_runs is not a power of two.
    """
    if not factors:
        raise ValueError("a sensitivity study needs at least one factor")
    if JITTER in factors:
        raise ValueError(f"{JITTER} is added automatically; give the factor another name")
    if base_runs < 16 or base_runs & (base_runs - 1):
        raise ValueError(f"base_runs must be a power of two and at least 16, found {base_runs}")
    rng = generator(*names, "sensitivity")
    points = scipy.stats.qmc.Sobol(2 * len(factors), rng=rng).random(base_runs)
    columns = list(factors)
    halves = {"A": points[:, : len(factors)], "B": points[:, len(factors) :]}
    sets = {
        name: pd.DataFrame({c: factors[c].ppf(half[:, i]) for i, c in enumerate(columns)})
        for name, half in halves.items()
    }
    if jitter:
        columns.append(JITTER)
        for name, table in sets.items():
            # 32 bits give enough different sittings, and every file format stores them exactly.
            table[JITTER] = [
                seed_from_names(*names, JITTER, name, row) % 2**32 for row in range(base_runs)
            ]
    for column in columns:
        sets[column] = sets["A"].assign(**{column: sets["B"][column]})
    design = pd.concat(
        [table.assign(set=name, row=np.arange(base_runs)) for name, table in sets.items()],
        ignore_index=True,
    )
    design.insert(0, "run", np.arange(len(design)))
    return design[["run", "set", "row", *columns]]
