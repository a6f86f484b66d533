"""Strokes that a network does not learn from, so that its training can stop in time."""

import numpy as np

STROKES = 0.2
"""Share of each class's labels that is held out."""

TILE_PX = 24
"""Strokes that touch are cut along a grid of this size; a brush is 3 to 10 pixels wide."""

_TOUCHING = np.array([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))], dtype=bool)
"""Labels of one slice that touch, corners included, are one stroke."""


def held_out(
    labels: np.ndarray, rng: np.random.Generator, share: float = STROKES, tile_px: int = TILE_PX
) -> np.ndarray:
    """Return which labels to hold out: whole strokes of every class.

    Neighbouring pixels look alike, so single pixels of a stroke would say little about others.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of phases, 0 where nothing is labelled.
    rng : numpy.random.Generator
        Draws the strokes.
    share : float
        Of the labels of each class, 0 to 1. Strokes are drawn until they hold so many; a class
        with one stroke alone keeps it.
    tile_px : int

    Returns
    -------
    ndarray of bool, shape (z, y, x)
    """
    from scipy import ndimage

    chosen = np.zeros(labels.shape, bool)
    _, rows, columns = np.indices(labels.shape, sparse=True)
    tile = rows // tile_px * (labels.shape[2] // tile_px + 1) + columns // tile_px
    for code in np.unique(labels[labels > 0]):
        strokes, count = ndimage.label(labels == code, _TOUCHING)
        piece = np.where(strokes > 0, strokes + (count + 1) * tile.astype(np.int64), 0)
        names, sizes = np.unique(piece[piece > 0], return_counts=True)
        order = rng.permutation(len(names))
        before = np.cumsum(sizes[order]) - sizes[order]
        taken = names[order[:-1]][before[:-1] < share * sizes.sum()]
        chosen |= np.isin(piece, taken)
    return chosen
