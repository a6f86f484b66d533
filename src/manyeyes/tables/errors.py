"""The errors of every method, taken apart into spread and bias."""

from ..study.comparisons import shared_with_truth
from .registry import Table


def _compute(tables):
    from ..statistics.tables import error_table

    return error_table(tables["accuracy"])


TABLE = Table(
    tables=("accuracy",),
    is_possible=lambda study: bool(shared_with_truth(study)),
    compute=_compute,
)
