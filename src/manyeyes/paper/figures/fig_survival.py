"""Which orderings of the paper survive when users are built in another way."""

from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ...figures import style, words
from ...figures.figure import FOLLOWS, Figure, FigureData, Needs
from ..claims.survival import DECIDED, FATES, survival_text
from .fig_claims import MARKS, claimed_datasets

ROW_MM = 3.9
PANEL_MM = 52.0
MOST_COLUMNS = 3
MOST_LEVEL_LABELS = 5
NAMES = {"two_class": "two classes", "sharp_eyed": "sharp-eyed", "contour": "contours"}
LOOKS = {
    "two_class": ("#0b4a78", "o"),
    "sharp_eyed": ("#d9660a", "D"),
    "contour": ("#7d3270", "^"),
}
POINT = style.POINT | {"mew": 0.4}
LEAST_POINTS = 0.02
"""Smaller standard deviations are drawn at the lower edge: the scale is logarithmic."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the orderings decided under the study's own users, and spreads under all.

    Only spreads if the study has no ordering of the paper to test.
    """
    survival, spread = data.tables["survival"], data.tables["structure_spread"]
    structures = list(dict.fromkeys(spread["structure"]))
    own = survival[survival["structure"] == structures[0]]
    decided = own[own["verdict"].isin(DECIDED)]
    decided = decided.iloc[
        np.lexsort((np.arange(len(decided)), [FATES.index(fate) for fate in decided["fate"]]))
    ]
    # Without raw images, the first filter.
    filter_ = min(spread["filter"], key=lambda name: name != "raw")
    shown = data.shown(spread[spread["filter"] == filter_])
    datasets = data.datasets_in(shown)
    columns = max(1, min(MOST_COLUMNS, len(datasets)))
    lines = style.lines_of(len(datasets), columns)
    table_mm = 14.0 + ROW_MM * max(len(decided), 1)
    figure = style.new_figure(style.DOUBLE_MM, table_mm + PANEL_MM * lines + 22.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[table_mm, PANEL_MM * lines + 18.0])
    letters = style.letters()
    axes = upper.subplots()
    _draw_table(axes, survival, decided, structures)
    style.panel_letter(axes, next(letters), _title_of_table(own, decided))
    grid = style.panel_grid(lower, len(datasets), columns, sharey=True)
    for panel, dataset in zip(grid.ravel(), datasets, strict=False):
        _draw_spread(data, panel, shown[shown["dataset"] == dataset], structures)
        style.panel_letter(panel, next(letters), f"{dataset}, {words.filter_name(filter_)}")
    highest = np.nanmax(shown[["sd", "sd_high"]].to_numpy(), initial=LEAST_POINTS / 100)
    grid[0, 0].set_ylim(0.8 * LEAST_POINTS, 130 * highest)
    for panel in grid[:, 0]:
        panel.set_ylabel("SD over users (points)")
    style.legend_above(lower, _handles(structures))
    users = sorted(set(spread["users"]))
    marks = (
        "✓: the users show the paper's ordering; ✗: they do not; ?: undecided. Beside it the share "
        "of choices of three users that show it (with fewer than 15 users, of the populations that "
        "they may come from). Orderings that are undecided under the study's own users "
        f"({len(own) - len(decided)}) are left out; survival.csv has them. "
    )
    edge = f" Below {LEAST_POINTS} points: at the lower edge."
    style.footnote(
        figure,
        f"{marks if len(own) else ''}"
        f"Lines: 95 % intervals, {' or '.join(map(str, users))} users."
        f"{edge if (100 * shown['sd'] < LEAST_POINTS).any() else ''}",
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _title_of_table(own: pd.DataFrame, decided: pd.DataFrame) -> str:
    if own.empty:
        return "No ordering of the paper can be tested with these datasets and variants"
    return f"{len(decided)} orderings decided under the study's own users"


def _draw_table(axes: Axes, survival: pd.DataFrame, decided: pd.DataFrame, structures) -> None:
    """Draw a row for each ordering, a column for each structure."""
    axes.set(xlim=(0, 100), ylim=(max(len(decided), 1) - 0.4, -1.4))
    axes.set_axis_off()
    if decided.empty:
        return
    places = {structure: 62 + 10 * index for index, structure in enumerate(structures)}
    for structure, x in places.items():
        _write(axes, x, -1, NAMES[structure], ha="center", weight="bold")
    fate_x = 62 + 10 * len(structures) - 3
    last = None
    for y, row in enumerate(decided.itertuples()):
        if last not in (None, row.fate):
            axes.axhline(y - 0.5, color="#bbbbbb", lw=0.5)
        last = row.fate
        _write(axes, 0, y, row.id, weight="bold")
        _write(axes, 5, y, shorten(row.claim, 84, placeholder=" ..."))
        _write(axes, fate_x, y, row.fate)
        found = survival[survival["id"] == row.id].set_index("structure")
        for structure, x in places.items():
            mark, colour = MARKS[found.loc[structure, "verdict"]]
            share = found.loc[structure, "share"]
            _write(axes, x - 1.5, y, mark, color=colour, weight="bold", ha="center", size=7.0)
            _write(axes, x + 3.5, y, f"{100 * share:.0f} %", ha="right", color=colour)


def _draw_spread(data: FigureData, axes: Axes, rows: pd.DataFrame, structures: list[str]) -> None:
    variants = data.in_order(rows["variant"])
    step = 0.6 / len(structures)
    for index, structure in enumerate(structures):
        colour, marker = LOOKS[structure]
        found = rows[rows["structure"] == structure].set_index("variant").reindex(variants)
        x = np.arange(len(variants)) + (index - (len(structures) - 1) / 2) * step
        sd, low, high = (
            np.maximum(100 * found[name], LEAST_POINTS) for name in ("sd", "sd_low", "sd_high")
        )
        axes.vlines(x, low, high, color=colour, lw=0.9)
        axes.plot(x, sd, marker=marker, ms=3.4, mfc=colour, zorder=3, **POINT)
    axes.set_yscale("log")
    axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    crowded = len(variants) > MOST_LEVEL_LABELS
    style.name_columns(axes, variants, rotation=90 if crowded else 0)


def _handles(structures: list[str]) -> list:
    looks = [(NAMES[name], *LOOKS[name]) for name in structures]
    return [
        style.line_handle(name, marker=marker, ms=4, mfc=colour, **POINT)
        for name, colour, marker in looks
    ]


def _write(axes: Axes, x: float, y: float, text: str, **kwargs) -> None:
    axes.text(x, y, text, **{"va": "center", "size": 6.0, **kwargs})


FIGURE = Figure(
    title="Which orderings survive when users are built in another way",
    category=FOLLOWS,
    order=5,
    requires="the key structures, and a dataset of the paper that two users segment",
    needs=lambda study: claimed_datasets(study) if study.structures else Needs(),
    draw=draw,
    caption="""
What survives other users. Upper panel: the orderings of the paper that are decided under the
study's own users, and the verdict on each under users who are modelled in another way: users whose
eye does not blur and who judge every pixel by its grey level (sharp-eyed), and users who see
outlines, compare grey levels across them and paint along them (contours). They share traits and
priors; nothing about them is calibrated. An ordering that keeps its verdict under all of them is a
finding; one that reverses is a property of the model. Lower panels: standard deviations of the
volume fraction on raw images.
""",
    tables=(
        "survival",
        "structure_spread",
    ),
    finding=lambda data: survival_text(data.tables["survival"]),
)
