"""Which measure of a microstructure can be trusted, from whose segmentation."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..microstructure.registry import shown_measures
from ..statistics.microstructure import (
    LIMIT,
    REPRODUCIBLE,
    TRUSTED,
    number_name,
    shown_rows,
)
from . import groups, style, words
from .choosing import shared_datasets
from .figure import FOLLOWS, Figure, FigureData, Needs

MOST_COLUMNS = 3
MARK_MM = 1.75
"""Height of the row of one variant."""
GAP = 1.2
"""Between two measures, in rows."""
LINEAR = 100 * LIMIT
"""The axis is linear up to here, in per cent, and logarithmic beyond."""
FARTHEST = 200.0
"""End of the axis: what lies beyond is a triangle at the frame."""
TICKS = (-50, -10, 0, 10, 50, 200)
NUMBER = ["measure", "phase", "axis"]


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each image, the deviation of each measure over users of each variant.

    In per cent of the truth, or of the mean over users where no truth is known.
    """
    chosen = data.rows("microstructure_spread")
    chosen = chosen.fillna({"axis": "", "verdict": ""})
    chosen = chosen[shown_rows(chosen, shown_measures()) & chosen["relative_sd"].notna()]
    if chosen.empty:
        raise ValueError("nothing to draw: no measure has a spread over users")
    (table,) = groups.named_by_group(data, chosen)
    datasets = data.datasets_in(table)
    images = [
        (dataset, filter_)
        for filter_ in dict.fromkeys(table["filter"])
        for dataset in datasets
        if ((table["dataset"] == dataset) & (table["filter"] == filter_)).any()
    ]
    columns = min(MOST_COLUMNS, len(datasets), len(images))
    lines = style.lines_of(len(images), columns)
    numbers = list(dict.fromkeys(zip(*(table[name] for name in NUMBER), strict=True)))
    variants = data.in_order(table["variant"])
    row = len(variants) + GAP
    width = style.DOUBLE_MM if columns > 1 else style.SINGLE_MM * 1.4
    height_mm = min(style.PAGE_MM, lines * (14 + MARK_MM * row * len(numbers)) + 26)
    figure = style.new_figure(width, height_mm)
    grid = style.panel_grid(figure, len(images), columns, sharex=True, sharey=True)
    styles = style.variant_styles(variants)
    limits = _limits(table)
    letters = style.letters()
    for axes, (dataset, filter_) in zip(grid.ravel(), images, strict=False):
        own = table[(table["dataset"] == dataset) & (table["filter"] == filter_)]
        _draw_image(axes, own, numbers, variants, styles)
        axes.set_xscale("symlog", linthresh=LINEAR, linscale=2.0)
        axes.set_xlim(limits)
        _percent_ticks(axes, limits)
        about = "truth" if own["relative_bias"].notna().any() else "mean of users"
        name = f"{dataset}, {words.filter_name(filter_)}"
        style.panel_letter(axes, next(letters) if len(images) > 1 else "", name)
        axes.set_xlabel(f"Deviation from the {about} (%)")
        axes.tick_params(axis="x", labelbottom=True)
    names = [number_name(*number) for number in numbers]
    grid[0, 0].set_yticks([row * i + (len(variants) - 1) / 2 for i in range(len(names))], names)
    grid[0, 0].set_ylim(row * len(numbers) - GAP + 0.3, -GAP)
    for axes in grid.ravel():
        axes.tick_params(axis="y", length=0)
    handles = [
        style.line_handle(name, marker=look.marker, ms=4, mfc=look.colour, color="#555555", mec="k")
        for name, look in styles.items()
    ]
    style.legend_above(figure, handles, columns=min(len(handles), 6))
    style.footnote(
        figure,
        f"{groups.numbers_of_users(table)}. Marks: mean over users; bars: one standard deviation "
        "over users to either side.",
        f"Filled marks: the 95 % intervals of bias and standard deviation lie within "
        f"{100 * LIMIT:.0f} % (grey). Open marks: one lies beyond it, or that is undecided. "
        "Triangles at the frame: beyond it.",
        _left_out(table),
        groups.note(data, chosen),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _draw_image(axes: Axes, rows: pd.DataFrame, numbers, variants, styles) -> None:
    axes.axvspan(-LINEAR, LINEAR, color="#ececec", lw=0, zorder=0)
    axes.axvline(0, zorder=1, **style.TRUTH_LINE)
    places = {number: i * (len(variants) + GAP) for i, number in enumerate(numbers)}
    for y in list(places.values())[1:]:
        axes.axhline(y - (GAP + 1) / 2, color="#cccccc", lw=0.4, zorder=1)
    for row in rows.itertuples():
        y = places[row.measure, row.phase, row.axis] + variants.index(row.variant)
        middle = 100 * (row.relative_bias if np.isfinite(row.relative_bias) else 0.0)
        look, reach = styles[row.variant], 100 * row.relative_sd
        sure = row.verdict in (TRUSTED, REPRODUCIBLE)
        axes.plot([middle - reach, middle + reach], [y, y], color=look.colour, lw=1.4, zorder=2)
        mark = {"marker": look.marker, "ms": style.mark_size(look, 3.4), "mec": "black", "mew": 0.5}
        if abs(middle) > FARTHEST:
            mark |= {"marker": ">" if middle > 0 else "<", "clip_on": False}
            middle = float(np.copysign(FARTHEST, middle))
        if not sure:
            # In its colour still, as variants of a family share a marker.
            mark |= {"mec": look.colour, "mew": 1.0}
        axes.plot(middle, y, ls="", mfc=look.colour if sure else "white", zorder=3, **mark)


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis in per cent, as far as marks and bars reach."""
    middles = 100 * table["relative_bias"].fillna(0.0)
    reach = 100 * table["relative_sd"]
    low, high = (middles - reach).min(), (middles + reach).max()
    least = 5.5 * LINEAR
    return max(min(1.1 * low, -least), -FARTHEST), min(max(1.1 * high, least), FARTHEST)


def _percent_ticks(axes: Axes, limits: tuple[float, float]) -> None:
    ticks = [tick for tick in TICKS if limits[0] <= tick <= limits[1]]
    axes.set_xticks(ticks, [f"{tick:d}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.grid(axis="x")


def _left_out(table: pd.DataFrame) -> str:
    """Return how many numbers do not exist, such as the tortuosity of pores that do not connect."""
    left_out = int(table["undefined"].sum())
    if not left_out:
        return ""
    numbers = "number that does" if left_out == 1 else "numbers that do"
    return f"Left out: {left_out} {numbers} not exist for a segmentation."


def finding(data: FigureData) -> str:
    """Return how many of the measures can be trusted from each variant, and which from none."""
    table = data.rows("microstructure_spread").fillna({"axis": "", "verdict": ""})
    table = table[shown_rows(table, shown_measures()) & (table["verdict"] != "")]
    if table.empty:
        return ""
    (table,) = groups.named_by_group(data, table)
    good = table["verdict"].isin([TRUSTED, REPRODUCIBLE])
    by_variant = good.groupby(table["variant"])
    trusted, judged = by_variant.sum(), by_variant.size()
    counts = [
        f"{trusted[variant]} of {judged[variant]} with {variant}"
        for variant in data.in_order(table["variant"])
    ]
    text = (
        f"Surely within {100 * LIMIT:.0f} %, counted over images and measures: {', '.join(counts)}."
    )
    never = [
        number_name(*number)
        for number, rows in table.groupby(NUMBER, sort=False)
        if not good[rows.index].any()
    ]
    if never:
        text += f" From no segmentation: {'; '.join(name.lower() for name in never)}."
    return text


FIGURE = Figure(
    title="Which measures can be trusted, from whose segmentation",
    category=FOLLOWS,
    order=20,
    requires="the key measures and an image that two users segment with one variant",
    needs=lambda study: Needs(tuple(shared_datasets(study)) if study.measures else ()),
    draw=draw,
    caption="""
Deviation of each measure of the microstructure from that of the truth, in per cent of it (where no
truth is known, of the mean over users): mean over users (marks) and one standard deviation over
users (bars), by variant. Tortuosity and connected shares are means over the three axes. Filled
marks can be trusted: the 95 % intervals of bias and standard deviation both lie within 10 %, a
limit that was set before any result. ``microstructure_spread.csv`` has all numbers, also of single
axes.
""",
    tables=("microstructure_spread",),
    finding=finding,
)
