"""Pixel classification: a random forest over 61 filter channels, as ilastik does it.

Fast, because nothing of size voxels times channels is held; reproducible, because the labels
depend on the volume, the labels and the seed alone, not on threads, slabs or blocks.
"""

from .classifier import (
    class_probabilities,
    classify,
    classify_many,
    fit_forest,
    fit_forests,
)
from .model import Forest

__all__ = [
    "Forest",
    "class_probabilities",
    "classify",
    "classify_many",
    "fit_forest",
    "fit_forests",
]
