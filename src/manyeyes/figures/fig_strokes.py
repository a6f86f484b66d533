"""A person's strokes beside those of simulated users: labels on one slice, and measures."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..measures.strokes import MEASURES
from ..statistics.realism import realism_text
from . import style, words
from .figure import CHECKS, Figure, FigureData, Needs

COLUMNS = 5
SLICE_MM = 62.0
PANEL_MM = 22.0
# Orange and blue: distinct for all common colour blindnesses, and on grey.
LABELS = ListedColormap(["#e66100", "#2c7fff"])
OUTSIDE = "#c1121f"
DOT = "#9a9a9a"


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return one slice with everybody's labels, and a panel for each measure."""
    ((recording, pages),) = data.imitated.items()
    tables = (data.tables[name] for name in ("strokes", "stroke_comparison"))
    rows, judged = (_of(table, recording) for table in tables)
    if rows.empty or judged.empty:
        raise ValueError(f"nothing to draw: no strokes of {'/'.join(recording)} were measured")
    simulated = rows[rows["drawn_by"] != "recorded"]
    measures = [row for row in judged.itertuples() if not row.given]
    lines = style.lines_of(len(measures), COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, SLICE_MM + PANEL_MM * lines + 22.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[SLICE_MM, PANEL_MM * lines + 14.0])
    letters = style.letters()
    names = [recording[3], *(f"simulated: {name}" for name in simulated["drawn_by"])]
    shown = upper.subplots(1, len(pages) - 1, squeeze=False)[0]
    for axes, labels, name in zip(shown, pages[1:], names, strict=False):
        _show(axes, pages[0], labels)
        style.scale_bar(axes, labels.shape[1], data.voxel_sizes_nm[recording[0]])
        style.panel_letter(axes, next(letters), name)
    handles = [
        Patch(facecolor=LABELS(0), label="labelled active material"),
        Patch(facecolor=LABELS(1), label="labelled the rest"),
        style.line_handle("simulated user", marker="o", ms=3, ls="", mfc=DOT, mec="none"),
        style.line_handle("person, within their range", **_star("white")),
        style.line_handle("person, outside", **_star(OUTSIDE)),
    ]
    style.legend_above(upper, handles)
    grid = style.panel_grid(lower, len(measures), COLUMNS)
    for axes, row in zip(grid.ravel(), measures, strict=False):
        _draw_measure(axes, row, simulated[row.measure].to_numpy())
    users = int(judged["simulated_users"].iloc[0])
    inside = sum(row.inside for row in measures)
    style.footnote(
        figure,
        f"{recording[3]} lies within the range of {users} simulated users in {inside} of "
        f"{len(measures)} measures; a further simulated user would fall outside in "
        f"{200 / (users + 1):.0f} % of them. All drew the same slices; the simulated users were "
        "given the person's mean coverage.",
        words.origin_sentence(data.origins, recording[:1]),
    )
    return figure


def _of(table: pd.DataFrame, recording: tuple) -> pd.DataFrame:
    for column, name in zip(("dataset", "filter", "variant", "user"), recording, strict=True):
        table = table[table[column] == name]
    return table


def _star(colour: str) -> dict:
    return {"marker": "*", "ms": 8, "ls": "", "mfc": colour, "mec": "black", "mew": 0.6}


def _show(axes: Axes, grey: np.ndarray, labels: np.ndarray) -> None:
    style.show_grey(axes, grey)
    axes.imshow(
        np.ma.masked_equal(labels, 0), cmap=LABELS, vmin=1, vmax=2, interpolation="none", alpha=0.85
    )


def _draw_measure(axes: Axes, row, values: np.ndarray) -> None:
    """Draw the simulated users' values at different heights, so that equal ones stay visible."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    heights = ((order * 7) % len(values)) / len(values) - 0.5
    axes.plot(values, heights, "o", ms=2.4, mfc=DOT, mec="none")
    axes.plot(row.person, 0, zorder=3, **_star("white" if row.inside else OUTSIDE))
    axes.set(ylim=(-0.8, 0.8), yticks=[])
    axes.margins(x=0.12)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=4)
    name, unit = MEASURES[row.measure]
    first, _, rest = name.partition(", ")
    second = " ".join(part for part in (rest, f"({unit})" if unit else "") if part)
    axes.set_title(f"{first}\n{second}", fontsize=6.2, loc="left")


def _needs(study) -> Needs:
    """Return the first drawing of a person; the tables have all of them."""
    shown = tuple(study.imitated()[:1])
    return Needs(tuple(cell.dataset for cell in shown), imitated=shown)


FIGURE = Figure(
    title="Is the user real? A person's strokes beside those of simulated users",
    category=CHECKS,
    order=6,
    requires="the key imitators and a recorded user who drew labels",
    needs=_needs,
    draw=draw,
    caption="""
Is the user real? Upper panels: the same slice with the labels of a person and of two simulated
users who drew the same slices to the same coverage (orange active material, blue the rest). Lower
panels: the properties of the labels; one dot a simulated user, a star the person, filled red
where the person lies outside the range of the simulated users. Edges are those between Otsu's two
classes of the smoothed image, and simulated users see edges in much the same way; the rank of the
gradient needs no classes. Nothing of the model was fitted to this person.
""",
    tables=(
        "strokes",
        "stroke_comparison",
    ),
    finding=lambda data: realism_text(data.tables["stroke_comparison"]),
)
