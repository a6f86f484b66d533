"""The column of the axis of rotation, found from sinograms."""

from typing import NamedTuple

import numpy as np
import scipy.fft
from scipy import ndimage

# Angles and columns beyond which a sinogram is averaged for the first search.
_LARGE = 512
# The axis is sought within this share of the columns about the middle of the detector.
_SEARCHED = 1 / 8
# Steps of the last search, pixels, and how far it goes on both sides.
_STEP, _REACH = 0.25, 2.0
# Columns over which projections are smoothed before they are compared, and the most that are.
_SMOOTHED, _MOST_PAIRS = 1.0, 32
# How far the refined column may be from that found before, pixels.
_BELIEVED = 0.5


class Centre(NamedTuple):
    """The axis of rotation.

    Attributes
    ----------
    column : float
        From all rows together.
    spread : float
        Half the range of the middle half of the rows' values, pixels: how far they agree.
    by_row : numpy.ndarray
        float64 (rows,), of each row by its Fourier transform alone; NaN where nothing is found.
    """

    column: float
    spread: float
    by_row: np.ndarray


def find_centre(
    attenuation: np.ndarray,
    angles_deg: np.ndarray,
    *,
    search: tuple[float, float] | None = None,
    sample: float = 0.5,
) -> Centre:
    """Find the axis of rotation of a scan.

    Each row's sinogram is searched by its Fourier transform (`centre_of_sinogram`). About the
    median of the rows, the column is then refined: the one about which projections half a turn
    apart are each other's mirror images, by least squares over all rows. A refinement by more
    than half a pixel is not believed.

    Parameters
    ----------
    attenuation : numpy.ndarray
        float32 (angles, rows, columns). A few rows that see much of the sample are enough.
    angles_deg : numpy.ndarray
        (angles,), degrees, evenly spaced and in order. Only the first half turn is used.
    search : tuple of float, optional
        First and last column between which the axis is; an eighth of the detector on both sides
        of its middle unless given.
    sample : float
        The sample's width over that of the detector, see `centre_of_sinogram`.

    Returns
    -------
    Centre

    Raises
    ------
    ValueError
        If the angles do not cover a half turn, shapes do not fit, `search` is not within the
        detector, or nothing is found in most of the rows.
    """
    attenuation = np.asarray(attenuation)
    if attenuation.ndim != 3 or 0 in attenuation.shape:
        raise ValueError(
            f"expected projections (angles, rows, columns), found shape {attenuation.shape}"
        )
    half_turn = first_half_turn(angles_deg, len(attenuation))
    found = np.full(attenuation.shape[1], np.nan)
    problem = None
    for row in range(len(found)):
        try:
            found[row] = centre_of_sinogram(
                attenuation[half_turn, row], search=search, sample=sample
            )
        except ValueError as error:
            problem = error
    # Rows above and below the sample see nothing; there may be some, but not most.
    if problem is not None and np.isnan(found).mean() > 0.5:
        raise problem
    low, median, high = np.nanpercentile(found, [25, 50, 75])
    column = _refined(attenuation[:, np.isfinite(found)], half_turn.stop, float(median))
    return Centre(column, float(high - low) / 2, found)


def _refined(attenuation: np.ndarray, half: int, about: float) -> float:
    """Return the column about which projections half a turn apart mirror each other.

    Parameters
    ----------
    attenuation : numpy.ndarray
        (angles, rows, columns), evenly spaced angles.
    half : int
        Projections in half a turn.
    about : float
        Where to search.
    """
    columns = attenuation.shape[2]
    reach = int(np.floor(min(about, columns - 1 - about) - _REACH))
    if reach < 2:
        return about
    straight, mirrored = _half_turn_apart(attenuation, half)
    from_axis = np.arange(-reach, reach + 1)
    tried = about + np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    values = []
    for column in tried:
        # What is compared lies at the same distances from the axis that is tried.
        differs = sum(_sampled(image, column + from_axis) for image in straight)
        differs = differs - sum(_sampled(image, column - from_axis) for image in mirrored)
        values.append(float(np.mean(np.square(differs, dtype=np.float64))))
    refined = _minimum(tried, np.array(values), otherwise=about)
    # In strong noise a pair of projections tells less than all of them do.
    return refined if abs(refined - about) <= _BELIEVED else about


