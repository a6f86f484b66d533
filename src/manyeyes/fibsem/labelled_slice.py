"""The chain's segmentation of one real slice, compared with a person's label of it.

The label is no truth, so agreement only shows how the chain performs on grey levels for which it
was not tuned. It is compared with plain thresholds, of which the best is known only from the label.
"""

import numpy as np
import pandas as pd
import skimage

from ..labels import ACTIVE
from .denoise import denoise, grey_pair
from .watershed import grey_histogram, seed_levels, segment_slice

_LEVELS = 256


def agreement_with_label(
    image: np.ndarray, active: np.ndarray, *, sigma_px: float = 0.8, window: float = 0.5
) -> pd.DataFrame:
    """Compare the chain, and plain thresholds, with a label.

    Parameters
    ----------
    image : ndarray of uint8, shape (y, x)
    active : ndarray of bool, shape (y, x)
        Where the label has active material.
    sigma_px, window : float
        See `manyeyes.fibsem.denoise.denoise` and `manyeyes.fibsem.watershed.seed_levels`.

    Returns
    -------
    DataFrame
        A row for each ``way``: ``chain`` (denoise and watershed), ``otsu``, ``best_threshold`` (of
        the raw slice, chosen by the label) and ``all_active`` (a lower limit); with threshold (NaN
        for none), agreement (share of pixels), dice of active material, active_fraction and
        label_fraction.

    Raises
    ------
    ValueError
        If the slice is not 8-bit, or the label has another shape or one phase only.
    """
    if image.ndim != 2 or image.dtype != np.uint8 or active.shape != image.shape:
        raise ValueError(
            f"expected an 8-bit slice and a label as large, found {image.dtype} {image.shape} and "
            f"{active.shape}"
        )
    if active.all() or not active.any():
        raise ValueError(
            "the label has one phase only: is the code of active material the right one?"
        )
    (smooth,) = denoise([image], np.array([grey_pair(image)]), sigma_px=sigma_px)
    low, high = seed_levels(grey_histogram([smooth]), window)
    # How many pixels from each level on are active in the label, and how many below are not.
    of_active = np.bincount(image[active], minlength=_LEVELS)
    of_rest = np.bincount(image[~active], minlength=_LEVELS)
    right = np.cumsum(of_active[::-1])[::-1] + np.concatenate([[0], np.cumsum(of_rest)[:-1]])
    otsu, best = int(skimage.filters.threshold_otsu(image)) + 1, int(np.argmax(right))
    ways = {
        "chain": (np.nan, segment_slice(smooth, low, high) == ACTIVE),
        "otsu": (otsu, image >= otsu),
        "best_threshold": (best, image >= best),
        "all_active": (0, np.ones_like(active)),
    }
    rows = [
        {
            "way": way,
            "threshold": threshold,
            "agreement": float((found == active).mean()),
            "dice": float(2 * (found & active).sum() / (found.sum() + active.sum())),
            "active_fraction": float(found.mean()),
            "label_fraction": float(active.mean()),
        }
        for way, (threshold, found) in ways.items()
    ]
    return pd.DataFrame(rows)
