"""Where a tomogram's field of view ends: masks that a config asks for, and images that lack one.

Reconstructions are often filled with one exact grey value where nothing was measured: in the
corners around a round field of view, at the rim of a rotated or shifted volume, in slices at an
end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

# A grey value that occupies this share of a volume's border is taken for fill; or this share of the
# border of a mask, which fill follows all around.
LEAST_FILLED_SHARE, LEAST_FILLED_RIM = 0.01, 0.1
# Shorter lines of one grey value may be chance.
LEAST_LINE = 8
# Lines of fill are this many times as common on the border as in the middle of a volume, or else at
# least this share of the voxels of their value lies on such lines.
FILL_OVER_CORE, FILL_ON_LINES = 2.0, 0.9
# A ring around a round field of view lies outside if more than this share of it has the fill value.
FILLED_RING = 0.5


@dataclass(frozen=True)
class Filled:
    """One exact grey value in place of what was not measured.

    Attributes
    ----------
    value : float
        The grey value, as in the source.
    share : float
        Share of the border that it occupies, 0 to 1.
    slices : tuple of int
        Slices of a single grey value.
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
        How it was made, for the log.

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

    It is that of the inscribed circle, or less if the fill of the corners continues inside it:
    reconstructions often leave a little more empty than necessary. From the inscribed circle
    inwards, rings are outside as long as more than half of each has the most common grey value of
    the corners. Pores of that value never fill so much of a ring.

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
        If there is only fill.
    """
    inscribed = min(slices.shape[1:]) / 2
    squares = _doubled_squares(slices.shape[1:])
    corner = squares > 4 * inscribed**2
    values, counts = np.unique(slices[:, corner], return_counts=True)
    value = values[counts.argmax()]
    if counts.max() < FILLED_RING * counts.sum():
        return inscribed
    filled = np.isnan(slices) if value != value else slices == value
    # empty slices say nothing about the field of view of the others
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
        Whole slices of the source: the border of a crop is none.
    value : float
        Exact grey value outside; may be NaN.

    Returns
    -------
    ndarray of bool, shape (z, y, x)
        Pixels of one piece share an edge, within a slice. Equal values that are not connected to
        the border, such as black pores within the sample, stay inside; those that touch the
        outside cannot be distinguished from it.
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
    """Return the grey value that fills the border of what counts as inside, if any.

    Fill differs from saturated pores and particles by straight lines and by its place. Along at
    least one axis it has the same value on a line of voxels from end to end, while measured values
    change. And it lies at the border, while saturated grey levels are as common in the middle.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values of the source, before any window.
    inside : ndarray of bool, same shape, or None

    Returns
    -------
    Filled or None
        None if no value fills enough of the border or a whole slice.
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
    """Return whether lines of a value lie at the border, or make up nearly all of the value."""
    core = tuple(slice(size // 4, size - size // 4) for size in volume.shape)
    within = np.mean(on_line[core] & (volume[core] == value))
    equal = volume == value
    if share >= FILL_OVER_CORE * within:
        return True
    return np.count_nonzero(equal & on_line) >= FILL_ON_LINES * np.count_nonzero(equal)


def _constant(volume, inside, axis) -> np.ndarray:
    """Return the lines (or planes) whose voxels inside have one value, and are not few."""
    if inside is None:
        return volume.min(axis=axis) == volume.max(axis=axis)
    ends = volume[inside]
    low = volume.min(axis=axis, where=inside, initial=ends.max())
    high = volume.max(axis=axis, where=inside, initial=ends.min())
    # short chords at the rim of a mask may be of one value by chance
    lengths = inside.sum(axis=axis)
    return (low == high) & (lengths >= max(LEAST_LINE, lengths.max() // 2))


def refuse_filled_border(volume: np.ndarray, inside: np.ndarray | None, key: str) -> None:
    """Raise ValueError if one grey value fills the border of a tomogram and was not measured.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Grey values of the crop, as the source has them.
    inside : ndarray of bool, same shape, or None
        Its mask.
    key : str
        Of the dataset in the config, for messages.
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
