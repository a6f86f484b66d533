"""Tomography by brute force: project, count photons, back-project.

Too slow for whole volumes (a second or more a slice of 200 x 200); it is what the noise model of
`manyeyes.imaging.noise` is checked against.
"""

import numpy as np
from skimage.transform import iradon, radon

from ..randomness import generator
from .noise import WINDOWS


def reconstruct(
    attenuation: np.ndarray, photons: float, projections: int, window: str, *seed_names: object
) -> np.ndarray:
    """Scan a stack of slices with a parallel beam and reconstruct it by filtered back-projection.

    Parameters
    ----------
    attenuation : numpy.ndarray
        float (z, n, n), attenuation per voxel edge; what is outside the circle in the square
        counts too.
    photons : float
        Mean number of photons on each detector pixel without an object; infinite for none of the
        noise.
    projections : int
        Angles over 180 degrees.
    window : str
        One of `manyeyes.imaging.noise.WINDOWS`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float64 (z, n, n), attenuation per voxel edge.

    Raises
    ------
    ValueError
        If slices are not square, the window is unknown, or a number is not positive.
    """
    if attenuation.ndim != 3 or attenuation.shape[1] != attenuation.shape[2]:
        raise ValueError(f"slices must be square, (z, n, n): found {attenuation.shape}")
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}: found {window!r}")
    if not photons > 0 or projections < 1:
        raise ValueError(
            f"photons and projections must be positive: found {photons} and {projections}"
        )
    angles = np.arange(projections) * 180.0 / projections
    draw = generator(*seed_names)
    out = np.empty(attenuation.shape)
    for z, one in enumerate(np.asarray(attenuation, dtype=np.float64)):
        paths = radon(one, angles, circle=False)
        if np.isfinite(photons):
            counts = draw.poisson(photons * np.exp(-paths))
            # A pixel that saw nothing is taken to have seen one photon: its logarithm must exist.
            paths = -np.log(np.maximum(counts, 1) / photons)
        out[z] = iradon(paths, angles, output_size=len(one), filter_name=window, circle=False)
    return out
