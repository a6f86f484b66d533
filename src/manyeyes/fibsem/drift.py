"""The drift of a microscope's field, slice by slice."""

import numpy as np

from ..randomness import generator


def draw_drift(count: int, furthest_px: float, *seed_names: object) -> np.ndarray:
    """Draw a drift that accumulates: a random walk.

    Parameters
    ----------
    count : int
        Slices.
    furthest_px : float
        Largest distance of the field from its start along each axis, pixels, to which the walk is
        scaled.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    numpy.ndarray
        float64 (count, 2): rows and columns by which the field lies further down and right than
        at the first slice.

    Raises
    ------
    ValueError
        If there is no slice or the distance is negative.
    """
    if count < 1 or not furthest_px >= 0:
        raise ValueError(
            f"a drift needs slices and a distance of at least 0: found {count}, {furthest_px}"
        )
    walk = np.cumsum(generator(*seed_names).standard_normal((count, 2)), axis=0)
    walk -= walk[0]
    furthest = np.abs(walk).max(axis=0)
    return walk * (furthest_px / np.where(furthest > 0, furthest, 1.0))
