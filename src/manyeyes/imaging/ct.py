"""X-ray tomograms of a truth volume."""

from collections.abc import Mapping

import numpy as np

from ..randomness import generator
from ..settings import read_settings
from .noise import backprojection_noise
from .phases_to_grey import blurred_greys, check_truth, to_8_bit
from .settings import CtSettings


def image_ct(
    truth: np.ndarray,
    voxel_size_nm: float | tuple[float, float, float],
    imaging: Mapping,
    *seed_names: object,
) -> np.ndarray:
    """Image a truth volume as an X-ray tomogram.

    Attenuation by phase, a Gaussian point spread, noise with the spectrum of filtered
    back-projection at the contrast-to-noise asked for, then 8 bits. The noise is the same
    everywhere: noise that depends on the object, beam hardening and phase contrast are not
    modelled.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 (z, y, x), codes of `manyeyes.labels.TRUTH_PHASES`.
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).
    imaging : Mapping
        Attributes of `manyeyes.imaging.settings.CtSettings`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x); active material is bright.

    Raises
    ------
    ValueError
        If the truth or a setting is wrong; the message names it.
    """
    truth = check_truth(truth)
    settings = read_settings(imaging, CtSettings, "imaging")
    values = settings.attenuation_per_cm
    contrast = values["active"] - values["pore"]
    # In units of the contrast, so that the noise's standard deviation is 1 / contrast_to_noise.
    greys = tuple(
        (values[phase] - values["pore"]) / contrast for phase in ("active", "cbd", "pore")
    )
    image = blurred_greys(truth, greys, settings.resolution_nm, voxel_size_nm)
    if settings.cupping > 0:
        image *= _cupping(image.shape, settings.cupping)
    if settings.ring_artefacts > 0:
        image += _rings(image.shape, settings.ring_artefacts, *seed_names)
    noise = backprojection_noise(image.shape, settings.window, *seed_names, "noise")
    noise *= np.float32(1 / settings.contrast_to_noise)
    image += noise
    return to_8_bit(image, settings.clipped_share)


def _radius(shape: tuple[int, int, int]) -> np.ndarray:
    """Return each pixel's distance from the slice's centre, voxels, (y, x)."""
    y = np.arange(shape[1]) - (shape[1] - 1) / 2
    x = np.arange(shape[2]) - (shape[2] - 1) / 2
    return np.hypot(y[:, None], x[None, :])


def _cupping(shape: tuple[int, int, int], depth: float) -> np.ndarray:
    """Return a factor that falls from 1 at the middle of the edges to 1 - depth at the centre."""
    radius = _radius(shape) / (max(shape[1:]) / 2)
    return (1 - depth * (1 - np.minimum(radius, 1) ** 2)).astype(np.float32)


def _rings(shape: tuple[int, int, int], spread: float, *seed_names: object) -> np.ndarray:
    """Return rings about the slice's centre, from one faulty gain per detector pixel and row."""
    radius = _radius(shape)
    radii = np.arange(int(radius.max()) + 2)
    draw = generator(*seed_names, "rings")
    rings = np.empty(shape, dtype=np.float32)
    for z in range(shape[0]):
        rings[z] = np.interp(radius, radii, spread * draw.standard_normal(len(radii)))
    return rings
