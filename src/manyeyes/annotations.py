"""What is kept of a person's work on one image with one variant, whoever the person is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Threshold:
    """One slider: grey levels of at least `level` are active material.

    Where three phases are labelled a second slider, `lower_level`, divides the darkest two: levels
    of at least it are brighter than pore. ``record`` says how it came about, in plain types that
    JSON can hold.
    """

    level: int
    record: dict = field(default_factory=dict, compare=False)
    lower_level: int | None = None


@dataclass(frozen=True)
class Window:
    """Two sliders: levels below `low` seed pore, levels of at least `high` active material.

    Where three phases are labelled, levels below `lower_low` seed pore, and those from `lower_high`
    up to `low` the phase between. ``record`` says how it came about, in plain types that JSON can
    hold.
    """

    low: int
    high: int
    record: dict = field(default_factory=dict, compare=False)
    lower_low: int | None = None
    lower_high: int | None = None


@dataclass(frozen=True, eq=False)
class Drawing:
    """A label volume, uint8 (z, y, x): codes of phases, 0 where nothing is labelled.

    ``record`` says how it came about, in plain types that JSON can hold.
    """

    labels: np.ndarray
    record: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing:
    """No work of a person: labels depend on the image alone."""

    record: dict = field(default_factory=dict, compare=False)


Annotation = Threshold | Window | Drawing | Nothing


def annotation_from(stored: Mapping, labels: np.ndarray | None) -> Annotation:
    """Return an annotation as it was stored.

    Parameters
    ----------
    stored : mapping
        ``kind`` (threshold, window, drawing, nothing) and its numbers.
    labels : ndarray of uint8, shape (z, y, x), or None
        Of a drawing.
    """
    record = stored.get("record", {})
    match stored["kind"]:
        case "threshold":
            return Threshold(stored["level"], record, stored.get("lower_level"))
        case "window":
            lower = stored.get("lower_low"), stored.get("lower_high")
            return Window(stored["low"], stored["high"], record, *lower)
        case "nothing":
            return Nothing(record)
    return Drawing(labels, record)
