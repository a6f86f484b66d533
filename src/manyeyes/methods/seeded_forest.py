"""A random forest trained on seeds from thresholds (Bailey et al. 2023, Table 2, ML1 to ML3)."""

from collections.abc import Mapping

import numpy as np

from ..annotations import Drawing
from ._forests import label
from ._method import Method, Person


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Drawing:
    """Let a user seed the variant's ``slices`` by windows, one per slice or one for all."""
    from ..users.seeding import set_seeds

    return set_seeds(image, variant["slices"], person)


METHOD = Method(
    name="seeded_forest",
    title="Forest, seeds from thresholds",
    annotation="seeds",
    annotate=annotate,
    label=label,
    settings={
        "slices": {"anyOf": [{"enum": ["first", "all"]}, {"type": "integer", "minimum": 1}]},
        "max_labels": {"type": "integer", "minimum": 100},
    },
    required=("slices",),
    needs_forest=True,
    two_phases=False,
)
