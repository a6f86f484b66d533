"""What the method of a variant implies for its files and jobs."""

from collections.abc import Mapping

FOREST_METHODS = ("seeded_forest", "drawn_forest", "recorded_forest")
"""Methods whose annotation is a label volume and whose segmentation is a random forest."""


def has_label_annotation(variant: Mapping) -> bool:
    """Return whether the annotation of a variant is a label volume, from which a forest learns."""
    return variant["method"] in FOREST_METHODS


def is_drawn_by_hand(variant: Mapping) -> bool:
    """Return whether a person draws the labels of a variant."""
    return variant["method"] in ("drawn_forest", "recorded_forest")


def is_painted_in_sight_of_the_forest(variant: Mapping) -> bool:
    """Return whether users look at what a forest makes of their labels, and correct it."""
    return variant["method"] == "drawn_forest"
