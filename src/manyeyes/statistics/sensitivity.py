"""Which factors drive the spread of a result: Sobol indices."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator

BOOTSTRAPS = 500


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
        As made by `manyeyes.designs.sensitivity_design`.
    outputs : sequence of float
        The result of each run, in the order of the design.
    *names : object
        Names that seed the bootstrap.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        factor, first_order (share of the variance that would vanish if only this factor were
        fixed), first_low, first_high, total (share that would remain if all others were fixed),
        total_low, total_high, output_sd; largest total first. By chance, estimates can be
        outside 0 to 1.

    Raises
    ------
    ValueError
        If an output is missing, there are not as many outputs as runs, or all are equal.
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
        raise ValueError(f"every run gave {base[0]}; there is no variation to explain")
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
    result = scipy.stats.sobol_indices(
        func={"f_A": stacked[:1], "f_B": stacked[1:2], "f_AB": stacked[2:, None]},
        n=stacked.shape[1],
    )
    # scipy drops the axis of outputs if there is only one.
    return np.stack([np.ravel(result.first_order), np.ravel(result.total_order)])
