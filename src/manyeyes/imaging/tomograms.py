"""From the volume of a file to a dataset: check, crop, grey values to 8 bits, codes to phases."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..labels import TRUTH_PHASES, TWO_PHASES, UNLABELLED, Phases, codes_by_value, recoded
from .masks import known_mask, voxels_inside


def check_source(
    volume: np.ndarray,
    expected_shape: Sequence[int] | None,
    expected_dtype: str | None,
    name: object,
) -> None:
    """Raise ValueError if a volume is not the one that the config describes.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    expected_shape : sequence of int or None
        None accepts any.
    expected_dtype : str or None
        As numpy names it, such as ``uint16``; None accepts any.
    name : object
        Of the volume, for messages.
    """
    if expected_shape is not None and tuple(expected_shape) != volume.shape:
        raise ValueError(
            f"{name}: expected a volume of shape {tuple(expected_shape)} (z, y, x), found "
            f"{volume.shape}; is it the right file, and are its slices complete?"
        )
    if expected_dtype is not None and np.dtype(expected_dtype) != volume.dtype:
        raise ValueError(
            f"{name}: expected {expected_dtype} grey values, found {volume.dtype}; export it again "
            "without conversion, or correct expected_dtype and grey_window"
        )


def crop(
    volume: np.ndarray, start: Sequence[int] | str, shape: Sequence[int], key: str
) -> np.ndarray:
    """Return a view of a part of a volume.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
    start : sequence of int or "centre"
        First voxel along z, y, x.
    shape : sequence of int
        Extent along z, y, x.
    key : str
        The config key, for messages.

    Raises
    ------
    ValueError
        If the crop reaches beyond the volume.
    """
    start, stop = crop_corners(volume.shape, start, shape)
    if any(last > size for last, size in zip(stop, volume.shape, strict=True)):
        raise ValueError(
            f"{key}: the crop from {list(start)} to {stop} (z, y, x) lies outside the volume of "
            f"{list(volume.shape)} voxels; move it or make it smaller"
        )
    return volume[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))]


def crop_corners(
    volume_shape: Sequence[int], start: Sequence[int] | str, shape: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return start and stop (z, y, x) of a crop, see `crop`, within the volume or not."""
    if isinstance(start, str):
        start = [
            max(0, (size - extent) // 2) for size, extent in zip(volume_shape, shape, strict=True)
        ]
    return list(start), [first + extent for first, extent in zip(start, shape, strict=True)]


def to_grey_levels(
    volume: np.ndarray,
    window: Sequence[float] | Mapping | None,
    key: str,
    inside: np.ndarray | None = None,
) -> tuple[np.ndarray, tuple[float, float]]:
    """Convert grey values to 8 bits by a linear window, the same for all users.

    The paper's offsets of 10 grey levels are assumed to be of 8 bits, so every dataset is converted
    once, by a window that the config states.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values; 8-bit ones need no window.
    window : (float, float), mapping or None
        Values that become 0 and 255, or ``{"percentiles": (low, high)}`` of the volume; values
        beyond are clipped.
    key : str
        The config key of the window, for messages.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view: percentiles are of the inside, and the outside becomes 0.

    Returns
    -------
    grey_levels : ndarray of uint8, shape (z, y, x)
    window : (float, float)
        The values that became 0 and 255.

    Raises
    ------
    ValueError
        If a window is missing, or the volume has values that are not finite or is flat within the
        window.
    """
    inside = known_mask(inside, volume.shape)
    seen = voxels_inside(volume, inside)
    if not np.isfinite(seen).all():
        raise ValueError(
            f"{key}: the tomogram has voxels that are not finite numbers (NaN or infinite); "
            "replace them before, crop them away or leave them out by a mask"
        )
    if window is None:
        if volume.dtype != np.uint8:
            raise ValueError(
                f"{key}: a {volume.dtype} tomogram needs a window to become 8-bit; its values lie "
                f"between {seen.min():g} and {seen.max():g}, the middle 99.8 % between "
                "{:g} and {:g}".format(*np.percentile(seen, [0.1, 99.9]))
            )
        grey_levels = np.ascontiguousarray(volume)
        return (grey_levels if inside is None else np.where(inside, volume, 0)), (0.0, 255.0)
    if isinstance(window, Mapping):
        window = np.percentile(seen, window["percentiles"])
    low, high = (float(value) for value in window)
    if not low < high:
        raise ValueError(
            f"{key}: the tomogram has a single grey value, {low:g}, where its contrast should be; "
            "is the crop within the sample?"
        )
    if inside is not None:
        volume = np.where(inside, volume, low)
    values = (volume.astype(np.float64) - low) * (255.0 / (high - low))
    grey_levels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    known = voxels_inside(grey_levels, inside)
    if known.min() == known.max():
        raise ValueError(
            f"{key}: within {low:g} to {high:g} the whole tomogram has a single grey level; its "
            f"values lie between {seen.min():g} and {seen.max():g}"
        )
    return grey_levels, (low, high)


def inverted(grey_levels: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return 255 minus each grey level (uint8), 0 outside: dark active material becomes bright."""
    turned = np.uint8(255) - grey_levels
    return turned if inside is None else np.where(inside, turned, np.uint8(0))


def labels_inside(
    labels: np.ndarray, inside: np.ndarray | None, key: str, phases: Phases = TWO_PHASES
) -> tuple[np.ndarray, int]:
    """Drop a person's labels outside the field of view.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        0 unlabelled, or the code of a phase.
    inside : ndarray of bool, same shape, or None
    key : str
        The config key, for messages.
    phases : Phases
        Of the study.

    Returns
    -------
    labels : ndarray of uint8, shape (z, y, x)
    dropped : int
        How many labels lay outside.

    Raises
    ------
    ValueError
        If a phase has no label left.
    """
    inside = known_mask(inside, labels.shape)
    if inside is None:
        return labels, 0
    kept = np.where(inside, labels, np.uint8(0))
    for phase in phases:
        if (labels == phase.code).any() and not (kept == phase.code).any():
            raise ValueError(
                f"{key}: every voxel that is labelled as {phase.name} lies outside the dataset's "
                "mask; label within it, or correct the mask"
            )
    return kept, int(np.count_nonzero(labels) - np.count_nonzero(kept))


def phases_from_codes(volume: np.ndarray, codes: Mapping, key: str) -> np.ndarray:
    """Translate the values of a segmented volume to codes of `manyeyes.labels.TRUTH_PHASES`.

    See `manyeyes.labels.codes_by_value` and `manyeyes.labels.recoded` for parameters and errors.
    """
    return recoded(volume, codes_by_value(codes, TRUTH_PHASES, key), key)


def labels_from_codes(
    volume: np.ndarray,
    codes: Mapping | None,
    shape: Sequence[int],
    key: str,
    phases: Phases = TWO_PHASES,
) -> np.ndarray:
    """Translate a person's label volume to the codes of the study's phases.

    Parameters
    ----------
    volume : ndarray of integers, shape (z, y, x)
        Cropped like its dataset.
    codes : mapping or None
        Values of each phase, as in `manyeyes.labels.codes_by_value`; 0 is always unlabelled. None
        if the file has the codes of the phases.
    shape : sequence of int
        Of the dataset.
    key : str
        The config key, for messages.
    phases : Phases
        Of the study.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)

    Raises
    ------
    ValueError
        If shapes differ, a value means no phase or two, 0 means a phase, or a phase has no label.
    """
    if volume.shape != tuple(shape):
        raise ValueError(
            f"{key}: labels {volume.shape}, dataset {tuple(shape)} (z, y, x); export labels of the "
            "whole dataset, unlabelled voxels as 0"
        )
    codes = codes or phases.codes
    if codes.keys() != phases.codes.keys():
        wanted = " and ".join(phases.codes)
        raise ValueError(f"{key}.codes: expected {wanted}, found {sorted(codes)}")
    meaning = codes_by_value(codes, phases, f"{key}.codes")
    if UNLABELLED in meaning:
        raise ValueError(f"{key}.codes: 0 is unlabelled and cannot mean a phase")
    labels = recoded(volume, {UNLABELLED: UNLABELLED, **meaning}, key)
    for phase in phases:
        if not (labels == phase.code).any():
            raise ValueError(
                f"{key}: no voxel is labelled as {phase.name}; every phase needs labels"
            )
    return labels
