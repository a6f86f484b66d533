"""A truncated Gaussian (Bailey et al. 2023, section 2.4)."""

import numpy as np

from ._filter import Filter, positive


def apply(
    image: np.ndarray, inside: np.ndarray | None, sigma_voxels: float, kernel_size_factor: float
) -> np.ndarray:
    """Return the smoothed image; see `manyeyes.imaging.filters.gaussian`."""
    from ..imaging.filters import gaussian

    return gaussian(image, sigma_voxels, kernel_size_factor, inside)


FILTER = Filter(
    apply=apply,
    seconds_a_megavoxel=0.5,
    bytes_a_voxel=10,
    settings={
        "sigma_voxels": positive(100, "Standard deviation, above 0 and up to 100 voxels"),
        "kernel_size_factor": positive(100, "Half-width of the kernel in standard deviations"),
    },
    required=("sigma_voxels", "kernel_size_factor"),
)
