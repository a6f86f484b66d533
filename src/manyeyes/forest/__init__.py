"""Pixel classification: a random forest over 61 filter channels, as in ilastik.

It is fast because it never holds the channels of a whole volume. It is reproducible because the
labels depend on the volume, the training labels and the seed only, not on threads or blocks.
"""

from ..lazy import lazy_names

_MODULE_OF = {
    "Forest": "model",
    "class_probabilities": "classifier",
    "classify": "classifier",
    "classify_many": "classifier",
    "fit_forest": "classifier",
    "fit_forests": "classifier",
}

__getattr__, __all__ = lazy_names(__name__, _MODULE_OF)
