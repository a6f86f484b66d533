"""What each part of the protocol is worth: variants that differ in one thing."""

from ..study.comparisons import shared_with_truth
from .registry import Table, Text


def _compute(tables, ablations):
    from ..statistics.ablations import ablation_table

    return ablation_table(tables["volume_fractions"], tables.get("accuracy"), ablations)


def _text(table, ablations):
    from ..statistics.ablations import ablation_text

    return ablation_text(table)


TABLE = Table(
    tables=("volume_fractions",),
    optional={"accuracy": lambda study: bool(shared_with_truth(study))},
    is_possible=lambda study: bool(study.ablations),
    settings=lambda study: {"ablations": study.ablations},
    compute=_compute,
    text=Text(
        "What each part of the protocol is worth",
        _text,
        "The spread over users of variants that differ in one thing alone, as multiples of the "
        "spread of the variant that they are compared with, and the error relative to the truth. "
        "Written from ``ablation.csv``.",
    ),
)
