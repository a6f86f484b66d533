"""X-ray tomograms of a truth volume."""

from collections.abc import Mapping

import numpy as np

from ..randomness import generator
from ..settings import read_settings
from .noise import slice_levels, tomogram_noise
from .phases_to_grey import blurred, check_truth, sharp_greys, to_8_bit
from .settings import CtSettings


def image_ct(
    truth: np.ndarray,
    voxel_size_nm: float | tuple[float, float, float],
    imaging: Mapping,
    *seed_names: object,
) -> np.ndarray:
    """Image a truth volume as an X-ray tomogram.

    Attenuation by phase, with a texture; a Gaussian point spread; edge enhancement, beam hardening,
    cupping and rings if they are asked for; noise with the spectrum of filtered back-projection,
    blurred if that is asked for, at the contrast-to-noise asked for; then 8 bits. The noise is the
    same everywhere: photon statistics that follow the object are not modelled.

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
    image = sharp_greys(truth, greys)
    _vary(image, truth, settings, voxel_size_nm, *seed_names)
    spread = (settings.resolution_z_nm, settings.resolution_nm, settings.resolution_nm)
    image = blurred(image, spread, voxel_size_nm)
    if settings.fringe > 0:
        halo = blurred(image, settings.fringe_nm, voxel_size_nm)
        # In place, as below: a volume may be a good part of the memory.
        image *= np.float32(1 + settings.fringe)
        halo *= np.float32(settings.fringe)
        image -= halo
        del halo
    if settings.beam_hardening > 0:
        # Imported here since scikit-image takes long to load.
        from .beam_hardening import beam_hardening

        image += beam_hardening(image, settings.beam_hardening)
    if settings.cupping > 0:
        image *= _cupping(image.shape, settings.cupping)
    if settings.ring_artefacts > 0:
        image += _rings(image.shape, settings.ring_artefacts, *seed_names)
    noise = tomogram_noise(image.shape, settings.noise_colour, *seed_names, "noise")
    if settings.uneven_noise > 0:
        spread, length = settings.uneven_noise, settings.uneven_noise_slices
        noise *= slice_levels(len(noise), spread, length, *seed_names, "slices")[:, None, None]
    noise *= np.float32(1 / settings.contrast_to_noise)
    image += noise
    return to_8_bit(image, settings.clipped_share)


def _vary(greys, truth, settings: CtSettings, voxel_size_nm, *seed_names: object) -> None:
    """Let greys vary within the phases, in place, as the settings ask for."""
    if not (settings.texture or settings.particle_variation or settings.cbd_variation):
        return
    # Imported here since a tomogram of even phases needs none of it.
    from .texture import texture, vary_active, vary_binder

    if settings.cbd_variation > 0:
        names = (*seed_names, "binder")
        length_nm = settings.cbd_length_nm
        vary_binder(greys, truth, settings.cbd_variation, length_nm, voxel_size_nm, *names)
    if settings.particle_variation > 0:
        vary_active(greys, truth, settings.particle_variation, *seed_names, "particles")
    if settings.texture > 0:
        names = (*seed_names, "texture")
        field = texture(truth.shape, settings.texture_length_nm, voxel_size_nm, *names)
        field *= np.float32(settings.texture)
        greys += field


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
