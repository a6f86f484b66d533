"""Slices of a particle as a detector of backscattered electrons sees them, 16 bits deep."""

import math
from collections.abc import Iterator

import numpy as np
import scipy

from ..fibsem.curtains import curtain_field, draw_profiles
from ..randomness import generator
from .codes import PORE, check_codes
from .settings import BseSettings, ParticleSettings

_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
# How much of a slice's brightness and of the broad shading of the face the next slice keeps.
_KEPT_BRIGHTNESS = 0.9
_KEPT_SHADING = 0.98
# Distance over which the strength of rims varies, pixels: some pores have one, others none.
_RIM_PATCH_PX = 30.0


def bse_slices(
    truth: np.ndarray,
    settings: BseSettings,
    names: tuple,
    grains: np.ndarray | None = None,
    voxel_size_nm: tuple[float, float, float] = ParticleSettings().voxel_size_nm,
) -> np.ndarray:
    """Return the slices of a particle as acquired.

    The steps are brightness by what lies at and below the face, a Gaussian point spread, rims of
    pores, broad shading, brightness of the slice, shot noise, and curtains. Faces are seen head on
    and do not drift: slices are taken as aligned, as those of the paper are.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore.
    settings : BseSettings
    names : tuple
        Names for `manyeyes.randomness.generator`.
    grains : numpy.ndarray, optional
        uint16 (z, y, x), the grain of each voxel (`particle_grains`), for orientation contrast;
        without it all grains are equally bright.
    voxel_size_nm : tuple of float
        Edges (z, y, x) of a voxel, nm.

    Returns
    -------
    numpy.ndarray
        uint16 (z, y, x).

    Raises
    ------
    ValueError
        If the truth holds other codes, or grains have another shape.
    """
    check_codes(truth, "the truth of a particle")
    if grains is not None and grains.shape != truth.shape:
        raise ValueError(
            f"grains must have the truth's shape {truth.shape}, found {grains.shape}: both come "
            "from the same ParticleSettings"
        )
    count, rows, _ = truth.shape
    pixel_nm = voxel_size_nm[2]
    signal = _signal(truth, settings, names, grains, voxel_size_nm[0])
    noise_in_grains = (settings.grey_grain - settings.grey_pore) / settings.contrast_to_noise
    gain = noise_in_grains**2 / settings.grey_grain
    spread = settings.resolution_nm / _FWHM_PER_SIGMA / pixel_nm
    brightness = _brightness(count, settings.brightness_drift, names)
    curtains = curtains_of(truth.shape, settings, names)
    shadings = _smooth_fields(truth.shape, settings.shading_px, _KEPT_SHADING, (*names, "shading"))
    patches = _smooth_fields(truth.shape, _RIM_PATCH_PX, _KEPT_BRIGHTNESS, (*names, "rims"))
    images = np.empty(truth.shape, dtype=np.uint16)
    for k, (profile, shading, patch) in enumerate(zip(curtains, shadings, patches, strict=True)):
        mean = scipy.ndimage.gaussian_filter(signal[k], spread)
        mean += settings.grey_grain * _rim(truth[k] == PORE, settings, patch, pixel_nm)
        mean *= brightness[k] * (1 + settings.shading * shading)
        draw = generator(*names, "shot noise", k)
        counted = draw.poisson(np.maximum(mean, 0) / gain) - mean / gain
        # The detector's blur keeps the variance of the noise.
        noise = _blurred_noise(counted, settings.noise_blur_px) * gain
        seen = mean + noise + curtain_field(profile, rows)
        images[k] = np.rint(np.clip(seen, 0, 65535))
    return images


def curtains_of(
    shape: tuple[int, int, int], settings: BseSettings, names: tuple
) -> Iterator[np.ndarray]:
    """Yield the curtains of each slice, as `bse_slices` adds them, to score how many are left.

    Yields
    ------
    numpy.ndarray
        float32 (x,): the image contains `manyeyes.fibsem.curtains.curtain_field` of it.
    """
    strength = settings.curtain_strength * settings.grey_grain
    return draw_profiles(shape[0], shape[2], strength, *names, "curtains")


