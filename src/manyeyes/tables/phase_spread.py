"""How much the users of each image and variant differ in each phase, and how far they are off."""

from .registry import Table


def _compute(tables):
    from ..measures.tables_of_phases import phase_spread_table

    return phase_spread_table(tables["phase_accuracy"])


TABLE = Table(
    tables=("phase_accuracy",),
    is_possible=lambda study: bool(study.cells()),
    compute=_compute,
)
