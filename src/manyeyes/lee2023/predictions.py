"""Predicted probabilities as 16-bit volumes, with the cut at one half where it was."""

import numpy as np

LEVELS = 65535


def as_levels(probability: np.ndarray) -> np.ndarray:
    """Return probabilities as grey levels.

    Parameters
    ----------
    probability : ndarray of float, shape (z, y, x)
        0 to 1.

    Returns
    -------
    ndarray of uint16, shape (z, y, x)
        65535 is 1. Halves are rounded down, so that exactly what is above one half stays so.

    Raises
    ------
    ValueError
        If a probability is not between 0 and 1.
    """
    if not (np.min(probability) >= 0 and np.max(probability) <= 1):
        raise ValueError("expected probabilities from 0 to 1, found others or no numbers")
    return np.ceil(probability.astype(np.float64) * LEVELS - 0.5).astype(np.uint16)


def as_probability(levels: np.ndarray) -> np.ndarray:
    """Return the probabilities, float32, that `as_levels` made levels of, to within 1e-5."""
    return (levels / np.float32(LEVELS)).astype(np.float32)
