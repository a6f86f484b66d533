"""The error of forests and networks against how much users drew, and what a trained start gains."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator

from ..statistics.network_strokes import FOREST, NOTHING, fewer_strokes, without_strokes
from . import style, words
from .fig_networks import image_title, rows_of_image
from .figure import FOLLOWS, Figure, FigureData, Needs

MOST_COLUMNS = 3
UPPER_MM, LOWER_MM, REST_MM = 55.0, 38.0, 30.0
# Marks of networks, in the order of the table; a network that began with another one is filled.
MARKS = ("s", "^", "D", "v", "p", "h")
ALONE = {"color": "#222222", "lw": 1.0, "ls": (0, (1, 1.5))}
APART = 0.03
"""Segmenters of the same strokes stand side by side, by as many decades."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each image, errors over labelled voxels, and below what a start gains."""
    table = data.rows("network_strokes")
    alone = table[table["drawn_for"] == NOTHING]
    table = table[table["drawn_for"] != NOTHING]
    images = _images(table)
    segmenters = list(dict.fromkeys(sorted(table["segmenter"], key=FOREST.__ne__)))
    looks = _looks(segmenters)
    gains = bool(table["gain"].notna().any())
    columns = min(MOST_COLUMNS, len(images))
    lines = style.lines_of(len(images), columns)
    line_mm = UPPER_MM + (LOWER_MM if gains else 0)
    width = style.DOUBLE_MM if columns > 1 else style.SINGLE_MM * 1.4
    figure = style.new_figure(width, min(line_mm * lines + REST_MM, style.PAGE_MM))
    letters = style.letters()
    heights = [UPPER_MM, LOWER_MM] if gains else [UPPER_MM]
    parts = figure.subfigures(lines, 1, squeeze=False)[:, 0]
    for line, part in enumerate(parts):
        shown = images[line * columns : (line + 1) * columns]
        grid = part.subplots(
            len(heights), columns, squeeze=False, sharex="col", height_ratios=heights
        )
        for axes in grid[:, len(shown) :].ravel():
            axes.set_axis_off()
        for place, image in enumerate(shown):
            rows = rows_of_image(table, image)
            title = image_title(image)
            _draw_errors(grid[0, place], rows, looks)
            for row in rows_of_image(alone, image).itertuples():
                grid[0, place].axhline(100 * row.voxel_error, zorder=1, **ALONE)
            style.panel_letter(grid[0, place], next(letters), title)
            if gains:
                _draw_gains(grid[1, place], rows, looks)
                style.panel_letter(grid[1, place], next(letters), title)
        grid[0, 0].set_ylabel("Voxels labelled wrongly (%)")
        if gains:
            grid[1, 0].set_ylabel("Gain of the start (points)")
    handles = [
        style.line_handle(name, marker=mark, ms=4.5, ls=dashes, color=colour, mfc=fill, mec=edge)
        for name, (colour, mark, dashes, fill, edge) in looks.items()
    ]
    handles += [
        style.line_handle(f"{name}, without a stroke", **ALONE)
        for name in dict.fromkeys(alone["segmenter"])
    ]
    style.legend_above(figure, handles, columns=4)
    style.footnote(
        figure,
        f"Mean over {_users(table)} users (of means over seeds) and 95 % interval of the mean. "
        "Marks of the same strokes are set side by side."
        + (" Gain: the error without the start less the error with it, same users." * gains),
        words.origin_sentence(data.origins, [dataset for dataset, _ in images]),
    )
    return figure


def _looks(segmenters: Iterable[str]) -> dict[str, tuple]:
    """Return the colour, mark, dashes, fill and edge of each segmenter."""
    looks, seen = {}, {}
    for name in segmenters:
        if name == FOREST:
            look = style.variant_styles(["MLX25"])["MLX25"]
            looks[name] = (look.colour, look.marker, (0, (5, 2)), look.colour, "black")
            continue
        architecture, _, start = name.partition(" from ")
        place = seen.setdefault(architecture, len(seen)) % len(MARKS)
        colour, mark = style.NETWORK_STYLES[place].colour, MARKS[place]
        looks[name] = (
            colour,
            mark,
            "-",
            colour if start else "white",
            "black" if start else colour,
        )
    return looks


