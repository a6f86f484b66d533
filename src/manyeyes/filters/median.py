"""The median of the neighbourhood, by SciPy."""

import numpy as np

from ._filter import Filter, in_8_bits, whole


def apply(image: np.ndarray, inside: np.ndarray | None, radius_voxels: int = 1) -> np.ndarray:
    """Return the median of the cube around each voxel.

    It removes single odd voxels and keeps straight edges; corners are rounded. Outside the field of
    view and beyond the border, the nearest grey levels inside continue the image.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view.
    radius_voxels : int, default 1
        The cube has 2 r + 1 voxels along each edge.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
    """
    from scipy import ndimage

    from ..imaging.masks import fill_outside

    filled = fill_outside(image, inside)
    edge = 2 * radius_voxels + 1
    return in_8_bits(ndimage.median_filter(filled, size=edge, mode="nearest"), inside)


FILTER = Filter(
    apply=apply,
    seconds_a_megavoxel=3,
    bytes_a_voxel=10,
    settings={"radius_voxels": whole(1, 10, "Half the edge of the cube, 1 to 10 voxels (1)")},
)
