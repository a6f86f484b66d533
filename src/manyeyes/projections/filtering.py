"""The ramp filter of filtered back-projection, with a window."""

import numpy as np
import scipy.fft

WINDOWS = ("ramp", "shepp-logan", "cosine", "hamming", "hann")
"""As in `manyeyes.imaging.noise`, whose noise has the spectrum that these give."""

# The detector's edge is known only as well as its noise allows, so that some pixels are averaged.
_EDGE = 8


def window_values(frequency: np.ndarray, window: str) -> np.ndarray:
    """Return what the ramp is multiplied with.

    Parameters
    ----------
    frequency : numpy.ndarray
        Cycles per pixel, 0 to 0.5.
    window : str
        One of `WINDOWS`. ``ramp`` leaves all frequencies as they are, ``hann`` falls to zero at
        the highest.

    Raises
    ------
    ValueError
        If the window is unknown.
    """
    if window == "ramp":
        return np.ones_like(frequency)
    if window == "shepp-logan":
        return np.sinc(frequency)
    if window == "cosine":
        return np.cos(np.pi * frequency)
    if window == "hamming":
        return 0.54 + 0.46 * np.cos(2 * np.pi * frequency)
    if window == "hann":
        return 0.5 + 0.5 * np.cos(2 * np.pi * frequency)
    raise ValueError(f"window must be one of {', '.join(WINDOWS)}: found {window!r}")


def ramp(length: int, window: str) -> np.ndarray:
    """Return the response of the filter, float32 (length // 2 + 1,), for `scipy.fft.rfft`.

    The ramp is the transform of its sampled kernel, 1/4 at the centre, ``-1 / (pi n)^2`` at odd
    distances n and 0 at even ones (Kak and Slaney 1988, doi:10.1137/1.9780898719277, eq. 3.61).
    A sampled |f| would be 0 at frequency 0, and make all values too low.
    """
    distance = np.minimum(np.arange(length), length - np.arange(length))
    kernel = np.zeros(length)
    kernel[0] = 0.25
    odd = distance % 2 == 1
    kernel[odd] = -1 / (np.pi * distance[odd]) ** 2
    response = scipy.fft.rfft(kernel).real
    return (response * window_values(scipy.fft.rfftfreq(length), window)).astype(np.float32)


def ramp_filtered(sinogram: np.ndarray, window: str, extend: bool = True) -> np.ndarray:
    """Filter each projection of a sinogram.

    Parameters
    ----------
    sinogram : numpy.ndarray
        float32 (angles, columns), attenuation.
    window : str
        One of `WINDOWS`.
    extend : bool
        Whether the sample reaches beyond the detector. Projections are then continued by the
        values at their edges, or else the rim of the slice would be far too bright. Without it
        they are continued by zeros.

    Returns
    -------
    numpy.ndarray
        float32 (angles, columns), per pixel.
    """
    angles, columns = sinogram.shape
    length = scipy.fft.next_fast_len(2 * columns, real=True)
    padded = np.zeros((angles, length), dtype=np.float32)
    padded[:, :columns] = sinogram
    if extend:
        edge = min(_EDGE, columns)
        left = sinogram[:, :edge].mean(axis=1, dtype=np.float64)[:, None]
        right = sinogram[:, -edge:].mean(axis=1, dtype=np.float64)[:, None]
        # The end of the padding lies before the first column.
        share = np.linspace(0.0, 1.0, length - columns)
        padded[:, columns:] = right + (left - right) * (3 - 2 * share) * share**2
    spectrum = scipy.fft.rfft(padded, axis=1, workers=1)
    spectrum *= ramp(length, window)
    return scipy.fft.irfft(spectrum, n=length, axis=1, workers=1)[:, :columns]
