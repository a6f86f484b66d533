"""How much people differ from themselves, between sittings, and from each other."""

from .registry import Table


def _compute(tables):
    from ..statistics.sittings import sittings_spread

    return sittings_spread(tables["sittings"])


TABLE = Table(
    tables=("sittings",),
    is_possible=lambda study: bool(study.further_sittings),
    compute=_compute,
)
