"""Which traits and image properties drive the spread of a result: Sobol indices."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ..randomness import generator, seed_from_names

JITTER = "session_jitter"
BOOTSTRAPS = 500


def sensitivity_design(
    factors: Mapping[str, object], base_runs: int, *names: object, jitter: bool = True
) -> pd.DataFrame:
    """Return the runs that Sobol indices need.

    Two independent sets of runs A and B, and for each factor a set equal to A but for that
    factor, taken from B (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018): in all
    ``base_runs * (factors + 2)`` runs. The points are a scrambled Sobol' sequence.

    All that changes from one sitting of a user to the next is one factor more: its levels are
    seeds, drawn independently, and its index is the share of the variance that comes with the
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
        column for each factor; ``session_jitter`` holds whole numbers to seed the sitting with.

    Raises
    ------
    ValueError
        If there is no factor, one is called session_jitter, or base_runs is no power of two.
    """
    if not factors:
        raise ValueError("a sensitivity study needs at least one factor")
    if JITTER in factors:
        raise ValueError(f"{JITTER} is added by itself; call the factor something else")
    if base_runs < 16 or base_runs & (base_runs - 1):
        raise ValueError(f"base_runs is a power of two and at least 16, found {base_runs}")
    rng = generator(*names, "sensitivity")
    points = stats.qmc.Sobol(2 * len(factors), rng=rng).random(base_runs)
    columns = list(factors)
    halves = {"A": points[:, : len(factors)], "B": points[:, len(factors) :]}
    sets = {
        name: pd.DataFrame({c: factors[c].ppf(half[:, i]) for i, c in enumerate(columns)})
        for name, half in halves.items()
    }
    if jitter:
        columns.append(JITTER)
        for name, table in sets.items():
            # 32 bits are plenty of different sittings and survive every file format exactly.
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


def sobol_table(
    design: pd.DataFrame,
    outputs: pd.Series | Sequence[float],
    *names: object,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return first-order and total Sobol indices with bootstrap intervals.

    Estimators of Saltelli et al. 2010 (doi:10.1016/j.cpc.2009.09.018) by
    `scipy.stats.sobol_indices`. The rows of the design are resampled for the intervals
    (Archer, Saltelli and Sobol 1997, doi:10.1080/00949659708811825).

    Parameters
    ----------
    design : DataFrame
        As made by `sensitivity_design`.
    outputs : sequence of float
        The result of each run, in the order of the design.
    *names : object
        Names that seed the bootstrap.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        factor, first_order (share of the variance that would go if the factor alone were fixed),
        first_low, first_high, total (share that would stay if all others were), total_low,
        total_high, output_sd; largest total first. Estimates can leave 0 to 1 by chance.

    Raises
    ------
    ValueError
        If an output is missing or there are not as many as runs, or all are equal.
    """
    values = np.asarray(outputs, dtype=np.float64)
    if values.shape != (len(design),) or not np.isfinite(values).all():
        raise ValueError(
            f"expected one finite output for each of {len(design)} runs, found "
            f"{np.isfinite(values).sum()} in an array of shape {values.shape}"
        )
    factors = [name for name in design["set"].unique() if name not in ("A", "B")]
    by_set = {name: values[design["set"].to_numpy() == name] for name in ("A", "B", *factors)}
    base = np.concatenate([by_set["A"], by_set["B"]])
    if base.min() == base.max():
        raise ValueError(f"every run gave {base[0]}; nothing varies that could be explained")
    stacked = np.stack([by_set["A"], by_set["B"], *(by_set[factor] for factor in factors)])
    estimate = _indices(stacked)
    rng = generator(*names, "sobol bootstrap")
    n = stacked.shape[1]
    resampled = np.stack([_indices(stacked[:, rng.integers(n, size=n)]) for _ in range(BOOTSTRAPS)])
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = pd.DataFrame(
        {
            "factor": factors,
            "first_order": estimate[0],
            "first_low": low[0],
            "first_high": high[0],
            "total": estimate[1],
            "total_low": low[1],
            "total_high": high[1],
            "output_sd": base.std(ddof=1),
        }
    )
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _indices(stacked: np.ndarray) -> np.ndarray:
    """Return first-order and total indices, shape (2, factors), of rows A, B, then factors."""
    result = stats.sobol_indices(
        func={"f_A": stacked[:1], "f_B": stacked[1:2], "f_AB": stacked[2:, None]},
        n=stacked.shape[1],
    )
    # scipy drops the axis of outputs when there is one
    return np.stack([np.ravel(result.first_order), np.ravel(result.total_order)])
