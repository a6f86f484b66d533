"""Simulated users: people who segment by what they perceive, and never see the truth."""

from .annotating import annotate
from .annotations import (
    Annotation,
    Drawing,
    Threshold,
    Window,
)
from .population import Population, Traits, draw_traits

__all__ = [
    "Annotation",
    "Drawing",
    "Population",
    "Threshold",
    "Traits",
    "Window",
    "annotate",
    "draw_traits",
]
