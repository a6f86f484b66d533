"""Where people lie on the map over outlines, and the smallest experiment that would settle it."""

from .registry import Table, Text


def _settings(study) -> dict:
    wanted = study.outline_map
    return {"seed": study.seed, "painted": wanted.painted, "slider": wanted.slider}


def _compute(tables, seed, **variants):
    from ..statistics.outline_map import outline_people_table

    return outline_people_table(tables["outline_shifts"], seed).assign(**variants)


def _text(table, painted, slider, seed):
    from ..statistics.outline_text import outline_text

    return outline_text(table, painted, slider)


TABLE = Table(
    tables=("outline_shifts",),
    is_possible=lambda study: study.outline_map is not None,
    settings=_settings,
    compute=_compute,
    text=Text(
        "Where painting stops winning",
        _text,
        "Up to which spread of people's outlines painting spreads less than a slider, on which "
        "side of that people lie whose outlines of cells and nodules were fitted, and what a "
        "laboratory must measure to know where its own people lie. Written from "
        "``outline_people.csv``.",
    ),
)
