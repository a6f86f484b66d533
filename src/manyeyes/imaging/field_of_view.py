"""Where a tomogram's field of view ends: masks that a config asks for, and images that lack one.

Reconstructions are often filled with one exact grey value where nothing was measured: the corners
around a round field of view, the rim of a volume that was turned or shifted, slices at an end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

LEAST_FILLED_SHARE = 0.01
"""One grey value that fills so much of the border of what is inside is taken for an outside."""

LEAST_FILLED_RIM = 0.1
"""The same of the border of a mask, which fill that was left in follows all around."""

LEAST_LINE = 8
"""Shorter lines of one grey value may be chance."""

FILL_OVER_CORE = 2.0
"""Lines of fill are so many times as common on the border as in the middle of a volume, or else"""

FILL_ON_LINES = 0.9
"""at least so much of what has their value lies on such lines."""

FILLED_RING = 0.5
"""A ring around a round field of view lies outside if more than this of it has the fill value."""


@dataclass(frozen=True)
class Filled:
    """One exact grey value that stands where nothing was measured.

    Attributes
    ----------
    value : float
        The grey value, as in the source.
    share : float
        Share of the border of what counts as inside that it fills, 0 to 1.
    slices : tuple of int
        Slices that hold one grey value throughout.
    """

    value: float
    share: float
    slices: tuple[int, ...]


def mask_of_source(
    source: np.ndarray,
    wanted: str | Mapping,
    start: Sequence[int],
    shape: Sequence[int],
    key: str,
    given: np.ndarray | None = None,
) -> tuple[np.ndarray, str]:
    """Return the mask that a config asks for, of the crop.

    Parameters
    ----------
    source : ndarray, shape (z, y, x)
        Grey values of the whole source.
    wanted : str or mapping
        ``circle``, ``{"circle": radius}``, ``{"outside": value}`` or a file's entry.
    start, shape : sequence of int
        Of the crop in the source.
    key : str
        The config key, for messages.
    given : ndarray, shape (z, y, x), optional
        The volume of a file's entry: inside where it is not 0.

    Returns
    -------
    inside : ndarray of bool, shape `shape`
    where : str
        How it came about, for the log.

    Raises
    ------
    ValueError
        If nothing is inside, the grey value does not occur, or a given volume has neither the
        crop's shape nor the source's.
    """
    z, y, x = (slice(a, a + n) for a, n in zip(start, shape, strict=True))
    if given is not None:
        inside = _given_mask(given, source.shape, (z, y, x), key)
        where = "taken from its file"
    elif isinstance(wanted, Mapping) and "outside" in wanted:
        outside = outside_by_value(source[z], wanted["outside"])
        if not outside.any():
            raise ValueError(
                f"{key}.outside: the grey value {wanted['outside']:g} does not touch the border of "
                f"any slice of the source, whose values lie between {source[z].min():g} and "
                f"{source[z].max():g}; state the exact value outside, as the file holds it"
            )
        inside = ~outside[:, y, x]
        where = f"without the grey value {wanted['outside']:g} that touches the slices' border"
    else:
        radius = wanted["circle"] if isinstance(wanted, Mapping) else circle_radius(source[z], key)
        inside = np.broadcast_to(circle(source.shape[1:], radius)[y, x], shape).copy()
        where = f"a circle of radius {radius:.1f} px about the middle of the source's slices"
    if not inside.any():
        raise ValueError(
            f"{key}: nothing of the crop is inside; move the crop or correct the mask "
            "(inside is where a mask's file is not 0)"
        )
    return inside, where


def _given_mask(given, source_shape, crop, key):
    shape = tuple(part.stop - part.start for part in crop)
    if given.shape == shape:
        return given != 0
    if given.shape == tuple(source_shape):
        return given[crop] != 0
    raise ValueError(
        f"{key}: the mask has shape {given.shape}, the dataset {shape} and its source "
        f"{tuple(source_shape)} (z, y, x); a mask has the shape of one of them"
    )


def circle(shape: Sequence[int], radius: float) -> np.ndarray:
    """Return the pixels of a slice whose centre is at most `radius` px from its middle.

    Parameters
    ----------
    shape : (int, int)
        Of the slice, y and x.
    radius : float

    Returns
    -------
    ndarray of bool, shape (y, x)
    """
    return _doubled_squares(shape) <= 4 * radius**2 * (1 + 1e-9)


def circle_radius(slices: np.ndarray, key: str) -> float:
    """Return the radius of the round field of view of a source, in pixels.

    It is the inscribed circle's, or less where the fill of the corners continues inside it:
    reconstructions often leave a little more empty than they must. From the inscribed circle
    inwards rings belong to the outside as long as more than half of them have the one grey value
    that is most common in the corners, which pores of that very value do not come near to.

    Parameters
    ----------
    slices : ndarray, shape (z, y, x)
        Slices of the source, whole.
    key : str
        The config key, for messages.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is nothing but fill.
    """
    inscribed = min(slices.shape[1:]) / 2
    squares = _doubled_squares(slices.shape[1:])
    corner = squares > 4 * inscribed**2
    values, counts = np.unique(slices[:, corner], return_counts=True)
    value = values[counts.argmax()]
    if counts.max() < FILLED_RING * counts.sum():
        return inscribed
    filled = np.isnan(slices) if value != value else slices == value
    # empty slices tell nothing about the field of view of the others
    filled = filled[~filled.all(axis=(1, 2))]
    if not len(filled):
        raise ValueError(f"{key}: every slice of the source has the one grey value {value:g}")
    rings, of_ring = np.unique(squares[~corner], return_inverse=True)
    share = np.bincount(of_ring, weights=filled.mean(axis=0)[~corner]) / np.bincount(of_ring)
    seen = np.flatnonzero(share <= FILLED_RING)
    if not seen.size:
        raise ValueError(f"{key}: the middle of the source's slices is filled with {value:g}")
    if seen[-1] == len(rings) - 1:
        return inscribed
    return float(np.sqrt(rings[seen[-1]]) / 2)


def outside_by_value(slices: np.ndarray, value: float) -> np.ndarray:
    """Return where slices have a grey value that is connected to their border.

    Parameters
    ----------
    slices : ndarray, shape (z, y, x)
        Slices of the source, whole: the border of a crop is none.
    value : float
        Exact grey value outside; NaN is one too.

    Returns
    -------
    ndarray of bool, shape (z, y, x)
        Pixels of one piece share an edge, within a slice. Equal values that do not reach the
        border of the slice stay inside, such as black pores within the sample; those that touch
        the outside cannot be distinguished from it.
    """
    equal = np.isnan(slices) if value != value else slices == value
    outside = np.zeros(slices.shape, dtype=bool)
    for plane, found in zip(equal, outside, strict=True):
        pieces, count = scipy.ndimage.label(plane)
        rim = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
        touching = np.zeros(count + 1, dtype=bool)
        touching[rim] = True
        touching[0] = False
        found[:] = touching[pieces]
    return outside


def filled_border(volume: np.ndarray, inside: np.ndarray | None = None) -> Filled | None:
    """Return the grey value that fills the border of what counts as inside, if one does.

    Fill differs from saturated pores and particles by straight lines and by its place. It has the
    same value all along a line of voxels from end to end, along at least one axis, while what was
    measured changes on its way through a volume; and it lies at the border, while saturated grey
    levels are as common within.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values of the source, before any window.
    inside : ndarray of bool, same shape, or None

    Returns
    -------
    Filled or None
        None if no value fills `LEAST_FILLED_SHARE` of the border, `LEAST_FILLED_RIM` of that of a
        mask, nor any slice.
    """
    on_line = np.zeros(volume.shape, dtype=bool)
    for axis in range(3):
        on_line |= np.expand_dims(_constant(volume, inside, axis), axis)
    if inside is None:
        border = np.zeros(volume.shape, dtype=bool)
        for axis in range(3):
            border[(slice(None),) * axis + ([0, -1],)] = True
    else:
        on_line &= inside
        border = inside & ~scipy.ndimage.binary_erosion(inside)
    empty = tuple(np.flatnonzero(_constant(volume, inside, (1, 2))).tolist())
    values, counts = np.unique(volume[border & on_line], return_counts=True)
    if not counts.size:
        return None
    value = values[counts.argmax()]
    share = counts.max() / np.count_nonzero(border)
    least = LEAST_FILLED_SHARE if inside is None else LEAST_FILLED_RIM
    if not empty and not (share >= least and _is_fill(volume, on_line, value, share)):
        return None
    return Filled(float(value), float(share), empty)


def _is_fill(volume, on_line, value, share) -> bool:
    """Return whether lines of a value lie at the border, or are all that there is of the value."""
    core = tuple(slice(size // 4, size - size // 4) for size in volume.shape)
    within = np.mean(on_line[core] & (volume[core] == value))
    equal = volume == value
    if share >= FILL_OVER_CORE * within:
        return True
    return np.count_nonzero(equal & on_line) >= FILL_ON_LINES * np.count_nonzero(equal)


def _constant(volume, inside, axis) -> np.ndarray:
    """Return along which lines (or planes) the voxels inside have one value, and are not few."""
    if inside is None:
        return volume.min(axis=axis) == volume.max(axis=axis)
    ends = volume[inside]
    low = volume.min(axis=axis, where=inside, initial=ends.max())
    high = volume.max(axis=axis, where=inside, initial=ends.min())
    # short chords at the rim of a mask may be of one value by chance
    lengths = inside.sum(axis=axis)
    return (low == high) & (lengths >= max(LEAST_LINE, lengths.max() // 2))


def refuse_filled_border(volume: np.ndarray, inside: np.ndarray | None, key: str) -> None:
    """Stop at a tomogram whose border is filled with one grey value, which nobody measured.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values of the crop, as the source has them.
    inside : ndarray of bool, same shape, or None
        Its mask.
    key : str
        Of the dataset in the config, for messages.

    Raises
    ------
    ValueError
        With the value, the share and what to set.
    """
    found = filled_border(volume, inside)
    if found is None:
        return
    border = "the border of the crop" if inside is None else "the border of its mask"
    where = f"{key}: the grey value {found.value:g} fills {100 * found.share:.0f} % of {border}"
    if found.slices:
        where += f" and all of {_listed(found.slices)}"
    advice = (
        f"leave it out by mask: {{outside: {found.value:g}}}, mask: circle, a mask's file or "
        "another crop"
    )
    if inside is not None:
        advice = (
            "the mask takes in what lies outside: give {circle: radius in pixels}, {outside: value}"
            ", a mask's file or another crop"
        )
    if found.slices:
        advice += " (empty slices: by outside, or by a crop without them)"
    raise ValueError(
        f"{where}, as around a round field of view, in padding or empty slices, and would be "
        f"counted as a phase; {advice}"
        + ("" if inside is not None else "; if it was measured, say so by mask: none")
    )


def _listed(slices: Sequence[int]) -> str:
    if len(slices) == 1:
        return f"slice {slices[0]}"
    if slices[-1] - slices[0] == len(slices) - 1:
        return f"slices {slices[0]} to {slices[-1]}"
    some = ", ".join(map(str, slices[:6]))
    return f"slices {some}" + (", ..." if len(slices) > 6 else "")


def _doubled_squares(shape: Sequence[int]) -> np.ndarray:
    """Return four times the squared distance of pixels from the middle; whole numbers."""
    rows, columns = (2 * np.arange(size) - (size - 1) for size in shape)
    return rows[:, None] ** 2 + columns**2
