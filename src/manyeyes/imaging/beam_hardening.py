"""What a polychromatic beam does to a reconstruction: cupping, and dark bands between particles."""

import numpy as np
import scipy
from skimage.transform import iradon, radon

# The error is smooth, so that it is computed on a grid of about this many voxels an edge.
_GRID = 48
_ANGLES = 60


def beam_hardening(image: np.ndarray, strength: float) -> np.ndarray:
    """Return the error that beam hardening makes in a reconstruction.

    A path's attenuation p is measured as ``p - strength * p^2 / p_max``, the first term by which
    the attenuation of a polychromatic beam departs from a line (Herman 1979,
    doi:10.1088/0031-9155/24/1/008). What that lacks is back-projected, slice by slice.

    Parameters
    ----------
    image : numpy.ndarray
        float32 (z, y, x), attenuation above that of pores, any unit.
    strength : float
        By what share the longest path of the volume is underestimated, 0 to 1.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), what to add to the image.
    """
    step = max(1, round(max(image.shape[1:]) / _GRID))
    zoomed = tuple(max(1, round(edge / step)) for edge in image.shape)
    small = _resized(image, zoomed)
    # Slices are made square, so that the transform's size is that of the slice.
    edge = max(zoomed[1:])
    square = np.zeros((zoomed[0], edge, edge))
    square[:, : zoomed[1], : zoomed[2]] = small
    angles = np.arange(_ANGLES) * 180.0 / _ANGLES
    paths = [radon(one, angles, circle=False) for one in square]
    longest = max(float(one.max()) for one in paths)
    if longest <= 0:
        return np.zeros_like(image)
    errors = np.stack(
        [
            iradon(-strength * one**2 / longest, angles, output_size=edge, circle=False)
            for one in paths
        ]
    )
    return _resized(errors[:, : zoomed[1], : zoomed[2]], image.shape)


def _resized(volume: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a volume of another size, by linear interpolation after averaging."""
    factors = [new / old for new, old in zip(shape, volume.shape, strict=True)]
    if min(factors) < 1:
        volume = scipy.ndimage.uniform_filter(volume, [max(1, round(1 / f)) for f in factors])
    resized = scipy.ndimage.zoom(
        volume.astype(np.float32), factors, order=1, mode="nearest", grid_mode=True
    )
    return resized.astype(np.float32)
