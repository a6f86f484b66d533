"""How sure a spread is: the SD over users of every condition with its interval."""

from collections.abc import Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from . import bars, groups, style, words
from .choosing import shared_datasets
from .figure import SURE, Figure, FigureData, Needs

MOST_COLUMNS = 3
ROW_MM = 3.4
TITLE_ROWS = 4.5
"""Height of a panel's title and axis, in rows."""
REST_MM = 34.0
POPULATION = {"color": "#0b4a78", "mfc": "white", "lw": 0.8}
WIDEST = 100.0
"""Largest ratio of the ends of the axis."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each dataset, the SD of every method with its interval and the paper's.

    In points of the volume fraction, on one logarithmic axis.
    """
    chosen = data.rows("spread")
    (table,) = groups.named_by_group(data, chosen)
    datasets = data.datasets_in(table)
    conditions = {d: _conditions(data, table[table["dataset"] == d]) for d in datasets}
    stacks = _stacks({dataset: len(rows) + TITLE_ROWS for dataset, rows in conditions.items()})
    width = style.DOUBLE_MM if len(stacks) > 1 else style.SINGLE_MM * 1.3
    rows_high = max(sum(len(conditions[d]) + TITLE_ROWS for d in stack) for stack in stacks)
    row_mm = min(ROW_MM, (style.PAGE_MM - REST_MM) / rows_high)
    figure = style.new_figure(width, row_mm * rows_high + REST_MM)
    limits = _limits(table)
    stated = data.publication.stated("sd")
    kinds: set[str] = set()
    letters = style.letters()
    parts = np.atleast_1d(figure.subfigures(1, len(stacks)))
    for part, stack in zip(parts, stacks, strict=True):
        heights = [len(conditions[d]) + TITLE_ROWS for d in stack]
        empty = rows_high - sum(heights)
        grid = part.subplots(
            len(stack) + (empty > 0),
            1,
            sharex=True,
            squeeze=False,
            height_ratios=[*heights, empty] if empty else heights,
        )[:, 0]
        if empty:
            # So that rows are the same distance apart in every column.
            grid[-1].set_axis_off()
        for axes, dataset in zip(grid, stack, strict=False):
            rows = table[table["dataset"] == dataset]
            kinds |= _draw_dataset(axes, rows, conditions[dataset], limits, stated)
            axes.set_ylim(len(conditions[dataset]) - 0.4, -0.6)
            style.panel_letter(axes, next(letters), dataset)
            axes.tick_params(axis="x", labelbottom=True)
        grid[len(stack) - 1].set_xlabel("SD over users (points)")
    grey = {"color": "#555555"}
    handles = [style.line_handle("SD and 95 % interval", marker="o", ms=4, mec="black", **grey)]
    if (table["realisations"] > 1).any():
        handles.append(style.line_handle("realisations", marker="|", ms=5, ls="", mew=0.8, **grey))
    if _has_population(table):
        name = f"{int(table['population'].max())} users of the same population"
        handles.append(style.line_handle(name, marker="o", ms=3, mew=0.8, **POPULATION))
    handles += bars.mark_handles(kinds)
    if any(groups.is_peoples(data, variant) for variant in table["variant"]):
        handles.append(style.line_handle("recorded people", marker="*", ms=5, ls="", **grey))
    style.legend_above(figure, handles, columns=3 if len(stacks) == 1 else 5)
    style.footnote(
        figure,
        _basis(table),
        groups.note(data, chosen),
        "Intervals (chi-square below eight users, bootstrap-t from eight on) are for all users "
        "like these; ends beyond the frame are cut.",
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _conditions(data: FigureData, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (filter, variant) from top to bottom."""
    present = set(zip(rows["filter"], rows["variant"], strict=True))
    variants = data.in_order(rows["variant"])
    filters = list(dict.fromkeys(rows["filter"]))
    return [(f, v) for f in filters for v in variants if (f, v) in present]


def _stacks(heights: Mapping[str, float]) -> list[list[str]]:
    """Return datasets in columns, in their order, so that the highest column is as low as it gets.

    Panels of few methods beside panels of many would leave much of the page empty.
    """
    names = list(heights)
    columns = min(MOST_COLUMNS, len(names))
    cuts = combinations(range(1, len(names)), columns - 1)
    choices = [[names[start:end] for start, end in pairwise((0, *cut, len(names)))] for cut in cuts]
    return min(choices, key=lambda stacks: max(sum(heights[d] for d in s) for s in stacks))


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis in points: all SDs, and as much of the intervals as fits."""
    sds = 100 * table.loc[table["sd"] > 0, "sd"]
    if sds.empty:
        return 0.1, 10.0
    low, high = 100 * table.loc[table["sd"] > 0, "sd_low"].min(), 100 * table["sd_high"].max()
    room = np.sqrt(max(WIDEST, 2 * sds.max() / sds.min()) / (sds.max() / sds.min()))
    return float(max(low, sds.min() / room) / 1.1), float(min(high, sds.max() * room) * 1.1)


def _draw_dataset(axes: Axes, rows: pd.DataFrame, conditions: list, limits, stated) -> set[str]:
    """Draw a row for each condition; return the kinds of the paper's numbers that were drawn."""
    styles = style.variant_styles(dict.fromkeys(variant for _, variant in conditions))
    kinds = set()
    found = {(row.filter, row.variant): row for row in rows.itertuples()}
    left = limits[0]
    for y, (filter_, variant) in enumerate(conditions):
        row, look = found[filter_, variant], styles[variant]
        ends = np.maximum([100 * row.sd_low, 100 * row.sd_high], left)
        axes.plot(ends, [y, y], color="#555555", lw=1.0)
        if row.realisations > 1:
            ends = np.maximum([100 * row.sd_lowest, 100 * row.sd_highest], left)
            axes.plot(ends, [y, y], "|", ms=5, color="#555555", mew=0.8, zorder=3)
        if _has_population(rows) and np.isfinite(row.population_sd):
            _draw_population(axes, y - 0.28, row, left)
        mark = {"marker": look.marker, "ms": style.mark_size(look, 4.2), "mfc": look.colour}
        mark |= style.POINT
        axes.plot(max(100 * row.sd, left), y, zorder=4, clip_on=row.sd > 0, **mark)
        number = stated.get((row.dataset, filter_, variant))
        if number is not None:
            low, high = 100 * number.low, 100 * number.high
            bars.mark_in_row(axes, y + 0.3, low, high, kind=number.kind, left=left)
            kinds.add(number.kind)
    style.name_rows(axes, [variant for _, variant in conditions])
    axes.set(xscale="log", xlim=limits)
    style.label_ticks(axes.xaxis, style.log_ticks(*limits))
    for filter_ in dict.fromkeys(f for f, _ in conditions):
        places = [y for y, (f, _) in enumerate(conditions) if f == filter_]
        if places[0] > 0:
            axes.axhline(places[0] - 0.5, color="#bbbbbb", linewidth=0.5, zorder=0)
        axes.annotate(
            words.filter_name(filter_),
            xy=(1.01, np.mean(places)),
            xycoords=("axes fraction", "data"),
            rotation=270,
            va="center",
            ha="left",
            fontsize=6.5,
        )
    return kinds


def _has_population(table: pd.DataFrame) -> bool:
    return "population_sd" in table and bool(table["population_sd"].notna().any())


def _draw_population(axes: Axes, y: float, row, left: float) -> None:
    ends = np.maximum([100 * row.population_sd_low, 100 * row.population_sd_high], left)
    axes.plot(ends, [y, y], zorder=2, **POPULATION)
    axes.plot(max(100 * row.population_sd, left), y, "o", ms=3, mew=0.8, zorder=3, **POPULATION)


def _basis(table: pd.DataFrame) -> str:
    text = f"{groups.numbers_of_users(table)}."
    if _has_population(table):
        text += f" The other {int(table['population'].max())} users include them."
    most = table["realisations"].max()
    if most > 1:
        text += (
            f" Marks: root mean square over {most} realisations of each dataset; short strokes: "
            "the lowest and the highest of them."
        )
    return text


FIGURE = Figure(
    title="How sure a spread is: every SD with its interval",
    category=SURE,
    order=1,
    requires="an image that two users segment with one variant",
    needs=lambda study: Needs(tuple(shared_datasets(study))),
    draw=draw,
    caption="""
The standard deviation of the volume fraction over users, in points, of every image and method,
with the 95 % interval for all users like these (chi-square below eight users, bootstrap-t from
eight on; users are the unit, realisations of a twin add none).

Where a larger sample of the population did the same, its standard deviation stands above that of
the study's own users, who are a part of it.

The paper states some of these for its three users: they are drawn in yellow.
""",
    tables=("spread",),
    spread="spread",
)