def _images(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys(zip(table["dataset"], table["filter"], strict=True)))


def _users(table: pd.DataFrame) -> str:
    return " or ".join(map(str, sorted(set(table["users"]))))


def _side_by_side(labelled: np.ndarray, place: int, of: int) -> np.ndarray:
    return labelled * 10 ** (APART * (place - (of - 1) / 2))


def _draw_errors(axes: Axes, rows: pd.DataFrame, looks) -> None:
    for place, (name, look) in enumerate(looks.items()):
        own = rows[rows["segmenter"] == name].sort_values("labelled_voxels")
        x = _side_by_side(own["labelled_voxels"].to_numpy(), place, len(looks))
        _draw_line(axes, x, own, ("voxel_error", "low", "high"), look)
    axes.set_ylim(bottom=0)
    _label_voxels(axes, rows)


def _draw_gains(axes: Axes, rows: pd.DataFrame, looks) -> None:
    axes.axhline(0, color="black", lw=0.6, zorder=1)
    for name, look in looks.items():
        own = rows[(rows["segmenter"] == name) & rows["gain"].notna()]
        own = own.sort_values("labelled_voxels")
        _draw_line(axes, own["labelled_voxels"], own, ("gain", "gain_low", "gain_high"), look)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    _label_voxels(axes, rows)
    axes.set_xlabel("Voxels labelled by a user")


def _draw_line(axes: Axes, x, rows: pd.DataFrame, columns, look) -> None:
    colour, mark, dashes, fill, edge = look
    middle, low, high = (100 * rows[column].to_numpy() for column in columns)
    axes.plot(x, middle, ls=dashes, color=colour, lw=1.0, zorder=2)
    axes.vlines(x, low, high, color=colour, lw=1.0, zorder=2)
    axes.plot(x, middle, mark, ms=4.5, mfc=fill, mec=edge, mew=0.7, zorder=3)


def _label_voxels(axes: Axes, rows: pd.DataFrame) -> None:
    """Give the axis of labelled voxels a tick for each amount that was drawn."""
    amounts = sorted(set(rows["labelled_voxels"]))
    axes.set_xscale("log")
    axes.set_xticks(amounts, [f"{amount:,.0f}".replace(",", "\u202f") for amount in amounts])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", labelbottom=True)


def _finding(data: FigureData) -> str:
    table = data.tables["network_strokes"]
    return " ".join([*fewer_strokes(table), *without_strokes(table)])


def _needs(study) -> Needs:
    """Return the datasets on which networks learn from two amounts of strokes or more."""
    from ..study.networks import cells_of_networks

    drawn: dict[str, set] = {}
    for cell in cells_of_networks(study):
        if study.datasets[cell.dataset].has_truth:
            drawn.setdefault(cell.dataset, set()).add(study.variants[cell.variant]["drawings_of"])
    return Needs(tuple(name for name in study.datasets if len(drawn.get(name, ())) > 1))


FIGURE = Figure(
    title="Fewer strokes",
    category=FOLLOWS,
    order=9,
    requires="networks that learn from two amounts of strokes or more, and a truth",
    needs=_needs,
    draw=draw,
    caption="""
Does a network need fewer strokes if it was trained before? Upper panels: the share of voxels that
are labelled wrongly, against how many voxels a user labelled, for a forest, a network, and the same
network that began with another one. All learned from the same strokes of the same users. Dotted:
what the network that others began with makes of the image before anybody has drawn. Lower
panels: by how much the start makes the network better; below 0 it makes it worse.
""",
    tables=("network_strokes",),
    finding=_finding,
)
