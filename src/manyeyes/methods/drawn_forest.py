"""A random forest trained on labels that a user paints (Bailey et al. 2023, section 2.5.3)."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..annotations import Drawing
from ._forests import first_output, label
from ._method import Method, Person


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Drawing:
    """Let a user paint the variant's ``slices`` to its ``coverage_percent``.

    The central slice is painted first; the others follow after a first output, unless
    ``corrections`` is False. ``slices`` is a number, "first", "central" or "last" for one slice,
    or a list in the order of painting. Each coverage is a separate sitting (assumption: a user does
    not continue from 10 % to 25 %).
    """
    from ..users.drawing import Protocol, draw

    coverage = float(variant["coverage_percent"])
    output = person.first_output
    if output is None and person.output_names is not None:
        training = variant.get("forest", {})
        output = first_output(image, person.inside, training, person.output_names)
    protocol = Protocol(variant["slices"], coverage, variant.get("corrections", True))
    sitting = replace(person, names=(*person.names, f"{coverage:g}"))
    return draw(image, protocol, sitting, output)


METHOD = Method(
    name="drawn_forest",
    title="Forest, drawn seeds",
    annotation="drawing",
    annotate=annotate,
    label=label,
    settings={
        "coverage_percent": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "slices": {
            "anyOf": [{"enum": ["first", "central", "last"]}, {"type": "integer", "minimum": 1}]
        },
        "corrections": {
            "type": "boolean",
            "description": "Whether a first output is corrected (true)",
        },
    },
    required=("coverage_percent", "slices"),
    needs_forest=True,
    looks_at_output=True,
    two_phases=False,
)
