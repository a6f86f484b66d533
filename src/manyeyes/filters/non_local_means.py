"""Non-local means, by scikit-image."""

import numpy as np

from ._filter import Filter, in_8_bits, positive, whole


def apply(
    image: np.ndarray,
    inside: np.ndarray | None,
    strength_levels: float,
    patch_voxels: int = 3,
    search_voxels: int = 4,
) -> np.ndarray:
    """Return means over voxels nearby whose surroundings look alike.

    The weight of a voxel falls with the mean squared difference of the patches around the two
    (Buades et al. 2005, doi:10.1109/CVPR.2005.38; the fast algorithm of Darbon et al. 2008,
    doi:10.1109/ISBI.2008.4541250, as in `skimage.restoration.denoise_nl_means`). It keeps edges and
    smooths areas. The theory assumes noise that is independent from voxel to voxel; a tomogram's is
    not, so patches resemble each other by their noise too, and less of it is removed.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view; what lies outside looks like the nearest grey levels inside.
    strength_levels : float
        Grey levels by which patches may differ: about the standard deviation of the noise.
    patch_voxels : int, default 3
        Edge of the patches.
    search_voxels : int, default 4
        How far away, along each axis, voxels may be.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
    """
    from skimage.restoration import denoise_nl_means

    from ..imaging.masks import fill_outside

    filled = fill_outside(image, inside).astype(np.float32)
    smooth = denoise_nl_means(
        filled,
        patch_size=patch_voxels,
        patch_distance=search_voxels,
        h=strength_levels,
        fast_mode=True,
        preserve_range=True,
    )
    return in_8_bits(smooth, inside)


FILTER = Filter(
    apply=apply,
    seconds_a_megavoxel=15,
    bytes_a_voxel=70,
    settings={
        "strength_levels": positive(255, "Grey levels by which patches may differ, up to 255"),
        "patch_voxels": whole(1, 15, "Edge of the patches, 1 to 15 voxels (3)"),
        "search_voxels": whole(1, 15, "How far away voxels may be, 1 to 15 (4)"),
    },
    required=("strength_levels",),
)
