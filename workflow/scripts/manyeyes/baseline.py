"""The FIB-SEM block as the paper treats it: segmented by watershed, internal pores filled."""

import cc3d
import numpy as np
from skimage.filters import threshold_otsu

from .segmentation import watershed


def seed_levels(image: np.ndarray) -> tuple[int, int]:
    """Return the grey levels that seed a watershed where nobody chooses them.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Of high contrast: two well-separated peaks.

    Returns
    -------
    low, high : int
        The mean grey levels of the two classes that Otsu's threshold makes (an assumption; the
        paper does not state its seeds).
    """
    active = image >= threshold_otsu(image)
    return round(float(image[~active].mean())), round(float(image[active].mean()))


def segment_block(image: np.ndarray) -> np.ndarray:
    """Segment a high-contrast block by watershed from automatic seeds.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        1 active material, 2 the rest.
    """
    low, high = seed_levels(image)
    return watershed(image, low, high)


def fill_internal_pores(segmentation: np.ndarray) -> np.ndarray:
    """Turn internal pores into active material, as the paper does before it compares (3.2.1).

    Internal is what the surface does not reach: a component of the rest (6-connected) that touches
    no face of the block.

    Parameters
    ----------
    segmentation : ndarray of uint8, shape (z, y, x)
        1 active material, 2 the rest.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
    """
    components = cc3d.connected_components(segmentation == 2, connectivity=6)
    faces = [components[side] for side in (0, -1)]
    faces += [components[:, side] for side in (0, -1)]
    faces += [components[:, :, side] for side in (0, -1)]
    open_components = np.zeros(int(components.max()) + 1, bool)
    for face in faces:
        open_components[np.unique(face)] = True
    internal = (components > 0) & ~open_components[components]
    return np.where(internal, np.uint8(1), segmentation)
