"""Whether a network has its user's bias, averages it out, or adds its own."""

from ..study.networks import base_and_seed, cells_of_networks, networks_of
from .registry import Table, Text


def _settings(study) -> dict:
    found = base_and_seed(networks_of(study))
    return {
        "seeds": {name: list(pair) for name, pair in found.items()},
        "drawn": {base: study.variants[name]["drawings_of"] for name, (base, _) in found.items()},
    }


def _compute(tables, seeds, drawn):
    from ..statistics.networks import inheritance_table

    return inheritance_table(tables["volume_fractions"], tables.get("label_bias"), seeds, drawn)


def _text(table, seeds, drawn):
    from ..statistics.networks import inheritance_text

    return inheritance_text(table)


def _has_truth(study) -> bool:
    return any(study.datasets[cell.dataset].has_truth for cell in cells_of_networks(study))


TABLE = Table(
    tables=("volume_fractions",),
    optional={"label_bias": _has_truth},
    is_possible=lambda study: bool(networks_of(study)),
    settings=_settings,
    compute=_compute,
    text=Text(
        "Does a network inherit its user's bias?",
        _text,
        "How the volume fraction of a user's network follows from that of the same user's forest "
        "and from the bias of the labels that both learned from. Written from "
        "``network_inheritance.csv``.",
    ),
)
