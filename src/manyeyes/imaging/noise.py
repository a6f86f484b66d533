"""Noise with the spectrum of filtered back-projection."""

from typing import NamedTuple

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


class NoiseColour(NamedTuple):
    """The shape of a tomogram's noise spectrum.

    Attributes
    ----------
    window : str
        See `backprojection_amplitude`.
    white_share : float
        Share of the variance, before the blur, that is white; 0 to 1.
    blur_voxels : tuple of float
        Width of the blur along z, y and x, voxels: a Gaussian's standard deviation.
    blur_exponent : float
        2 for a Gaussian, less for a blur that leaves more of the finest detail.
    unblurred_share : float
        Share of the variance of the sum that is white noise without blur.
    """

    window: str
    white_share: float = 0.0
    blur_voxels: tuple[float, float, float] = (0.0, 0.0, 0.0)
    blur_exponent: float = 2.0
    unblurred_share: float = 0.0


def tomogram_noise(
    shape: tuple[int, int, int], colour: NoiseColour, *seed_names: object
) -> np.ndarray:
    """Return back-projection noise that detector, reconstruction or filters have blurred.

    To the noise of `backprojection_noise` comes white noise, which unlike it is strong at low
    frequencies: real tomograms have such a share from readout, few projections and iterative
    reconstruction. Both are then blurred, also along z, so that neighbouring slices resemble each
    other. The power is thus ``((1 - share) * P_backprojection + share) * B`` with
    ``B = exp(-(2 pi |(sigma_z f_z, sigma_y f_y, sigma_x f_x)|)^exponent)``. An exponent of 2 is a
    Gaussian's, which is blurred along each axis by itself. Real tomograms have less: fine noise
    in the slice is then less like that of the next slice than coarse noise is. A share of the
    variance can be white noise that came after the blur.

    Parameters
    ----------
    shape : tuple of int
        Voxels (z, y, x).
    colour : NoiseColour
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), mean 0, variance 1. Without white noise and blur it is
        `backprojection_noise`, byte for byte.
    """
    unblurred_share = colour.unblurred_share
    if colour.white_share == unblurred_share == 0 and not any(colour.blur_voxels):
        return backprojection_noise(shape, colour.window, *seed_names)
    depth, rows, columns = shape
    field = tuple(scipy.fft.next_fast_len(edge + _MARGIN, real=True) for edge in shape)
    draw = generator(*seed_names)
    # Only the slices' spectra are held, and changed in place: half of a transform of the volume.
    spectra = np.empty((field[0], field[1], field[2] // 2 + 1), dtype=np.complex64)
    for one in spectra:
        one[:] = scipy.fft.rfft2(draw.standard_normal(field[1:], dtype=np.float32), workers=1)
    variance = _blur(spectra, field, colour)
    noise = np.empty(shape, dtype=np.float32)
    scale = np.float32(np.sqrt((1 - unblurred_share) / variance))
    for z in range(depth):
        one = scipy.fft.irfft2(spectra[z], s=field[1:], workers=1)[:rows, :columns]
        noise[z] = scale * one
        if unblurred_share > 0:
            fresh = draw.standard_normal((rows, columns), dtype=np.float32)
            noise[z] += np.float32(np.sqrt(unblurred_share)) * fresh
    return noise


def _blur(spectra: np.ndarray, field: tuple[int, int, int], colour: NoiseColour) -> float:
    """Give the spectra of slices of white noise their colour, in place; return its variance.

    Parameters
    ----------
    spectra : numpy.ndarray
        complex64 (z, y, x // 2 + 1), of slices of variance 1.
    field : tuple of int
        Voxels (z, y, x) that they stand for.
    colour : NoiseColour
    """
    window, white_share, (sigma_z, sigma_y, sigma_x), exponent, _ = colour
    depth, rows, columns = field
    fz = sigma_z * scipy.fft.fftfreq(depth)[:, None]
    fy, fx = sigma_y * scipy.fft.fftfreq(rows), sigma_x * scipy.fft.rfftfreq(columns)
    flat = (1 - white_share) * backprojection_amplitude(rows, columns, window) ** 2 + white_share
    twice = np.full(len(fx), 2.0)
    twice[0] = 1.0
    if columns % 2 == 0:
        twice[-1] = 1.0
    total = 0.0
    for y in range(rows):
        frequency = np.sqrt(fz**2 + fy[y] ** 2 + fx**2)
        power = flat[y] * np.exp(-((2 * np.pi * frequency) ** exponent))
        total += float((power @ twice).sum())
        line = scipy.fft.fft(spectra[:, y], axis=0, workers=1)
        line *= np.sqrt(power).astype(np.float32)
        spectra[:, y] = scipy.fft.ifft(line, axis=0, workers=1)
    return total / (depth * rows * columns)


def slice_levels(slices: int, spread: float, length: float, *seed_names: object) -> np.ndarray:
    """Return a factor for the noise of each slice, as rows of a detector differ.

    Parameters
    ----------
    slices : int
    spread : float
        Standard deviation of the factors' logarithm.
    length : float
        Distance along z at which the logarithm's correlation falls to 1/e, slices.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float32 (slices,); the mean of their squares is 1.
    """
    sigma = length / 2
    reach = int(np.ceil(4 * sigma))
    steps = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (steps / sigma) ** 2)
    kernel /= np.sqrt((kernel**2).sum())
    draws = generator(*seed_names).standard_normal(slices + 2 * reach)
    field = np.convolve(draws, kernel, mode="valid")
    levels = np.exp(spread * field)
    # Of these very slices: few independent levels fit into a volume.
    return (levels / np.sqrt((levels**2).mean())).astype(np.float32)
