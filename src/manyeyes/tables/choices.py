"""Where the paper's numbers lie among what all choices of three users give."""

from ..statistics.panel import with_population
from ..study.comparisons import cells_with_choices
from .registry import Table


def _compute(tables):
    from ..paper.claims.placing import choices_table
    from ..paper.names import STATED

    return choices_table(with_population(tables), STATED)


TABLE = Table(
    tables=("volume_fractions", "pairwise"),
    optional={
        "baseline": lambda study: bool(study.baseline),
        "population_fractions": lambda study: study.population_sample is not None,
        "population_pairwise": lambda study: study.population_sample is not None,
    },
    is_possible=lambda study: bool(cells_with_choices(study)),
    compute=_compute,
)
