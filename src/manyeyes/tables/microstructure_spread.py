"""Bias and spread over users of each measure of the microstructure, and whom to trust with it."""

from ..microstructure.registry import shown_measures
from .registry import Table, Text


def _has_truth(study) -> bool:
    return any(study.datasets[dataset].has_truth for dataset, _ in study.images())


def _compute(tables, shown):
    from ..statistics.microstructure import microstructure_spread

    return microstructure_spread(tables["microstructure"], tables.get("true_microstructure"))


def _text(table, shown):
    from ..statistics.microstructure import microstructure_text

    return microstructure_text(table, shown)


TABLE = Table(
    tables=("microstructure",),
    optional={"true_microstructure": _has_truth},
    is_possible=lambda study: bool(study.measures and study.cells()),
    settings=lambda study: {"shown": shown_measures(study.measures)},
    compute=_compute,
    text=Text(
        "Which measures can be trusted",
        _text,
        "Bias and standard deviation over users of each measure of the microstructure, relative to "
        "the truth, by variant. ``microstructure_spread.csv`` has all measures, with intervals.",
    ),
)
