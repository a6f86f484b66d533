"""Labels of pores: a person's, by two thresholds; one global threshold; and labels with greys."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy
import skimage

from ..randomness import generator
from ..settings import check_number
from .codes import GRAIN, PORE, check_codes

LOW_SHARE = 0.51
HIGH_SHARE = 0.60
GLOBAL_SHARE = HIGH_SHARE

# What a person takes for black: the grey level of the darkest pixels of the stack.
_BLACK_PERCENT = 0.2


class Thresholds(NamedTuple):
    """Grey levels of each slice, float64 (z,): surely pore below `low`, perhaps below `high`."""

    low: np.ndarray
    high: np.ndarray


def thresholds_by_eye(
    images: np.ndarray, low_share: float = LOW_SHARE, high_share: float = HIGH_SHARE
) -> Thresholds:
    """Return the two thresholds of each slice as a person would choose them.

    Both lie at a share of the way from black (the darkest 0.2 % of the stack) to the grey of a
    slice's grains (its median), so they follow the brightness of the slices. The paper gives no
    values; the defaults are assumptions, calibrated so that labels have the amount and sizes of the
    pores in published label pictures (docs/pores.md).

    Parameters
    ----------
    images : numpy.ndarray
        (z, y, x), grey levels.
    low_share, high_share : float
        Shares of the way, 0 to 1, the lower first.

    Raises
    ------
    ValueError
        If the shares are out of order, the images are no slices, or a slice is blank.
    """
    _check_images(images)
    if not 0 <= low_share <= high_share <= 1:
        raise ValueError(
            f"expected 0 <= low_share <= high_share <= 1, found {low_share} and {high_share}"
        )
    grain = np.median(images.reshape(len(images), -1), axis=1)
    black = _black(images, grain)
    low, high = (black + share * (1 - black) for share in (low_share, high_share))
    return Thresholds(low * grain, high * grain)


def level_by_eye(images: np.ndarray, share: float = GLOBAL_SHARE) -> float:
    """Return one threshold for all slices as a person would choose it.

    Parameters
    ----------
    images : numpy.ndarray
        (z, y, x), grey levels.
    share : float
        Share of the way from black to the grey of the grains, both of the whole stack, 0 to 1.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1, the images are no slices, or blank.
    """
    _check_images(images)
    check_number("share", share, 0, 1)
    grain = np.median(images)
    black = _black(images, np.full(len(images), grain))
    return float(grain * (black + share * (1 - black)))


def hysteresis_labels(
    images: np.ndarray, low: float | Sequence[float], high: float | Sequence[float]
) -> np.ndarray:
    """Label pores by hysteresis: dark pixels, and less dark ones that are joined to them.

    A pixel is pore if it is darker than `low`, or darker than `high` and connected to such a pixel
    by pixels darker than `high` that share edges, in its slice (Lee et al. 2023, "Hysteresis
    thresholding for boundary definition", with dark and bright exchanged).

    Parameters
    ----------
    images : numpy.ndarray
        (z, y, x), grey levels.
    low, high : float or sequence of float
        Grey levels, one for all slices or one for each.

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore.

    Raises
    ------
    ValueError
        If the images are no slices, thresholds do not fit to them, or `low` exceeds `high`.
    """
    _check_images(images)
    lows, highs = _levels("low", low, len(images)), _levels("high", high, len(images))
    if (lows > highs).any():
        raise ValueError(
            "low must not exceed high: pixels darker than low are surely pore; found "
            f"{lows[lows > highs][0]:g} and {highs[lows > highs][0]:g}"
        )
    labels = np.empty(images.shape, dtype=np.uint8)
    for k, image in enumerate(images):
        darkness = -image.astype(np.float64)
        # Strictly darker than a threshold, as in `threshold_labels`.
        pore = skimage.filters.apply_hysteresis_threshold(darkness, -highs[k], -lows[k])
        labels[k] = np.where(pore, PORE, GRAIN)
    return labels


def threshold_labels(images: np.ndarray, level: float | None = None) -> np.ndarray:
    """Label pores by one global threshold, as the paper does in Avizo for comparison.

    Parameters
    ----------
    images : numpy.ndarray
        (z, y, x), grey levels.
    level : float, optional
        Darker pixels are pore, in all slices; by default that of `level_by_eye`. The paper does
        not state it. By the default, an assumption, the person who sees an edge at `HIGH_SHARE`
        sees it there with this tool too.

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore.

    Raises
    ------
    ValueError
        If the images are no slices.
    """
    _check_images(images)
    if level is None:
        level = level_by_eye(images)
    return np.where(images < level, np.uint8(PORE), np.uint8(GRAIN))


def grey_labels(labels: np.ndarray, share: float, departure: float, names: tuple) -> np.ndarray:
    """Return labels as targets of a network, some of whose pixels are neither 0 nor 1.

    As after resampling, or a lossy image file, pixels at the outlines of pores are grey: those
    nearest to an outline, on both sides, in random order among equally near ones. Keras' accuracy
    counts a grey pixel as wrong whatever the network says, and its rounding for the F1 score makes
    it binary again.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore.
    share : float
        Share of all pixels that become grey, 0 to 1.
    departure : float
        How far their value is from that of their phase, above 0 and below 0.5, so that rounding
        returns the phase.
    names : tuple
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x): 1 pore, 0 grain, `departure` or 1 - `departure` where grey.

    Raises
    ------
    ValueError
        If labels hold other codes, or a number is out of range.
    """
    check_codes(labels, "labels")
    check_number("share", share, 0, 1)
    if not 0 < departure < 0.5:
        raise ValueError(f"departure must lie between 0 and 0.5, both excluded: {departure!r}")
    targets = (labels == PORE).astype(np.float32)
    count = round(share * labels.size)
    if count == 0:
        return targets
    distance = np.stack([_from_outline(plane == PORE) for plane in labels])
    # Distances on a grid are equal for many pixels, so chance decides between those.
    distance += 0.01 * generator(*names).random(distance.shape, dtype=np.float32)
    grey = np.argpartition(distance, count - 1, axis=None)[:count]
    flat = targets.reshape(-1)
    flat[grey] = np.where(flat[grey] == 1, np.float32(1 - departure), np.float32(departure))
    return targets


def _from_outline(pore: np.ndarray) -> np.ndarray:
    """Return the distance of pixels to the nearest of the other phase in the slice, float32."""
    if pore.all() or not pore.any():
        return np.full(pore.shape, np.float32(np.hypot(*pore.shape)))
    distance = scipy.ndimage.distance_transform_edt
    return np.where(pore, distance(pore), distance(~pore)).astype(np.float32)


def _black(images: np.ndarray, grain: np.ndarray) -> float:
    """Return the black of a stack as a share of the grey of each slice's grains.

    Raises
    ------
    ValueError
        If half of a slice or more is not above zero.
    """
    if not (grain > 0).all():
        raise ValueError(
            f"slice {int(np.flatnonzero(~(grain > 0))[0])} (from 0) has a median of "
            f"{grain[~(grain > 0)][0]:g}, so it shows no grain; remove blank slices"
        )
    count = max(1, round(_BLACK_PERCENT / 100 * images.size))
    # The darkest of the stack are among the darkest of each slice.
    most = min(count, images[0].size)
    flat = images.reshape(len(images), -1)
    darkest = np.partition(flat, most - 1, axis=1)[:, :most] / grain[:, None]
    return float(np.partition(darkest, count - 1, axis=None)[count - 1])


def _levels(key: str, level, count: int) -> np.ndarray:
    try:
        levels = np.broadcast_to(np.asarray(level, dtype=np.float64), count)
    except (TypeError, ValueError):
        levels = np.array([np.nan])
    if not np.isfinite(levels).all():
        raise ValueError(f"{key} must be one grey level, or one for each of {count} slices")
    return levels


def _check_images(images: np.ndarray) -> None:
    if images.ndim != 3 or images.size == 0 or images.dtype.kind not in "uif":
        raise ValueError(
            f"slices must be grey levels (z, y, x), found {images.dtype} {images.shape}"
        )
