"""A slice that is being painted, and the brush that a user takes to it."""

from typing import NamedTuple

import numpy as np

from .painting import Brush
from .population import Traits

OFF_LIMITS = 255
"""Marks pixels outside the field of view on a page: no brush takes them."""

MARGIN_STEPS = (1.0, 0.5, 0.0)
"""Once the interiors of a slice are full, strokes come nearer to the edge in these steps."""


class Page(NamedTuple):
    """A slice that is being painted.

    Attributes
    ----------
    labels : ndarray of uint8, shape (y, x)
        Painted in place: codes of phases, 0 unlabelled, `OFF_LIMITS` outside the field of view.
    wanted : int
        Pixels to be labelled.
    outside : int
        Pixels outside the field of view, which `paint` counts as labelled.
    codes : tuple of int
        Of the phases, from the brightest.
    """

    labels: np.ndarray
    wanted: int
    outside: int
    codes: tuple[int, ...]

    def painted(self) -> int:
        """Return how many pixels are labelled."""
        return np.count_nonzero(self.labels) - self.outside


def brush_at(traits: Traits, step: float, codes: tuple[int, int]) -> Brush:
    """Return how a user paints interiors, keeping a share of the usual distance from edges."""
    population = traits.population
    return Brush(
        margin_px=step * population.margin_px,
        width_px=traits.brush_px,
        stroke_px=population.stroke_px,
        overshoot_share=traits.overshoot_share,
        overshoot_px=population.overshoot_px,
        codes=codes,
    )
