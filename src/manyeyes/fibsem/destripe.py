"""Remove vertical curtains from a slice. Both filters are linear; images are ndarrays (y, x)."""

from collections.abc import Callable, Mapping

import numpy as np
import pywt
import scipy


def wavelet_fourier(
    image: np.ndarray, *, wavelet: str = "db4", levels: int = 5, damping: float = 1.0
) -> np.ndarray:
    """Remove vertical stripes by wavelets and Fourier transforms.

    In a wavelet transform, stripes are in the bands of vertical detail, where the lowest
    frequencies along y are damped (Muench et al. 2009, doi:10.1364/OE.17.008567).

    Parameters
    ----------
    image : ndarray, shape (y, x)
        Real or integer grey levels.
    wavelet : str
        As PyWavelets names it.
    levels : int
        Bands, from the finest: stripes up to about 2**levels pixels wide are removed.
    damping : float
        Width of the damping, in the lowest frequencies of the image's height. With a larger one,
        shorter stripes are removed, and more of vertical edges.

    Returns
    -------
    ndarray of float32, shape (y, x)

    Raises
    ------
    ValueError
        If the image is too small for the levels or the damping is not positive.
    """
    _check(image)
    if not damping > 0:
        raise ValueError(f"damping must be above 0, found {damping}")
    if levels < 1 or min(image.shape) < 2**levels:
        raise ValueError(
            f"levels must be at least 1, and 2**levels pixels must fit into the image: found "
            f"{levels} for {image.shape}; use fewer levels"
        )
    kept = np.asarray(image, dtype=np.float32)
    bands = []
    for _ in range(levels):
        kept, detail = pywt.dwt2(kept, wavelet, mode="symmetric")
        bands.append((kept.shape, detail))
    for shape, (horizontal, vertical, diagonal) in reversed(bands):
        spectrum = scipy.fft.rfft(vertical, axis=0)
        frequency = np.arange(spectrum.shape[0], dtype=np.float32)
        spectrum *= (1 - np.exp(-(frequency**2) / (2 * damping**2)))[:, None]
        vertical = scipy.fft.irfft(spectrum, n=vertical.shape[0], axis=0)
        # If a level had an odd length, one coefficient too many is returned.
        kept = kept[: shape[0], : shape[1]]
        kept = pywt.idwt2((kept, (horizontal, vertical, diagonal)), wavelet, mode="symmetric")
    return np.ascontiguousarray(kept[: image.shape[0], : image.shape[1]], dtype=np.float32)


def fourier_wedge(
    image: np.ndarray, *, half_angle_degrees: float = 1.0, widest_px: float = 60.0
) -> np.ndarray:
    """Remove vertical stripes by damping a wedge of the Fourier plane.

    Vertical stripes lie on the horizontal axis of the plane; a wedge about it is removed, as Lee
    et al. 2023 (doi:10.1186/s40543-023-00407-z) do with a commercial tool. The image is first
    mirrored at its edges.

    Parameters
    ----------
    image : ndarray, shape (y, x)
        Real or integer grey levels.
    half_angle_degrees : float
        Half of the wedge's opening.
    widest_px : float
        Longer periods stay, or broad particles would be removed with the stripes.

    Returns
    -------
    ndarray of float32, shape (y, x)

    Raises
    ------
    ValueError
        If the angle is not between 0 and 45 degrees or the period is not above two pixels.
    """
    _check(image)
    if not 0 < half_angle_degrees < 45:
        raise ValueError(f"half_angle_degrees must be between 0 and 45: {half_angle_degrees}")
    if not widest_px > 2:
        raise ValueError(f"widest_px must be above 2 pixels, found {widest_px}")
    rows, columns = image.shape
    mirrored = np.pad(image.astype(np.float32), ((0, rows), (0, columns)), mode="symmetric")
    spectrum = scipy.fft.rfft2(mirrored)
    along_y = np.abs(scipy.fft.fftfreq(2 * rows)).astype(np.float32)[:, None]
    along_x = scipy.fft.rfftfreq(2 * columns).astype(np.float32)[None, :]
    # Soft edges, since hard ones ring. The wedge is never thinner than the lowest frequency.
    width = np.maximum(np.tan(np.radians(half_angle_degrees)) * along_x, 1 / (2 * rows))
    wedge = np.exp(-0.5 * (along_y / width) ** 2)
    wedge *= 1 - np.exp(-0.5 * (along_x * widest_px) ** 2)
    spectrum *= 1 - wedge
    return scipy.fft.irfft2(spectrum, s=mirrored.shape)[:rows, :columns].astype(np.float32)


METHODS: dict[str, Callable[..., np.ndarray]] = {
    "wavelet_fourier": wavelet_fourier,
    "fourier_wedge": fourier_wedge,
}


def destriper(settings: Mapping[str, object]) -> Callable[[np.ndarray], np.ndarray]:
    """Return the filter that a config describes, with results rounded to 8 bits.

    Parameters
    ----------
    settings : Mapping
        ``method``, one of `METHODS`, and that function's parameters.

    Returns
    -------
    callable
        Slice (y, x) in, uint8 slice out.

    Raises
    ------
    ValueError
        If the method is unknown.
    """
    chosen = dict(settings)
    name = chosen.pop("method", None)
    if name not in METHODS:
        raise ValueError(f"destripe.method must be one of {', '.join(METHODS)}: found {name!r}")
    return lambda image: to_grey_levels(METHODS[name](image, **chosen))


def to_grey_levels(image: np.ndarray) -> np.ndarray:
    """Round to 8 bits; a destriped slice may slightly exceed 0 to 255."""
    return np.rint(np.clip(image, 0, 255)).astype(np.uint8)


def _check(image: np.ndarray) -> None:
    if image.ndim != 2 or image.size == 0:
        raise ValueError(f"expected a slice (y, x), found an array of shape {image.shape}")
