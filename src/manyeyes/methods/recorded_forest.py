"""A random forest trained on labels that a real person drew."""

from ._forests import label
from ._method import Method

METHOD = Method(
    name="recorded_forest",
    title="Forest, a person's labels",
    annotation="recorded",
    label=label,
    needs_forest=True,
    two_phases=False,
)
