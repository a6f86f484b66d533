"""Simulated users: people who segment by what they perceive, and never see the truth."""

from manyeyes.users.annotating import annotate
from manyeyes.users.annotations import Annotation, Drawing, Threshold, Window
from manyeyes.users.population import Population, Traits, draw_traits

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
