"""Where painting stops spreading less than a slider: a map over people's outlines, with people."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure as Drawing

from ..statistics.outline_map import OBJECT_PARTS, READINGS
from ..statistics.outline_text import outline_text
from . import style, words
from .figure import OUTLINES, Figure, FigureData, Needs

COLUMNS = 2
MAP_MM = 52.0
PEOPLE_MM = 16.0
# Orange and purple differ for all common colour blindnesses; the same factor is as dark on both.
COLOURS = "PuOr_r"
MOST = 4.0
SHARES = (0.25, 0.5, 0.75)
LABELS = {
    ("law of size", "apart"): "law of size",
    ("law of size", "with the sitting"): "with objects",
    ("pixels of cells", "apart"): "pixels of cells",
    ("pixels of cells", "with the sitting"): "with objects",
}


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the ratio of SDs by spread of outlines and correlation, an image a panel."""
    table, people = data.rows("outline_map"), data.rows("outline_people")
    images = list(table.groupby(["dataset", "filter"], sort=False))
    lines = -(-len(images) // COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, lines * (MAP_MM + PEOPLE_MM + 12) + 24)
    columns = min(COLUMNS, len(images))
    grid = figure.subplots(
        2 * lines, columns, squeeze=False, height_ratios=[MAP_MM, PEOPLE_MM] * lines
    )
    letters = style.letters()
    mesh = None
    for place in range(lines * columns):
        line, column = divmod(place, columns)
        above, below = grid[2 * line][column], grid[2 * line + 1][column]
        if place >= len(images):
            above.set_axis_off()
            below.set_axis_off()
            continue
        (dataset, filter_), rows = images[place]
        own = people[(people["dataset"] == dataset) & (people["filter"] == filter_)]
        mesh = _draw_map(above, rows, own.iloc[0])
        _draw_people(below, own, rows["spread_px"].max())
        style.panel_letter(above, next(letters), f"{dataset}, {words.filter_name(filter_)}")
        if column == 0:
            above.set_ylabel("Correlation of slider and outline")
        else:
            below.set_yticklabels([])
    painted, slider = people["painted"].iloc[0], people["slider"].iloc[0]
    bar = figure.colorbar(mesh, ax=grid, location="right", shrink=0.5, extend="both", aspect=30)
    bar.set_label(f"SD of {painted} / SD of {slider}")
    style.label_ticks(bar.ax.yaxis, [1 / 4, 1 / 2, 1, 2, 4])
    bar.ax.set_yticklabels(["1/4", "1/2", "1", "2", "4"])
    style.legend_above(figure, _handles(), columns=4)
    style.footnote(
        figure,
        f"{int(table['users'].min())} users; crops as in the table of datasets. Bars: 95 % of the "
        "posterior; an arrow: it goes on beyond the panel.",
        words.origin_sentence(data.origins),
    )
    return figure


def _draw_map(axes: Axes, rows: pd.DataFrame, person: pd.Series):
    wide = {
        name: rows.pivot(index="correlation", columns="spread_px", values=name)
        for name in ("sd_ratio", "panel_share")
    }
    ratio, share = wide["sd_ratio"], wide["panel_share"]
    x, y = ratio.columns.to_numpy(dtype=float), ratio.index.to_numpy(dtype=float)
    mesh = axes.pcolormesh(
        x,
        y,
        np.clip(ratio.to_numpy(), 1 / MOST, MOST),
        norm=LogNorm(1 / MOST, MOST),
        cmap=COLOURS,
        shading="gouraud",
        rasterized=True,
    )
    for value, look in (
        (person["break_even_px"], {"lw": 1.6, "ls": "-"}),
        (person["break_even_low"], {"lw": 0.7, "ls": (0, (4, 2))}),
        (person["break_even_high"], {"lw": 0.7, "ls": (0, (4, 2))}),
    ):
        if 0 < value <= x[-1]:
            axes.axvline(value, color="black", **look)
    shown = share.to_numpy()
    levels = [level for level in SHARES if np.nanmin(shown) < level < np.nanmax(shown)]
    if levels and np.isfinite(shown).all():
        lines = axes.contour(x, y, shown, levels=levels, colors="#444444", linewidths=0.8)
        texts = axes.clabel(lines, fmt=lambda level: f"{100 * level:.0f} %", fontsize=6)
        for text in texts:
            text.set_bbox({"facecolor": "white", "alpha": 0.7, "lw": 0, "pad": 0.6})
    axes.set(xlim=(0, x[-1]), ylim=(-1, 1), yticks=(-1, -0.5, 0, 0.5, 1))
    axes.tick_params(labelbottom=False)
    return mesh


def _draw_people(axes: Axes, own: pd.DataFrame, most: float) -> None:
    places = [(reading, objects) for reading in READINGS for objects in OBJECT_PARTS]
    named = own.set_index(["reading", "objects"])
    for row, place in enumerate(places):
        person = named.loc[place]
        apart = place[1] == "apart"
        axes.plot(
            [person["people_low"], min(person["people_high"], most)],
            [row, row],
            color="black",
            lw=1.0,
        )
        if person["people_high"] > most:
            axes.plot(most, row, ">", color="black", ms=3.5, mew=0, clip_on=False)
        axes.plot(
            min(person["people_px"], most),
            row,
            marker="o" if place[0] == "law of size" else "s",
            ms=4,
            mec="black",
            mew=0.7,
            mfc="black" if apart else "white",
            zorder=3,
        )
        _write_right(axes, row, _probability(person["probability"]))
    _write_right(axes, -1, "probability")
    if 0 < own["break_even_px"].iloc[0] <= most:
        axes.axvline(own["break_even_px"].iloc[0], color="black", lw=1.6, zorder=0)
    style.name_rows(axes, [LABELS[place] for place in places])
    axes.set(xlim=(0, most), ylim=(len(places) - 0.5, -0.5))
    axes.set_xlabel("Spread of people's outlines (px of the image)")


def _write_right(axes: Axes, row: int, text: str) -> None:
    place = {"xy": (1.01, row), "xycoords": ("axes fraction", "data"), "va": "center"}
    axes.annotate(text, fontsize=6, annotation_clip=False, **place)


def _probability(value: float) -> str:
    if 0.01 <= value <= 0.99:
        return f"{value:.2f}"
    return "< 0.01" if value < 0.01 else "> 0.99"


def _handles() -> list:
    mark = {"ls": "", "ms": 4, "mec": "black", "mew": 0.7}
    return [
        style.line_handle("both spread alike", color="black", lw=1.6),
        style.line_handle("its 95 % interval", color="black", lw=0.7, ls=(0, (4, 2))),
        style.line_handle(
            "panels of three in which painting spreads less", color="#444444", lw=0.8
        ),
        style.line_handle("fitted people", marker="o", mfc="black", **mark),
    ]


def _needs(study) -> Needs:
    if study.outline_map is None:
        return Needs()
    return Needs(tuple(dict.fromkeys(dataset for dataset, _ in study.outline_map.images)))


def _finding(data: FigureData) -> str:
    people = data.rows("outline_people")
    painted, slider = people["painted"].iloc[0], people["slider"].iloc[0]
    return outline_text(people, painted, slider).replace("**", "").replace("\n\n", " ")


FIGURE = Figure(
    title="Where painting stops spreading less than a slider",
    category=OUTLINES,
    order=1,
    requires="the key outline_map",
    needs=_needs,
    draw=draw,
    caption="""
How much painting spreads against a slider, by how much people's outlines differ and by how far the
two go together in one person. Each simulated user set the slider once and painted with the outline
in several places; what a population with other outlines would get is interpolated. Colour: ratio of
the standard deviations over people and sittings, on a logarithmic scale; thick line: where it is 1,
with its 95 % interval (dashed) from leaving out each user in turn. The ratio cannot depend on the
correlation, since each standard deviation is of one method alone. What three people see does depend
on it: thin lines show the share of panels of three in which painting spreads less. Correlation 1:
whoever gets more active material by the slider places outlines farther outside.

Below each map: where people lie whose outlines of cells and lung nodules were fitted, with 95 % of
the posterior, and the probability that painting spreads less (right). Circles: errors grow with the
object by the fitted law. Squares: people err by as many pixels as on the cells that they outlined.
Open: as if what belongs to single objects moved all objects of a sitting together. Nobody has
measured people on electrodes, and the correlation is unknown.
""",
    tables=("outline_map", "outline_people"),
    finding=_finding,
)
