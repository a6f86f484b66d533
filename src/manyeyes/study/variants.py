"""What the method of a variant implies for its files and jobs."""

from collections.abc import Mapping

from ..methods import METHODS


def keeps_labels(variant: Mapping) -> bool:
    """Return whether the annotation of a variant is a label volume."""
    return METHODS[variant["method"]].keeps_labels


def needs_forest(variant: Mapping) -> bool:
    """Return whether the labels of a variant are those of a random forest."""
    return METHODS[variant["method"]].needs_forest


def is_drawn_by_hand(variant: Mapping) -> bool:
    """Return whether a person draws the labels of a variant."""
    return METHODS[variant["method"]].drawn_by_hand


def looks_at_output(variant: Mapping) -> bool:
    """Return whether users look at what a forest makes of their labels, and correct it."""
    return METHODS[variant["method"]].looks_at_output


def has_offset(variant: Mapping) -> bool:
    """Return whether a variant deliberately shifts what its user chose, by an offset."""
    return bool(variant.get("offset", 0))


def with_offset(variants: Mapping[str, Mapping]) -> list[str]:
    """Return the names of the variants with a deliberate offset, in their order."""
    return [name for name, variant in variants.items() if has_offset(variant)]


def learns_from(variant: Mapping) -> str | None:
    """Return the variant whose drawings a network learns from; None if a variant is no network."""
    return variant.get("drawings_of")


def networks_in(variants: Mapping[str, Mapping]) -> dict[str, Mapping]:
    """Return the variants whose labels come from a network, in their order."""
    return {name: variant for name, variant in variants.items() if learns_from(variant)}
