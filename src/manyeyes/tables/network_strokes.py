"""How well networks and forests do with few and with many strokes of the same users."""

from ..study.networks import base_and_seed, cells_of_networks, networks_of
from .registry import Table, Text


def _settings(study) -> dict:
    found = base_and_seed(networks_of(study))
    return {
        "seeds": {name: list(pair) for name, pair in found.items()},
        "networks": {
            base: {
                "drawn": study.variants[name]["drawings_of"],
                "architecture": study.variants[name]["architecture"],
                "start": study.variants[name].get("start"),
            }
            for name, (base, _) in found.items()
        },
    }


def _compute(tables, seeds, networks):
    from ..statistics.network_strokes import strokes_table

    return strokes_table(
        tables["accuracy"], tables["effort"], seeds, networks, tables.get("start_accuracy")
    )


def _text(table, seeds, networks):
    from ..statistics.network_strokes import strokes_text

    return strokes_text(table)


def _cells_with_truth(study) -> list:
    return [c for c in cells_of_networks(study) if study.datasets[c.dataset].has_truth]


def _has_start(study) -> bool:
    return any(study.variants[c.variant].get("start") for c in _cells_with_truth(study))


TABLE = Table(
    tables=("accuracy", "effort"),
    optional={"start_accuracy": _has_start},
    is_possible=lambda study: bool(_cells_with_truth(study)),
    settings=_settings,
    compute=_compute,
    text=Text(
        "What networks make of few strokes",
        _text,
        "The error of networks and forests against how much users drew, and what it gains to begin "
        "with a network that was trained before. Written from ``network_strokes.csv``.",
    ),
)
