"""How much of the spread of users' networks is the user, the seed and the rest."""

from ..study.networks import base_and_seed, networks_of
from ..study.variants import has_offset, learns_from
from .registry import Table, Text


def _settings(study) -> dict:
    used = {cell.variant for cell in study.cells()}
    beside = [
        name
        for name, variant in study.variants.items()
        if name in used and not learns_from(variant) and not has_offset(variant)
    ]
    return {"seeds": _seeds(study), "beside": beside}


def _seeds(study) -> dict[str, list]:
    return {name: list(found) for name, found in base_and_seed(networks_of(study)).items()}


def _compute(tables, seeds, beside):
    from ..statistics.networks import variance_table

    return variance_table(tables["volume_fractions"], seeds, beside)


def _text(table, seeds, beside):
    from ..statistics.networks import variance_text

    return variance_text(table)


TABLE = Table(
    tables=("volume_fractions",),
    is_possible=lambda study: bool(networks_of(study)),
    settings=_settings,
    compute=_compute,
    text=Text(
        "What varies: the user, the seed, or the rest",
        _text,
        "How much the volume fraction of users' networks varies with the user, with the seed of "
        "the training, and with neither alone, beside the spread of the same users' forests and "
        "thresholds. Written from ``network_variance.csv``.",
    ),
)
