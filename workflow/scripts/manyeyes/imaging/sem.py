"""Secondary-electron images of a truth volume."""

from collections.abc import Mapping

import numpy as np

from manyeyes.imaging.phases_to_grey import blurred_greys, check_truth
from manyeyes.imaging.settings import SemSettings, read_settings
from manyeyes.randomness import generator


def image_sem(
    truth: np.ndarray,
    voxel_size_nm: float | tuple[float, float, float],
    imaging: Mapping,
    *seed_names: object,
) -> np.ndarray:
    """Image a truth volume as a plain, aligned stack of secondary-electron images.

    Active material is bright; epoxy-filled pores and binder are dark. Grey by phase, a Gaussian
    point spread, shot noise. Curtains, drift, shear and charging are not modelled here.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 (z, y, x), codes 1 to 4.
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).
    imaging : Mapping
        Attributes of `manyeyes.imaging.settings.SemSettings`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x).

    Raises
    ------
    ValueError
        If the truth or a setting is wrong; the message names what and which.
    """
    truth = check_truth(truth)
    settings = read_settings(imaging, SemSettings)
    greys = (settings.grey_active, settings.grey_cbd, settings.grey_pore)
    image = blurred_greys(truth, greys, settings.resolution_nm, voxel_size_nm)
    noise_in_active = (settings.grey_active - settings.grey_pore) / settings.contrast_to_noise
    # Electrons arrive one by one: the variance is the mean times one grey level per electron.
    gain = noise_in_active**2 / settings.grey_active
    draw = generator(*seed_names, "shot noise")
    out = np.empty(image.shape, dtype=np.uint8)
    for z in range(len(image)):
        electrons = draw.poisson(np.maximum(image[z].astype(np.float64) / gain, 0))
        out[z] = np.rint(np.clip(electrons * gain, 0, 255))
    return out
