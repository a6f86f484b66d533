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


def reduced(image: np.ndarray, most: int = 512) -> np.ndarray:
    """Return an image as means over blocks, small enough for a picture.

    Parameters
    ----------
    image : numpy.ndarray
        (a, b).
    most : int
        Rows and columns that may be left; what does not fill a block is cut off.

    Returns
    -------
    numpy.ndarray
        float32.
    """
    factors = [-(-edge // most) for edge in image.shape]
    rows, columns = (edge // factor for edge, factor in zip(image.shape, factors, strict=True))
    cut = image[: rows * factors[0], : columns * factors[1]]
    blocks = cut.reshape(rows, factors[0], columns, factors[1])
    return blocks.mean(axis=(1, 3), dtype=np.float64).astype(np.float32)


def mirrored(projection: np.ndarray, centre: float) -> np.ndarray:
    """Return a projection (rows, columns) mirrored about a column; zero beyond the detector.

    About the axis of rotation, it is what is seen half a turn later.
    """
    columns = np.arange(projection.shape[1])
    places = 2 * centre - columns
    return np.stack(
        [np.interp(places, columns, row, left=0.0, right=0.0) for row in projection]
    ).astype(np.float32)


def half_turn_later(angles_deg: np.ndarray) -> int:
    """Return which projection is most nearly half a turn from the first."""
    turned = (np.asarray(angles_deg) - angles_deg[0]) % 360.0
    return int(np.argmin(np.abs(turned - 180.0)))


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
