"""What is kept of a user's work on one image and variant, whoever did it."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Threshold:
    """A slider between the phases: grey levels of at least `level` are active material.

    ``record`` says how it came about, in plain types that JSON can hold.
    """

    level: int
    record: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Window:
    """Two sliders: below `low` lie the pore's seeds, from `high` on those of active material.

    ``record`` says how it came about, in plain types that JSON can hold.
    """

    low: int
    high: int
    record: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True, eq=False)
class Drawing:
    """Labels uint8 (z, y, x): 0 unlabelled, 1 active material, 2 pore and carbon-binder domain.

    ``record`` says how they came about, in plain types that JSON can hold.
    """

    labels: np.ndarray
    record: dict = field(default_factory=dict)


Annotation = Threshold | Window | Drawing
