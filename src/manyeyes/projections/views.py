"""What a step did, for pictures before and after it."""

from typing import NamedTuple

import numpy as np


class Panels(NamedTuple):
    """Two images on one grey scale, and their difference.

    Attributes
    ----------
    before, after : numpy.ndarray
        float32 (a, b).
    difference : numpy.ndarray
        float32 (a, b), after minus before.
    grey : tuple of float
        Values to show as black and as white in `before` and `after`.
    most : float
        The difference to show as white; minus it is black.
    """

    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    grey: tuple[float, float]
    most: float


def sinogram_panels(before: np.ndarray, after: np.ndarray, row: int | None = None) -> Panels:
    """Return a row's sinogram before and after a step: flat field, zingers, rings.

    Parameters
    ----------
    before, after : numpy.ndarray
        (angles, rows, columns).
    row : int, optional
        The middle one unless given.
    """
    row = before.shape[1] // 2 if row is None else row
    return panels(before[:, row], after[:, row])


def projection_panels(before: np.ndarray, after: np.ndarray, angle: int = 0) -> Panels:
    """Return a projection before and after a step, such as phase retrieval.

    Parameters
    ----------
    before, after : numpy.ndarray
        (angles, rows, columns).
    angle : int
        Which projection.
    """
    return panels(before[angle], after[angle])


def panels(before: np.ndarray, after: np.ndarray) -> Panels:
    """Return two images of one size with grey scales for a picture.

    Raises
    ------
    ValueError
        If their shapes differ.
    """
    before, after = (np.asarray(image, dtype=np.float32) for image in (before, after))
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(f"expected two images of one shape, found {before.shape}, {after.shape}")
    # Of the cleaned image, so that a zinger does not make all else black.
    low, high = (float(value) for value in np.percentile(after, [0.5, 99.5]))
    if not high > low:
        high = low + 1.0
    difference = after - before
    most = float(np.percentile(np.abs(difference), 99.5))
    return Panels(before, after, difference, (low, high), most or 1.0)