def _half_turn_apart(
    attenuation: np.ndarray, half: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return what must agree about the axis: images, and images to be mirrored.

    Each is float32 (pairs of projections, rows, columns); the sums over both lists are compared.
    """
    pairs = len(attenuation) - half
    if pairs > 0:
        first = np.unique(np.linspace(0, pairs - 1, min(pairs, _MOST_PAIRS)).astype(int))
        return [_smooth(attenuation[first + half])], [_smooth(attenuation[first])]
    # No projection is half a turn from another. That at 180 degrees is taken as the mean of the
    # last and of the second, mirrored; that before the first likewise.
    start, second, last_but_one, last = _smooth(attenuation[[0, 1, half - 2, half - 1]])
    mirrored = [np.stack([start, last]), np.stack([-0.5 * second, -0.5 * last_but_one])]
    straight = [np.stack([0.5 * last, 0.5 * start])]
    return straight, mirrored


def _smooth(images: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter1d(np.asarray(images, dtype=np.float32), _SMOOTHED, axis=2)


def _sampled(images: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return images (pairs, rows, columns) at fractional columns, by cubic splines."""
    flat = images.reshape(-1, images.shape[2])
    places = np.broadcast_arrays(np.arange(len(flat))[:, None], columns[None, :])
    return ndimage.map_coordinates(flat, places, order=3, mode="nearest")


def _minimum(tried: np.ndarray, values: np.ndarray, otherwise: float) -> float:
    """Return where the parabola through the least value and its neighbours is least."""
    best = int(np.argmin(values))
    if not 0 < best < len(values) - 1:
        return otherwise
    near = slice(max(0, best - 2), best + 3)
    curve = np.polyfit(tried[near] - tried[best], values[near], 2)
    away = -curve[1] / (2 * curve[0]) if curve[0] > 0 else 0.0
    return float(tried[best] + np.clip(away, -_STEP, _STEP))


def first_half_turn(angles_deg: np.ndarray, projections: int) -> slice:
    """Return which projections make the first half turn, without the one that ends it.

    Raises
    ------
    ValueError
        If angles are not evenly spaced, or cover no half turn.
    """
    angles = np.asarray(angles_deg, dtype=np.float64)
    if angles.shape != (projections,) or projections < 8:
        raise ValueError(
            f"expected an angle for each of 8 projections at least, found {projections} "
            f"projections and angles of shape {angles.shape}"
        )
    steps = np.diff(angles)
    step = float(np.median(steps))
    if step == 0 or not np.all(np.abs(steps - step) < 0.2 * abs(step)):
        raise ValueError(
            "the axis is only found from evenly spaced angles in order; give the column of the "
            "axis, or sort the projections"
        )
    count = round(180.0 / abs(step))
    if projections < count:
        raise ValueError(
            f"the angles cover {projections * abs(step):.4g} degrees; the axis is only found from "
            "a half turn at least; give its column instead"
        )
    return slice(0, count)


def centre_of_sinogram(
    sinogram: np.ndarray,
    *,
    search: tuple[float, float] | None = None,
    sample: float = 0.5,
) -> float:
    """Find the axis in the sinogram of a half turn, by its Fourier transform.

    Mirrored about the right axis, a half turn continues itself to a whole one, whose transform is
    weak outside a double wedge. About another axis it is stronger there, which is minimised (Vo et
    al. 2014, doi:10.1364/OE.22.019078): first in whole pixels, averaged if it is large, then in
    quarter pixels, and last by a parabola. Of one row, it is right within some tenths of a
    pixel.

    Parameters
    ----------
    sinogram : numpy.ndarray
        float32 (angles, columns), attenuation, over 180 degrees without the last.
    search : tuple of float, optional
        See `find_centre`.
    sample : float
        The sample's width over that of the detector. It sets the wedge, and matters little.

    Returns
    -------
    float
        Column, counted from 0 at the middle of the first.

    Raises
    ------
    ValueError
        If the range to search is not within the detector, nothing varies, or the best value is at
        an end of the range.
    """
    sinogram = np.asarray(sinogram, dtype=np.float32)
    columns = sinogram.shape[1]
    middle = (columns - 1) / 2
    low, high = search or (middle - columns * _SEARCHED, middle + columns * _SEARCHED)
    if not 0 <= low < high <= columns - 1:
        raise ValueError(
            f"the axis must be sought between two columns of the detector, 0 to {columns - 1}, "
            f"found {low:g} and {high:g}"
        )
    if np.ptp(sinogram) == 0:
        raise ValueError("a row of the detector sees the same everywhere; choose other rows")
    coarse = _coarse(sinogram, low, high, sample)
    metric = _Metric(ndimage.gaussian_filter(sinogram, (2, 2), mode="reflect"), sample)
    columns_tried = coarse + np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    columns_tried = columns_tried[(columns_tried >= 0) & (columns_tried <= columns - 1)]
    values = np.array([metric(column) for column in columns_tried])
    # The metric is a mean of moduli, whose minimum is nearly that of a parabola.
    return _minimum(columns_tried, values, otherwise=float(columns_tried[np.argmin(values)]))


def _coarse(sinogram: np.ndarray, low: float, high: float, sample: float) -> float:
    """Return the best column among steps of one pixel of the averaged sinogram."""
    angles, columns = sinogram.shape
    by_angle, by_column = (max(1, round(edge / _LARGE)) for edge in (angles, columns))
    smooth = ndimage.gaussian_filter(sinogram, (3, 1), mode="reflect")
    kept = smooth[: angles // by_angle * by_angle, : columns // by_column * by_column]
    kept = kept.reshape(angles // by_angle, by_angle, -1, by_column).mean(axis=(1, 3))
    metric = _Metric(kept, sample)
    # A shift by whole pixels moves the axis by half of them; column 0 of the averaged sinogram is
    # at (by_column - 1) / 2 of the other.
    middle = (kept.shape[1] - 1) / 2
    offset = (by_column - 1) / 2
    first = np.ceil((low - offset) / by_column - middle)
    last = np.floor((high - offset) / by_column - middle)
    tried = middle + np.arange(first, last + 1)
    tried = tried[(tried >= 0) & (tried <= kept.shape[1] - 1)]
    values = [metric(column) for column in tried]
    best = int(np.argmin(values))
    if len(tried) > 2 and best in (0, len(tried) - 1):
        raise ValueError(
            f"the axis seems to lie beyond the columns {low:.6g} to {high:.6g}; search elsewhere, "
            "or give its column"
        )
    return float(tried[best]) * by_column + offset


class _Metric:
    """The strength of a whole turn's transform outside the double wedge, by the column."""

    def __init__(self, sinogram: np.ndarray, sample: float):
        self._sinogram = sinogram.astype(np.float32)
        self._mirrored = self._sinogram[:, ::-1]
        # What fills the part that the mirrored half does not reach: without a jump in angle.
        self._filling = self._sinogram[::-1]
        angles, columns = sinogram.shape
        turn = np.abs(scipy.fft.fftfreq(2 * angles) * 2 * angles)[:, None]
        across = scipy.fft.rfftfreq(columns)[None, :]
        radius = sample * columns / 2
        self._mask = (turn / (2 * np.pi) >= across * radius) & (across > 1.5 / columns)
        self._mask &= turn > min(20, int(0.1 * angles))

    def __call__(self, column: float) -> float:
        columns = self._sinogram.shape[1]
        shift = 2 * column - (columns - 1)
        if abs(shift - round(shift)) < 1e-9:
            moved = np.roll(self._mirrored, round(shift), axis=1)
        else:
            moved = ndimage.shift(self._mirrored, (0, shift), order=3, mode="nearest")
        reach = int(np.ceil(abs(shift)))
        empty = slice(0, reach) if shift >= 0 else slice(columns - reach, columns)
        moved[:, empty] = self._filling[:, empty]
        whole = np.concatenate([self._sinogram, moved])
        return float(np.abs(scipy.fft.rfft2(whole, workers=1))[self._mask].mean())
