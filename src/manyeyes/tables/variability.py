"""How much the users of each image and variant differ."""

from .registry import Table


def _compute(tables):
    from ..measures.tables import variability_table

    return variability_table(tables["volume_fractions"], tables["pairwise"])


TABLE = Table(
    tables=("volume_fractions", "pairwise"),
    is_possible=lambda study: bool(study.cells()),
    compute=_compute,
)
