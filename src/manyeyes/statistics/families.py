"""Correction for many tests at once."""

import numpy as np


def holm(p_values) -> np.ndarray:
    """Return p-values that are valid for all tests of a family together.

    Parameters
    ----------
    p_values : array_like, shape (tests,)
        NaN if a test was not possible; it remains NaN and does not count.

    Returns
    -------
    ndarray of float64, shape (tests,)
        At most a share alpha of families has any true hypothesis with an adjusted p of alpha or
        less (Holm 1979, Scand. J. Statist. 6:65-70, jstor:4615733).

    Raises
    ------
    ValueError
        If a p-value is outside 0 to 1.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    present = ~np.isnan(p_values)
    tests = p_values[present]
    if ((tests < 0) | (tests > 1)).any():
        raise ValueError(f"p-values must be between 0 and 1, found {tests.min()} to {tests.max()}")
    order = np.argsort(tests, kind="stable")
    stepwise = (len(tests) - np.arange(len(tests))) * tests[order]
    adjusted = np.empty_like(tests)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(stepwise))
    result = np.full(p_values.shape, np.nan)
    result[present] = adjusted
    return result
