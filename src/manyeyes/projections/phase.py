"""Phase retrieval by the method of Paganin et al."""

import numpy as np
import scipy.fft

# Planck's constant times the speed of light, keV nm.
_HC_KEV_NM = 1.239841984
# How far the filter's kernel reaches, in lengths over which it falls to 1/e.
_REACH = 6.0


def phase_length(
    distance_mm: float, energy_kev: float, delta_over_beta: float, magnification: float = 1.0
) -> float:
    """Return the length over which Paganin's filter blurs, nm.

    It is ``sqrt(z delta / (mu M))`` with the attenuation coefficient
    ``mu = 4 pi beta / wavelength``, thus ``sqrt(z wavelength (delta / beta) / (4 pi M))``.

    Parameters
    ----------
    distance_mm : float
        From the sample to the detector, mm.
    energy_kev : float
        Photon energy, keV.
    delta_over_beta : float
        Decrement of the sample's refractive index over its absorption index.
    magnification : float
        By which a cone beam enlarges the sample; 1 for a parallel beam.

    Raises
    ------
    ValueError
        If a number is not positive and finite (the distance may be 0), or the magnification is
        below 1.
    """
    numbers = {"energy_kev": energy_kev, "delta_over_beta": delta_over_beta}
    for name, value in numbers.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a positive number, found {value!r}")
    if not (np.isfinite(distance_mm) and distance_mm >= 0):
        raise ValueError(f"distance_mm must be 0 or a positive number, found {distance_mm!r}")
    if not (np.isfinite(magnification) and magnification >= 1):
        raise ValueError(f"magnification must be 1 at least, found {magnification!r}")
    wavelength_nm = _HC_KEV_NM / energy_kev
    square = distance_mm * 1e6 * wavelength_nm * delta_over_beta / (4 * np.pi * magnification)
    return float(np.sqrt(square))


def retrieve_phase(transmitted: np.ndarray, length_pixels: float) -> np.ndarray:
    """Return the transmission that projections had without propagation.

    A sample of one material with thickness T is assumed, whose image at a distance z follows the
    transport-of-intensity equation. Then ``exp(-mu T)`` is the image divided by
    ``1 + (z delta / mu) k^2`` in Fourier space (Paganin et al. 2002,
    doi:10.1046/j.1365-2818.2002.01010.x). Its logarithm is attenuation as without phase.
    Where there are several materials their edges are blurred or stay enhanced.

    Parameters
    ----------
    transmitted : numpy.ndarray
        float32 (angles, rows, columns). All rows of the detector: the filter mixes them.
    length_pixels : float
        `phase_length` over the pixel's edge in the sample.

    Returns
    -------
    numpy.ndarray
        float32 (angles, rows, columns). Each projection depends on itself only.

    Raises
    ------
    ValueError
        If the length is not a finite number of at least 0, or the array has no three axes.
    """
    if not (np.isfinite(length_pixels) and length_pixels >= 0):
        raise ValueError(f"length_pixels must be 0 or a positive number, found {length_pixels!r}")
    if np.ndim(transmitted) != 3:
        raise ValueError(
            f"expected projections (angles, rows, columns), found shape {np.shape(transmitted)}"
        )
    rows, columns = transmitted.shape[1:]
    pads = [_pad(edge, length_pixels) for edge in (rows, columns)]
    (above, below), (left, right) = pads
    shape = (above + rows + below, left + columns + right)
    square = (2 * np.pi * length_pixels) ** 2
    response = 1 / (
        1 + square * (scipy.fft.fftfreq(shape[0])[:, None] ** 2 + scipy.fft.rfftfreq(shape[1]) ** 2)
    )
    response = response.astype(np.float32)
    out = np.empty(transmitted.shape, dtype=np.float32)
    inside = (slice(above, above + rows), slice(left, left + columns))
    for angle, image in enumerate(transmitted):
        padded = np.pad(np.asarray(image, dtype=np.float32), pads, mode="edge")
        spectrum = scipy.fft.rfft2(padded, workers=1)
        spectrum *= response
        out[angle] = scipy.fft.irfft2(spectrum, s=shape, workers=1)[inside]
    return out


def _pad(edge: int, length_pixels: float) -> tuple[int, int]:
    """Return the pixels before and after an edge: the filter's reach, at most the edge itself."""
    reach = min(int(np.ceil(_REACH * length_pixels)), edge)
    whole = scipy.fft.next_fast_len(edge + 2 * reach, real=True)
    return reach, whole - edge - reach
