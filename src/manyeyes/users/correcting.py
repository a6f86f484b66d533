"""Errors of a first output that a user sees, and the order in which they are corrected."""

import cc3d
import numpy as np
from scipy import ndimage


def visible_errors(
    output: np.ndarray,
    active: int,
    edge: np.ndarray,
    contrast: np.ndarray,
    area_px: int,
    depth_px: float,
) -> np.ndarray:
    """Find where a first output is visibly wrong to a user.

    Parameters
    ----------
    output : ndarray of uint8, shape (y, x)
        Labels of two phases that the classifier gave.
    active : int
        The code of active material; the other code is the rest.
    edge : ndarray of float, shape (y, x)
        Distance from the edge as the user perceives it, positive inside active material, NaN
        outside the field of view, where nothing is wrong.
    contrast : ndarray of float, shape (y, x)
        How clearly a pixel belongs to its class, in grey levels.
    area_px : int
        Errors of at most this many pixels are overlooked.
    depth_px : float
        So are errors that reach no deeper than this from the edge.

    Returns
    -------
    ndarray of int32, shape (y, x)
        Rank of the visible error that a pixel belongs to: 1 for the first to be corrected, which
        is the one with the most contrast summed over its area, 0 where nothing is seen.
    """
    wrong = ((output == active) != (edge > 0)) & ~np.isnan(edge)
    # errors of both kinds can touch; each is an error of its own
    kinds = np.where(wrong, output, 0).astype(np.uint8)
    return ranked_errors(kinds, np.abs(edge), contrast, area_px, depth_px)


def ranked_errors(
    kinds: np.ndarray, depth: np.ndarray, contrast: np.ndarray, area_px: int, depth_px: float
) -> np.ndarray:
    """Rank the errors that are seen.

    Parameters
    ----------
    kinds : ndarray of uint8 or uint16, shape (y, x)
        A number for each kind of error, 0 where nothing is wrong.
    depth : ndarray of float, shape (y, x)
        Distance from the nearest edge that the user perceives.
    contrast, area_px, depth_px
        As in `visible_errors`, which says what is returned.
    """
    regions = cc3d.connected_components(kinds, connectivity=4).astype(np.int64)
    index = np.arange(regions.max() + 1)
    area = np.bincount(regions.ravel(), minlength=index.size)
    deepest = ndimage.maximum(depth, regions, index)
    weight = np.bincount(regions.ravel(), weights=contrast.ravel(), minlength=index.size)
    seen = (area > area_px) & (deepest > depth_px) & (index > 0)
    order = index[seen][np.argsort(-weight[seen], kind="stable")]
    rank = np.zeros(index.size, dtype=np.int32)
    rank[order] = np.arange(1, order.size + 1)
    return rank[regions]


def correction_edge(rank: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Return the edge that confines strokes to the errors that they correct.

    Parameters
    ----------
    rank : ndarray of int32, shape (y, x)
        From `visible_errors`.
    edge : ndarray of float, shape (y, x)
        As in `visible_errors`.

    Returns
    -------
    ndarray of float32, shape (y, x)
        Distance from the rim of the error, with the sign of the class that the user wants there;
        0 outside.
    """
    inside = np.zeros(rank.shape)
    for value in (1, -1):
        mask = (rank > 0) & (np.sign(edge) == value)
        inside += ndimage.distance_transform_edt(mask)
    return (np.sign(edge) * inside).astype(np.float32)
