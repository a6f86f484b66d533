"""Zingers: single bright values where a photon of high energy hits the camera itself."""

from typing import NamedTuple

import numpy as np

_SIGMA_PER_MAD = 1.4826


class Cleaned(NamedTuple):
    """Projections without zingers.

    Attributes
    ----------
    values : numpy.ndarray
        float32 (angles, rows, columns).
    replaced : int
        Values that were replaced.
    """

    values: np.ndarray
    replaced: int


def remove_zingers(transmitted: np.ndarray, sigmas: float = 10.0, width: int = 7) -> Cleaned:
    """Replace values that are too bright both in time and along the row.

    A zinger is brighter than the projections before and after it, and than the median of its
    neighbours in the row, by a number of standard deviations of the noise. An edge of the sample
    may move from one projection to the next, or be narrow, but hardly both. The noise is that
    between successive projections, by the median over each row of the detector, so that rows are
    independent.

    Parameters
    ----------
    transmitted : numpy.ndarray
        float32 (angles, rows, columns), transmission.
    sigmas : float
        How bright a zinger is, standard deviations of the noise.
    width : int
        Columns, odd, of which the median is taken; zingers are narrower than half of it.

    Returns
    -------
    Cleaned
        A zinger becomes the median of its neighbours in time and along the row.

    Raises
    ------
    ValueError
        If `sigmas` is not positive, `width` is even or there are fewer than three projections.
    """
    if not sigmas > 0 or width < 3 or width % 2 == 0:
        raise ValueError(
            "zingers need sigmas above 0 and an odd width of 3 at least, found "
            f"{sigmas!r} and {width!r}"
        )
    if len(transmitted) < 3:
        raise ValueError(f"zingers need three projections at least, found {len(transmitted)}")
    out = np.array(transmitted, dtype=np.float32)
    replaced = 0
    for row in range(out.shape[1]):
        sinogram = np.ascontiguousarray(out[:, row])
        places, values = _zingers(sinogram, sigmas, width)
        sinogram[places] = values
        out[:, row] = sinogram
        replaced += len(values)
    return Cleaned(out, replaced)


def _zingers(
    sinogram: np.ndarray, sigmas: float, width: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return where the zingers of a sinogram (angles, columns) are, and what to put there."""
    # The first projection has only the second beside it, and the last the last but one.
    before = np.concatenate([sinogram[1:2], sinogram[:-1]])
    after = np.concatenate([sinogram[1:], sinogram[-2:-1]])
    jump = sinogram - (before + after) / 2
    sigma = np.median(np.abs(jump)) * _SIGMA_PER_MAD / np.sqrt(1.5)
    least = sigmas * max(float(sigma), 1e-6)
    angle, column = np.nonzero(sinogram - np.maximum(before, after) > least)
    if len(angle) == 0:
        return (angle, column), np.empty(0, dtype=np.float32)
    half = width // 2
    padded = np.pad(sinogram, ((0, 0), (half, half)), mode="reflect")
    row = padded[angle[:, None], column[:, None] + np.arange(width)]
    bright = sinogram[angle, column] - np.median(row, axis=1) > least
    angle, column, row = angle[bright], column[bright], np.delete(row[bright], half, axis=1)
    beside = np.stack([before[angle, column], after[angle, column]], axis=1)
    return (angle, column), np.median(np.concatenate([row, beside], axis=1), axis=1)
