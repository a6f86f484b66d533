"""Fill pores inside particles, as the paper does before it compares with X-ray tomograms."""

from typing import NamedTuple

import cc3d
import numpy as np

from ..labels import ACTIVE, REST
from ..measures.shape import labels_at_faces


class Filled(NamedTuple):
    """Labels with internal pores filled, and how much was filled.

    Attributes
    ----------
    labels : ndarray of uint8, shape (z, y, x)
    pores : int
        Pieces that were filled.
    fraction : float
        Their share of the volume, 0 to 1.
    """

    labels: np.ndarray
    pores: int
    fraction: float


def fill_internal_pores(labels: np.ndarray) -> Filled:
    """Turn internal pores into active material (Bailey et al. 2023, section 3.2.1).

    A piece of the rest (voxels that share faces) is internal if it touches no face of the block. So
    a crack that opens to the outside stays, and so does a pore that the block's face cuts. A gap
    that particles close off all around is filled too.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        1 active material, 2 the rest.

    Returns
    -------
    Filled

    Raises
    ------
    ValueError
        If the labels are not a volume.
    """
    if labels.ndim != 3 or labels.size == 0:
        raise ValueError(f"expected labels of a volume (z, y, x), found shape {labels.shape}")
    pieces = cc3d.connected_components(labels == REST, connectivity=6)
    internal = np.ones(int(pieces.max()) + 1, dtype=bool)
    internal[0] = False
    internal[labels_at_faces(pieces)] = False
    filled = labels.copy()
    voxels = 0
    # Slice by slice: a mask of the whole volume is not needed at once.
    for plane, piece in zip(filled, pieces, strict=True):
        inside = internal[piece]
        plane[inside] = ACTIVE
        voxels += int(np.count_nonzero(inside))
    return Filled(filled, int(internal.sum()), voxels / labels.size)