def _signal(truth, settings, names, grains, slice_nm) -> np.ndarray:
    """Return the brightness of the faces without point spread, float32 (z, y, x).

    A slice of grain covers what is below it but for a share exp(-thickness / escape depth). In a
    pore the floor is seen, darker with each slice that it lies deeper. Below the last slice the
    structure is taken to go on as in it.
    """
    through = math.exp(-slice_nm / settings.escape_depth_nm)
    down = math.exp(-slice_nm / settings.pore_depth_nm)
    signal = np.empty(truth.shape, dtype=np.float32)
    below = np.where(
        truth[-1] == PORE, np.float32(settings.grey_pore), np.float32(settings.grey_grain)
    )
    if grains is None:
        bright = np.array([settings.grey_grain], dtype=np.float32)
    else:
        draw = generator(*names, "orientation").standard_normal(int(grains.max()) + 1)
        bright = settings.grey_grain * (1 + settings.orientation_contrast * draw)
        bright = bright.astype(np.float32)
    for k in range(len(truth) - 1, -1, -1):
        grain = bright[0] if grains is None else bright[grains[k]]
        in_grain = (1 - through) * grain + through * below
        in_pore = (1 - down) * settings.grey_pore + down * below
        below = np.where(truth[k] == PORE, in_pore, in_grain).astype(np.float32)
        signal[k] = below
    return signal


def _rim(pore: np.ndarray, settings: BseSettings, patch: np.ndarray, pixel_nm: float) -> np.ndarray:
    """Return the brightness that rims add, as a share of the grains', float64 (y, x).

    A pore's blurred shape, moved towards the foot of the image, outside the pore: large pores have
    bright rims, small ones hardly any.
    """
    if settings.rim == 0:
        return np.zeros(pore.shape)
    width, shift = settings.rim_nm / pixel_nm, settings.rim_shift_nm / pixel_nm
    halo = scipy.ndimage.gaussian_filter(pore.astype(np.float64), width)
    halo = scipy.ndimage.shift(halo, (shift, 0), order=1, mode="nearest")
    inside = scipy.ndimage.gaussian_filter(pore.astype(np.float64), 0.7)
    # Square of a smooth field: rims are strong at some pores and absent at others.
    return 2 * settings.rim * np.minimum(patch**2, 3.0) * halo * (1 - inside)


def _brightness(count: int, spread: float, names: tuple) -> np.ndarray:
    """Return a factor for each slice, float64: an autoregressive series, as in `fibsem`."""
    steps = generator(*names, "brightness").standard_normal(count)
    fresh = math.sqrt(1 - _KEPT_BRIGHTNESS**2)
    return np.exp(spread * scipy.signal.lfilter([fresh], [1, -_KEPT_BRIGHTNESS], steps))


def _smooth_fields(shape, spacing_px, kept, names) -> Iterator[np.ndarray]:
    """Yield a smooth random field for each slice, of variance 1, that changes slowly."""
    count, rows, columns = shape
    nodes = [math.ceil(n / spacing_px) + 4 for n in (rows, columns)]
    field = np.zeros(nodes)
    # Cubic B-splines between independent nodes have this variance on average.
    scale = 151 / 315
    places = [np.arange(n) / spacing_px + 1.5 for n in (rows, columns)]
    grid = np.meshgrid(*places, indexing="ij")
    for k in range(count):
        steps = generator(*names, k).standard_normal(nodes)
        share = kept if k else 0.0
        field = share * field + math.sqrt(1 - share**2) * steps
        yield scipy.ndimage.map_coordinates(field, grid, order=3, prefilter=False) / scale


def _blurred_noise(noise: np.ndarray, blur_px: float) -> np.ndarray:
    """Blur noise along the scan and keep its variance."""
    if blur_px == 0:
        return noise
    radius = max(1, math.ceil(4 * blur_px))
    steps = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (steps / blur_px) ** 2)
    kernel /= math.sqrt((kernel**2).sum())
    return scipy.ndimage.correlate1d(noise, kernel, axis=1, mode="reflect")
