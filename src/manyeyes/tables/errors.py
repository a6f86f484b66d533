"""The errors of every method, taken apart into spread and bias."""

from ..study.comparisons import shared_cells
from .registry import Table


def _is_possible(study) -> bool:
    return any(study.datasets[cell.dataset].has_truth for cell in shared_cells(study))


def _compute(tables):
    from ..statistics.tables import error_table

    return error_table(tables["accuracy"])


TABLE = Table(tables=("accuracy",), is_possible=_is_possible, compute=_compute)
