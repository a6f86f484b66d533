"""The names of the 61 channels, and their values as an array."""

from __future__ import annotations

import numpy as np

from .checks import check_volume
from .filters import N_CHANNELS, write_channels
from .smoothing import smooth_block
from .taps import SCALES, filter_taps

_FAMILIES = (
    "gaussian smoothing",
    "laplacian of gaussian",
    "gradient magnitude",
    "difference of gaussians",
    "structure tensor eigenvalue 1",
    "structure tensor eigenvalue 2",
    "structure tensor eigenvalue 3",
    "hessian eigenvalue 1",
    "hessian eigenvalue 2",
    "hessian eigenvalue 3",
)

CHANNELS = (
    f"{_FAMILIES[0]}, {SCALES[0]}",
    *(f"{family}, {scale}" for scale in SCALES[1:] for family in _FAMILIES),
)
"""Names of the channels: what is computed, and its scale in voxels. Eigenvalues descend."""

assert len(CHANNELS) == N_CHANNELS

STACK = 16
"""Slices in a job of the filter bank; a multiple of every group's depth."""


def compute_features(
    volume: np.ndarray, inner: tuple[slice, slice, slice] | None = None
) -> np.ndarray:
    """Compute ilastik's 61 filter channels of a volume or of a part of it.

    Each volume is smoothed at seven scales and filtered there: Gaussian smoothing at all of
    them; Laplacian, gradient magnitude, difference of Gaussians, and the eigenvalues of the
    structure tensor and of the Hessian at the six larger ones. See `manyeyes.forest.taps`.

    Parameters
    ----------
    volume : ndarray, shape (z, y, x)
        Any integer or float type whose values float32 holds. The border is mirrored.
    inner : three slices, optional
        The part whose channels are wanted; the default is the whole volume. The values are
        those of the whole volume's channels there. For a block cut from a larger volume they
        are those of the larger volume where the block reaches `manyeyes.forest.taps.HALO`
        voxels beyond the inner part.

    Returns
    -------
    ndarray of float32, shape (61, z, y, x)
        In the order of `CHANNELS`.

    Raises
    ------
    ValueError
        If the volume is empty, not three-dimensional, not finite or not exact in float32, or
        the inner part is empty or lies outside it.
    """
    check_volume(volume)
    if inner is None:
        inner = tuple(slice(0, size) for size in volume.shape)
    for part, size in zip(inner, volume.shape, strict=True):
        if not 0 <= part.start < part.stop <= size:
            raise ValueError(
                f"the inner part {inner} is not a part of a volume of shape {volume.shape}; "
                "give three slices with 0 <= start < stop <= size"
            )
    block = np.ascontiguousarray(volume, dtype=np.float32)
    smoothed, origin = smooth_block(block, inner)
    out = np.empty((N_CHANNELS, *(part.stop - part.start for part in inner)), dtype=np.float32)
    write_channels(smoothed, filter_taps(), origin, STACK, out)
    return out
