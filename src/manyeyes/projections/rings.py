"""Ring artefacts: stripes of sinograms, removed after Vo, Atwood and Drakopoulos (2018).

The algorithms are those of doi:10.1364/OE.26.028396, for attenuation instead of transmission. A
pixel with a wrong gain multiplies the transmission, and so adds to the attenuation: what the paper
divides by is subtracted here. A quotient would have no meaning beside the sample, where
attenuation is zero.
"""

import numpy as np
from scipy import ndimage

# The share of the sorted values of a column that is left out for its mean, half at each end.
_DROPPED = 0.1
_SMOOTHED = 10


def remove_rings(
    sinogram: np.ndarray,
    *,
    snr: float = 3.0,
    large: int | None = None,
    small: int | None = None,
) -> np.ndarray:
    """Remove stripes of all kinds: dead or fluctuating, large, then small ones.

    Algorithms 6, 5 and 3, in the order of section 4 of the paper.

    Parameters
    ----------
    sinogram : numpy.ndarray
        float32 (angles, columns), attenuation.
    snr : float
        How much a column must stand out to be replaced, see `stripes`. Greater is less sensitive.
    large, small : int, optional
        Columns over which medians are taken for large and for small stripes: several times as
        wide as the stripes; `usual_widths` unless given. 0 leaves that step out (`large`: both
        algorithms 6 and 5).

    Returns
    -------
    numpy.ndarray
        float32 (angles, columns).

    Raises
    ------
    ValueError
        If the sinogram has no two axes, or a setting is impossible.
    """
    if np.ndim(sinogram) != 2 or np.shape(sinogram)[1] < 8:
        raise ValueError(
            "expected a sinogram (angles, columns) of 8 columns at least, found shape "
            f"{np.shape(sinogram)}"
        )
    usual = usual_widths(np.shape(sinogram)[1])
    large = usual[0] if large is None else large
    small = usual[1] if small is None else small
    if not snr > 1 or large < 0 or small < 0:
        raise ValueError(
            "rings need an snr above 1 and widths of at least 0, found "
            f"snr {snr!r}, large {large!r} and small {small!r}"
        )
    out = np.array(sinogram, dtype=np.float32)
    if large:
        out = without_dead_stripes(out, snr, large)
        out = without_large_stripes(out, snr, large)
    if small:
        out = without_small_stripes(out, small)
    return out


def usual_widths(columns: int) -> tuple[int, int]:
    """Return columns of the medians for large and for small stripes, odd.

    51 and 21 are usual at detectors of 2560 columns. Smaller ones see the same sample in fewer
    columns, so that these widths would blur it: on twins of 200 columns they changed the slices
    more than the rings did. They are scaled with the detector, to 9 and 3 at least.
    """
    large, small = (2 * round(width * columns / 2560 / 2 - 0.5) + 1 for width in (51, 21))
    return max(9, large), max(3, small)


def without_small_stripes(sinogram: np.ndarray, width: int) -> np.ndarray:
    """Sort each column, smooth along the rows, undo the sorting (algorithm 3).

    Neighbouring columns see nearly the same values, at slightly different angles. Sorted, they
    differ little, apart from stripes.
    """
    order = np.argsort(sinogram, axis=0, kind="stable")
    smooth = _median_along_rows(np.take_along_axis(sinogram, order, axis=0), width)
    out = np.empty_like(smooth)
    np.put_along_axis(out, order, smooth, axis=0)
    return out


def without_large_stripes(sinogram: np.ndarray, snr: float, width: int) -> np.ndarray:
    """Subtract each column's mean departure, and replace columns that stand out (algorithm 5)."""
    order = np.argsort(sinogram, axis=0, kind="stable")
    ranked = np.take_along_axis(sinogram, order, axis=0)
    smooth = _median_along_rows(ranked, width)
    cut = int(0.5 * _DROPPED * len(ranked))
    middle = slice(cut, len(ranked) - cut)
    departure = (ranked[middle] - smooth[middle]).mean(axis=0, dtype=np.float64)
    faulty = ndimage.binary_dilation(stripes(departure, snr))
    out = (sinogram - departure).astype(np.float32)
    for column in np.flatnonzero(faulty):
        out[order[:, column], column] = smooth[:, column]
    return out


def without_dead_stripes(sinogram: np.ndarray, snr: float, width: int) -> np.ndarray:
    """Fill columns that do not respond, or fluctuate, from their neighbours (algorithm 6).

    Their values vary far less or far more from one angle to the next than those around them.
    """
    rough = np.abs(sinogram - ndimage.uniform_filter1d(sinogram, _SMOOTHED, axis=0))
    rough = rough.sum(axis=0, dtype=np.float64)
    usual = ndimage.median_filter(rough, width, mode="reflect")
    least = np.mean(usual)
    if not least > 0:
        return sinogram.copy()
    # As a logarithm, so that half as rough and twice as rough stand out alike.
    quotient = np.log(np.maximum(rough, 1e-3 * least) / np.maximum(usual, 1e-3 * least))
    faulty = ndimage.binary_dilation(stripes(quotient, snr))
    # The outermost columns have neighbours on one side only.
    faulty[:2] = faulty[-2:] = False
    if not faulty.any() or faulty.mean() > 1 / 3:
        return sinogram.copy()
    sound = np.flatnonzero(~faulty)
    columns = np.flatnonzero(faulty)
    after = np.searchsorted(sound, columns)
    low, high = sound[after - 1], sound[after]
    share = ((columns - low) / (high - low)).astype(np.float32)
    out = sinogram.copy()
    out[:, columns] = sinogram[:, low] * (1 - share) + sinogram[:, high] * share
    return out


def stripes(departures: np.ndarray, snr: float) -> np.ndarray:
    """Tell which columns stand out (algorithm 4).

    The sorted values of sound columns lie near a line, which is fitted to their middle half. If
    the greatest or least value is farther from its end of this line than `snr` times the line's
    rise, all values beyond half of that stand out.

    Parameters
    ----------
    departures : numpy.ndarray
        float64 (columns,).
    snr : float
        Above 1.

    Returns
    -------
    numpy.ndarray
        bool (columns,).
    """
    ranked = np.sort(departures)
    count = len(ranked)
    quarter = count // 4
    place = np.arange(count)
    slope, start = np.polyfit(
        place[quarter : count - quarter], ranked[quarter : count - quarter], 1
    )
    end = start + slope * (count - 1)
    # A rise of zero, as without noise, would call any rounding a stripe.
    rise = max(abs(end - start), 1e-6)
    limit = snr * rise / 2
    found = np.zeros(count, dtype=bool)
    if ranked[-1] - end >= 2 * limit:
        found |= departures > end + limit
    if start - ranked[0] >= 2 * limit:
        found |= departures < start - limit
    return found


def _median_along_rows(values: np.ndarray, width: int) -> np.ndarray:
    """Return medians over so many columns, float32, mirrored at the ends."""
    return ndimage.median_filter(values, (1, min(width, values.shape[1])), mode="reflect")
