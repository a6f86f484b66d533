"""Numbers and lists as they appear in the texts of statistics."""

from collections.abc import Iterable

import numpy as np


def contrast_to_noise_in_words(value: float) -> str:
    """Return a contrast-to-noise as text that follows the word.

    Parameters
    ----------
    value : float
        From `manyeyes.measures.contrast_to_noise`: NaN if no phase has a core to measure it in,
        infinite without noise.

    Returns
    -------
    str
    """
    if np.isnan(value):
        return "not measurable"
    return "unbounded" if np.isinf(value) else f"{value:.1f}"


def points(fraction: float) -> str:
    """Return a fraction in points (hundredths)."""
    return f"{100 * fraction:.1f}"


def and_list(items: Iterable[str]) -> str:
    """Return items as a list in a sentence."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
