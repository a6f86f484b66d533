"""Tracking lines: a pattern in the coat above the face that is the same in every slice.

Structure alone does not distinguish slow drift from inclined particles (see
`manyeyes.fibsem.align`), so laboratories deposit a coat above the face and mill straight lines into
it along the direction of slicing.
"""

import numpy as np

from ..randomness import generator

_GREY_ABOVE = 15.0
_GREY_COAT = 150.0
_GREY_LINE = 35.0
_LINES_PER_100_PX = 4


def draw_lines(columns: float, *seed_names: object) -> np.ndarray:
    """Draw the sections of the lines: upright rectangles of random widths and places.

    Parameters
    ----------
    columns : float
        Width of the coat, pixels, from column 0.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float64 (n, 3): centre column, half width, and depth as a share of the coat's height.
    """
    count = max(2, int(columns * _LINES_PER_100_PX / 100))
    draw = generator(*seed_names)
    pitch = columns / count
    centres = (np.arange(count) + draw.uniform(0.25, 0.75, count)) * pitch
    return np.column_stack(
        [centres, draw.uniform(0.08, 0.2, count) * pitch, draw.uniform(0.4, 0.8, count)]
    )


def paint_coat(
    image: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    coat: tuple[float, float],
    lines: np.ndarray,
) -> None:
    """Paint the coat and what is above it into an image, in place.

    Parameters
    ----------
    image : numpy.ndarray
        float32 (y, x), grey levels of the face.
    rows, columns : numpy.ndarray
        Where the image's rows and columns lie on the face, pixels; may lie between pixels.
    coat : (float, float)
        First and last row of the coat on the face, pixels.
    lines : numpy.ndarray
        From `draw_lines`.
    """
    top, foot = coat
    height = foot - top
    pattern = np.full((len(rows), len(columns)), _GREY_COAT, dtype=np.float32)
    for centre, half_width, share in lines:
        across = _inside(columns, centre - half_width, centre + half_width)
        along = _inside(rows, top, top + share * height)
        pattern += (_GREY_LINE - _GREY_COAT) * along[:, None] * across[None, :]
    below = _inside(rows, foot, np.inf)[:, None]
    above = _inside(rows, -np.inf, top)[:, None]
    image *= below
    image += above * _GREY_ABOVE + (1 - above - below) * pattern


def _inside(places: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return how much of each pixel, centred at its place, lies between two edges; float32."""
    covered = np.minimum(places + 0.5, high) - np.maximum(places - 0.5, low)
    return np.clip(covered, 0, 1).astype(np.float32)
