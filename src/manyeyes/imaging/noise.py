"""Noise with the spectrum of filtered back-projection."""

import numpy as np
import scipy

from ..randomness import generator

WINDOWS = ("ramp", "shepp-logan", "cosine", "hamming", "hann")

# The noise field is made larger by this and cropped, since an FFT joins opposite edges.
_MARGIN = 32


def backprojection_amplitude(rows: int, columns: int, window: str) -> np.ndarray:
    """Return the square root of the noise power spectrum of filtered back-projection.

    Independent noise in the projections, filtered with |f| times a window and back-projected over
    all angles, has a power of ``|f| * window(f)^2`` in the slice (Riederer, Pelc and Chesler
    1978, doi:10.1088/0031-9155/23/3/008). Linear interpolation between detector pixels multiplies
    it by ``sinc(f)^4``.

    Parameters
    ----------
    rows, columns : int
        Size of the slice, voxels.
    window : str
        One of `WINDOWS`: what the ramp is multiplied with.

    Returns
    -------
    numpy.ndarray
        float64 (rows, columns // 2 + 1), for `scipy.fft.rfft2`, scaled to keep the variance of
        white noise.

    Raises
    ------
    ValueError
        If the window is unknown.
    """
    fy = scipy.fft.fftfreq(rows)[:, None]
    fx = scipy.fft.rfftfreq(columns)[None, :]
    f = np.hypot(fy, fx)
    if window == "ramp":
        shape = np.ones_like(f)
    elif window == "shepp-logan":
        shape = np.sinc(f)
    elif window == "cosine":
        shape = np.cos(np.pi * f)
    elif window == "hamming":
        shape = 0.54 + 0.46 * np.cos(2 * np.pi * f)
    elif window == "hann":
        shape = 0.5 + 0.5 * np.cos(2 * np.pi * f)
    else:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}: found {window!r}")
    # The detector samples nothing above half a cycle per pixel, so the corners stay empty.
    amplitude = np.where(f <= 0.5, np.sqrt(f) * shape * np.sinc(f) ** 2, 0.0)
    # Columns between the first and the last of a real transform stand for two frequencies each.
    twice = np.full(amplitude.shape[1], 2.0)
    twice[0] = 1.0
    if columns % 2 == 0:
        twice[-1] = 1.0
    return amplitude / np.sqrt((twice * amplitude**2).sum() / (rows * columns))


def backprojection_noise(
    shape: tuple[int, int, int], window: str, *seed_names: object
) -> np.ndarray:
    """Return noise as in a volume that was reconstructed slice by slice.

    Slices are independent, as the rows of a detector are.

    Parameters
    ----------
    shape : tuple of int
        Voxels (z, y, x).
    window : str
        See `backprojection_amplitude`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), mean 0, variance 1.
    """
    depth, rows, columns = shape
    field = tuple(scipy.fft.next_fast_len(edge + _MARGIN, real=True) for edge in (rows, columns))
    amplitude = backprojection_amplitude(*field, window).astype(np.float32)
    draw = generator(*seed_names)
    noise = np.empty(shape, dtype=np.float32)
    for z in range(depth):
        # One worker: threads gain little on one slice, and bytes must not depend on them.
        spectrum = scipy.fft.rfft2(draw.standard_normal(field, dtype=np.float32), workers=1)
        spectrum *= amplitude
        noise[z] = scipy.fft.irfft2(spectrum, s=field, workers=1)[:rows, :columns]
    return noise
