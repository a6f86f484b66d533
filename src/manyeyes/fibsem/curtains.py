"""Vertical stripes that an ion beam leaves on a face of uneven hardness."""

from collections.abc import Iterator

import numpy as np
import scipy

from ..randomness import generator

# Stripes of three widths (standard deviation in pixels) in equal parts, and how much of a stripe
# stays on the next slice. Both are assumptions.
_WIDTHS_PX = (0.7, 1.5, 4.0)
_PERSISTENCE = 0.8


def draw_profiles(
    count: int, columns: int, strength: float, *seed_names: object
) -> Iterator[np.ndarray]:
    """Draw the curtains of one slice after the other.

    Parameters
    ----------
    count, columns : int
        Slices; pixels of a row.
    strength : float
        Root mean square at the foot of the face, grey levels.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Yields
    ------
    numpy.ndarray
        float32 (columns,), grey levels at the foot.
    """
    profile = np.zeros(columns)
    for k in range(count):
        draw = generator(*seed_names, k)
        fresh = np.zeros(columns)
        for width in _WIDTHS_PX:
            stripes = scipy.ndimage.gaussian_filter1d(
                draw.standard_normal(columns), width, mode="wrap"
            )
            fresh += stripes / stripes.std()
        fresh /= np.sqrt(len(_WIDTHS_PX))
        kept = _PERSISTENCE if k else 0.0
        profile = kept * profile + np.sqrt(1 - kept**2) * fresh
        yield (strength * profile).astype(np.float32)


def depth_ramp(rows: int) -> np.ndarray:
    """Return the growth of curtains from top to foot, from a third to 1 (assumption); float32.

    They begin under hard grains and deepen along the beam.
    """
    return np.linspace(1 / 3, 1, rows, dtype=np.float32)


def curtain_field(profile: np.ndarray, rows: int) -> np.ndarray:
    """Return the curtains of one slice, float32 (rows, columns), grey levels."""
    return depth_ramp(rows)[:, None] * profile[None, :]
