"""How much more painting spreads than a slider, by the spread of outlines and their correlation."""

from .registry import Table


def _compute(tables, seed):
    from ..statistics.outline_map import outline_map_table

    return outline_map_table(tables["outline_shifts"], seed)


TABLE = Table(
    tables=("outline_shifts",),
    is_possible=lambda study: study.outline_map is not None,
    settings=lambda study: {"seed": study.seed},
    compute=_compute,
)
