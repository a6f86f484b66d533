"""Where the paper's numbers lie among what all choices of three users give."""

from ..study.comparisons import cells_with_choices
from .registry import Table


def _compute(tables):
    from ..paper.claims.placing import choices_table
    from ..paper.names import STATED

    return choices_table(tables, STATED)


TABLE = Table(
    tables=("volume_fractions", "pairwise"),
    optional={"baseline": lambda study: bool(study.baseline)},
    is_possible=lambda study: bool(cells_with_choices(study)),
    compute=_compute,
)
