"""A small drawing for the first screen of how much users differ, with a mark for each case."""

from collections.abc import Mapping
from html import escape

import numpy as np
import pandas as pd

from ..figures.words import PEOPLE, filter_name
from ..groups import RECORDED, groups_in
from ..statistics.words import and_list
from .answer import by_family, shared_rows
from .first_screen import of_population
from .words import in_points

WIDTH, LEFT, ROW_HEIGHT, NAME_HEIGHT = 440, 14, 19, 20
"""In the drawing's own units; narrow, so that its letters stay readable on a telephone."""

LEAST_POINTS = 0.01
"""Smaller standard deviations are drawn here, because the scale is logarithmic."""

MOST_TICKS = 10

_SHAPES = ("circle", "diamond", "cross", "square")
SAMPLE = 3
"""Place of a population sample's look among those of the filters."""
_TICKS = [float(f"{step}e{power}") for power in range(-2, 3) for step in (1, 2, 5)]


def spread_plot(
    variability: pd.DataFrame, methods: Mapping[str, str], spread: pd.DataFrame | None = None
) -> str:
    """Return an SVG: the standard deviation over users of each image and variant, in points.

    Parameters
    ----------
    variability : DataFrame
        Table of the study.
    methods : mapping of variant to method
    spread : DataFrame, optional
        Table of the study; a population sample in it has rows of its own.

    Returns
    -------
    str
        Rows are methods and filters; the bar is the median. Empty if no two users segmented the
        same image with the same variant.
    """
    rows = shared_rows(variability)
    if rows.empty:
        return ""
    filters = list(dict.fromkeys(rows["filter"]))
    sample = of_population(rows.head(0), spread)
    sd = np.maximum(100 * pd.concat([rows["sd"], sample["sd"]]).to_numpy(), LEAST_POINTS)
    # From a tick below the smallest to one above the largest, and at least a decade.
    first = max(tick for tick in _TICKS if tick <= sd.min() * 1.0001)
    last = min(tick for tick in _TICKS if tick >= max(sd.max(), 10 * first) * 0.9999)
    right = WIDTH - 14

    def x_of(value):
        share = np.log(max(value, LEAST_POINTS) / first) / np.log(last / first)
        return LEFT + share * (right - LEFT)

    parts, y = [], 8.0
    both = len(groups_in(rows)) > 1
    for family, made_by, images in by_family(variability, methods):
        family += PEOPLE if both and made_by == RECORDED else ""
        parts.append(f'<text class="family" x="0" y="{y + 14:g}">{escape(family)}</text>')
        y += NAME_HEIGHT
        named = [(min(filters.index(name), 2), found) for name, found in images.items()]
        method = methods[next(iter(images.values()))["variant"].iloc[0]]
        sampled = sample[sample["variant"].map(methods) == method]
        if made_by != RECORDED and len(sampled):
            named.append((SAMPLE, sampled))
        for place, found in named:
            centre = y + ROW_HEIGHT / 2
            median = x_of(100 * found["sd"].median())
            parts.append(f'<path class="median" d="M{median:.1f},{centre - 7:g} V{centre + 7:g}"/>')
            parts += [
                f'<g class="filter-{place}">{_mark(_SHAPES[place], x_of(100 * row.sd), centre)}'
                f"<title>{escape(row.variant)}, {escape(filter_name(row.filter))} "
                f"{escape(row.dataset)}: {in_points(row.sd)} points</title></g>"
                for row in found.itertuples()
            ]
            y += ROW_HEIGHT
        y += 6
    bottom = y
    grid = []
    within = [tick for tick in _TICKS if first <= tick <= last]
    if len(within) > MOST_TICKS:
        within = [tick for tick in within if f"{tick:e}".startswith("1.")]
    for tick in within:
        x = x_of(tick)
        grid.append(
            f'<path class="grid" d="M{x:.1f},4 V{bottom:g}"/>'
            f'<text class="tick" x="{x:.1f}" y="{bottom + 14:g}">{tick:g}</text>'
        )
    legend, x = [], LEFT
    entries = [(filter_name(name), min(place, 2)) for place, name in enumerate(filters)]
    if len(sample):
        where = and_list(filter_name(name) for name in dict.fromkeys(sample["filter"]))
        entries.append((f"{where}, {int(sample['users'].max())} users", SAMPLE))
    for name, place in entries:
        legend.append(
            f'<g class="filter-{place}">{_mark(_SHAPES[place], x + 5, bottom + 46)}</g>'
            f'<text x="{x + 14:g}" y="{bottom + 50:g}">{escape(name)}</text>'
        )
        x += 34 + 7 * len(name)
    legend.append(
        f'<path class="median" d="M{x + 4:g},{bottom + 39:g} V{bottom + 53:g}"/>'
        f'<text x="{x + 12:g}" y="{bottom + 50:g}">median</text>'
    )
    axis = (
        f'<text class="axis" x="{(LEFT + right) / 2:g}" y="{bottom + 30:g}">Standard '
        "deviation over users of the volume fraction (points)</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 58:g}" '
        'class="spread-plot" role="img" aria-label="Standard deviation over users of each image '
        'and variant, by method; the table beside it has the numbers">'
        f"{''.join(grid)}{''.join(parts)}{axis}{''.join(legend)}</svg>"
    )


def _mark(shape: str, x: float, y: float) -> str:
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:g}" r="3.4"/>'
    if shape == "diamond":
        return f'<path d="M{x:.1f},{y - 4.6:g} l4.6,4.6 -4.6,4.6 -4.6,-4.6 z"/>'
    if shape == "square":
        return f'<rect x="{x - 3.4:.1f}" y="{y - 3.4:g}" width="6.8" height="6.8"/>'
    return f'<path d="M{x - 3.5:.1f},{y - 3.5:g} l7,7 m0,-7 l-7,7"/>'
