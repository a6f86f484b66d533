"""The kernels of the filter bank: sampled Gaussians and their derivatives.

Scales, windows and the order of operations are those of ilastik's pixel classification. A volume is
smoothed once at each scale (*pre-smoothing*). Every filter then runs on the smoothed volume at a
*filter scale* of at most one voxel, so that all filters have short kernels.
"""

import math

import numpy as np

SCALES = (0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0)
"""Scales of the filters, in voxels. The first has Gaussian smoothing only."""

SMOOTHING_WINDOW = 3.5
"""Kernel radius of the pre-smoothing, in standard deviations."""

FILTER_WINDOW = 2.0
"""Kernel radius of the filters themselves, in standard deviations."""

REACH = 3
"""Distance in voxels that the filters see around a voxel of the pre-smoothed volume."""

N_STENCILS = 6
"""Rows of `filter_taps`: smoothing, first and second derivative at the filter scale; the narrower
Gaussian of the difference of Gaussians; smoothing and first derivative of the structure tensor."""


def gaussian_taps(sigma: float, order: int = 0, window: float = FILTER_WINDOW) -> np.ndarray:
    """Return a sampled Gaussian or one of its derivatives, normalised as in VIGRA.

    The mean is subtracted from the samples of a derivative. The kernel is scaled to give exactly 1
    for the monomial ``x**order / order!`` (a sum of 1 for order 0).

    Parameters
    ----------
    sigma : float
        Standard deviation in voxels, above 0.
    order : {0, 1, 2}
        Order of the derivative.
    window : float
        Kernel radius in standard deviations; the radius in voxels is
        ``floor(window * sigma + 0.5)``, at least 1.

    Returns
    -------
    ndarray of float64, shape (2 * radius + 1,)
        Weights for the neighbours -radius, ..., +radius (a correlation, not a convolution).
    """
    radius = max(1, math.floor(window * sigma + 0.5))
    offset = np.arange(-radius, radius + 1, dtype=np.float64)
    taps = np.exp(-(offset**2) / (2 * sigma**2))
    if order == 1:
        taps *= offset / sigma**2
    elif order == 2:
        taps *= offset**2 / sigma**4 - 1 / sigma**2
    if order > 0:
        taps -= taps.mean()
    return taps / (taps * offset**order / math.factorial(order)).sum()


def smoothing_sigma(scale: float) -> float:
    """Return the standard deviation of the pre-smoothing for a scale (both in voxels)."""
    return math.sqrt(scale**2 - 1.0) if scale > 1.0 else scale


def filter_sigma(scale: float) -> float:
    """Return the scale at which the filters run on the pre-smoothed volume, in voxels."""
    return min(scale, 1.0)


def smoothing_taps() -> tuple[np.ndarray, np.ndarray]:
    """Return the pre-smoothing kernels of all scales.

    Returns
    -------
    half : ndarray of float32, shape (scales, largest radius + 1)
        The weights of the neighbours 0, 1, ..., radius; zero beyond the radius.
    radius : ndarray of int64, shape (scales,)
    """
    kernels = [gaussian_taps(smoothing_sigma(s), window=SMOOTHING_WINDOW) for s in SCALES]
    radius = np.array([len(k) // 2 for k in kernels])
    half = np.zeros((len(kernels), radius.max() + 1), dtype=np.float32)
    for row, kernel, r in zip(half, kernels, radius, strict=True):
        row[: r + 1] = kernel[r:]
    return half, radius


def filter_taps() -> np.ndarray:
    """Return the kernels of the filters at each scale.

    Returns
    -------
    ndarray of float32, shape (scales, N_STENCILS, 5)
        Weights of the neighbours -2 ... 2; shorter kernels are padded with zeros.
    """
    taps = np.zeros((len(SCALES), N_STENCILS, 5), dtype=np.float32)
    for by_scale, scale in zip(taps, SCALES, strict=True):
        s = filter_sigma(scale)
        kernels = (
            gaussian_taps(s),
            gaussian_taps(s, order=1),
            gaussian_taps(s, order=2),
            gaussian_taps(0.66 * s),
            gaussian_taps(0.5 * s),
            gaussian_taps(0.5 * s, order=1),
        )
        for row, kernel in zip(by_scale, kernels, strict=True):
            r = len(kernel) // 2
            row[2 - r : 3 + r] = kernel
    return taps


HALO = REACH + int(smoothing_taps()[1].max())
"""Distance in voxels that the widest filter sees: a block of a volume needs this margin to have
the channels of the whole volume."""


def mirror_indices(start: int, stop: int, size: int) -> np.ndarray:
    """Map the indices start ... stop - 1 into 0 ... size - 1 by mirroring at the border voxels.

    The border voxel itself is not repeated (``-1`` becomes ``1``), as in scipy's mode ``mirror``.

    Returns
    -------
    ndarray of int64, shape (stop - start,)
    """
    index = np.arange(start, stop)
    if size == 1:
        return np.zeros_like(index)
    period = 2 * (size - 1)
    index = np.abs(index) % period
    return np.where(index < size, index, period - index)
