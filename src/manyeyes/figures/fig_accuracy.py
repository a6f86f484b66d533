"""The error of every method: the bias of each user, and the root-mean-square error."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure as Drawing

from . import groups, style, words
from .choosing import with_known_truth
from .figure import CHECKS, Figure, FigureData, Needs

MOST_COLUMNS = 3
FILTER_OFFSET = 0.18
SHADES = 30.0
# Names below the map, in mm: a letter of their size, and what all columns have together.
LETTER_MM, MAP_MM = 1.5, 160.0
"""Largest error of the map over the smallest that has a shade of its own."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the bias of each user and method, and a map of root-mean-square errors.

    All in points of the volume fraction, against the truth with its internal pores.
    """
    chosen = data.rows("accuracy"), data.rows("accuracy_summary")
    users, summary = groups.named_by_group(data, *chosen)
    datasets = data.datasets_in(summary)
    variants = data.in_order(summary["variant"])
    filters = list(dict.fromkeys(summary["filter"]))
    present = set(zip(summary["dataset"], summary["filter"], strict=True))
    images = [(d, f) for d in datasets for f in filters if (d, f) in present]
    columns = min(MOST_COLUMNS, len(datasets))
    upper_mm = 49.0 * style.lines_of(len(datasets), columns)
    map_mm = 14.0 + 5.0 * len(images) + (LETTER_MM * _longest(variants) * _upright(variants))
    figure = style.new_figure(style.DOUBLE_MM, upper_mm + map_mm + 28.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[upper_mm + 18.0, map_mm + 6.0])
    # A scale and the variants of its own for each panel: errors differ tenfold between datasets.
    grid = style.panel_grid(upper, len(datasets), columns)
    for i, (axes, dataset) in enumerate(zip(grid.ravel(), datasets, strict=False)):
        own = users[users["dataset"] == dataset]
        _draw_bias(axes, own, [v for v in variants if v in set(own["variant"])], filters)
        style.panel_letter(axes, "" if i else "a)", dataset)
    for axes in grid[:, 0]:
        axes.set_ylabel("Bias of volume fraction\n(points)")
    handles = style.filter_handles(filters, ms=3.5, **style.POINT)
    handles.append(style.line_handle("mean of users", color="black", lw=1.1))
    style.legend_above(upper, [*handles, style.line_handle("truth", **style.TRUTH_LINE)])
    _draw_errors(lower, summary, images, variants)
    style.footnote(
        figure,
        "Marks: users; short lines: their mean. Each panel of a has its own scale; the shades of "
        "b are logarithmic. Points: 100 times the difference of two volume fractions. Truth as "
        "it is, internal pores not filled.",
        groups.note(data, *chosen),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _longest(names: list[str]) -> int:
    return max(map(len, names))


def _upright(names: list[str]) -> bool:
    """Return whether names below the columns of the map must stand, to fit side by side."""
    return LETTER_MM * _longest(names) * len(names) > MAP_MM


def _offset(filter_: str, filters: list[str]) -> float:
    return (filters.index(filter_) - (len(filters) - 1) / 2) * 2 * FILTER_OFFSET


def _draw_bias(axes: Axes, rows: pd.DataFrame, variants: list[str], filters: list[str]) -> None:
    styles = style.variant_styles(variants)
    axes.axhline(0, zorder=1, **style.TRUTH_LINE)
    for (filter_, variant), group in rows.groupby(["filter", "variant"], sort=False):
        x = variants.index(variant) + _offset(filter_, filters)
        points = 100 * group["bias"].to_numpy()
        look = styles[variant]
        hollow = filters.index(filter_) > 0
        mark = {"marker": look.marker, "ms": style.mark_size(look, 3), **style.POINT}
        colour = "white" if hollow else look.colour
        axes.plot(np.full(len(points), x), points, mfc=colour, zorder=3, **mark)
        mean = points.mean()
        axes.plot([x - FILTER_OFFSET * 0.8, x + FILTER_OFFSET * 0.8], [mean] * 2, "k-", lw=1.1)
    style.name_columns(axes, variants, rotation=90)
    reach = 1.15 * max(100 * rows["bias"].abs().max(), 0.1)
    axes.set_ylim(-reach, reach)


def _draw_errors(figure, summary: pd.DataFrame, images: list, variants: list[str]) -> None:
    """Draw the map of root-mean-square errors, the number in each field."""
    errors = np.full((len(images), len(variants)), np.nan)
    for row in summary.itertuples():
        at = images.index((row.dataset, row.filter)), variants.index(row.variant)
        errors[at] = 100 * row.rmse
    axes = figure.subplots()
    top = np.nanmax(errors)
    shades = LogNorm(top / SHADES, 1.6 * top, clip=True) if top > 0 else None
    axes.imshow(errors, cmap="Blues", norm=shades, aspect="auto")
    for (i, j), error in np.ndenumerate(errors):
        if np.isfinite(error):
            colour = "white" if error > 0.35 * top else "black"
            axes.text(j, i, f"{error:.1f}", ha="center", va="center", color=colour, fontsize=6)
    axes.set_xticks(range(len(variants)), variants, rotation=90 * _upright(variants))
    axes.set_yticks(range(len(images)), [f"{d}, {words.filter_name(f)}" for d, f in images])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    style.panel_letter(
        axes, "b)", "Root-mean-square error of the volume fraction over users (points)"
    )


FIGURE = Figure(
    title="Distance of every method from the truth",
    category=CHECKS,
    order=3,
    requires="a dataset whose truth is known",
    needs=lambda study: Needs(tuple(with_known_truth(study))),
    draw=draw,
    caption="""
How far every method is from the truth, where one is known or a reference stands for it: (a) bias
of each user's volume fraction, (b) root-mean-square error over users, which includes both bias and
spread (RMSE² = bias² + (n - 1)/n SD²). Errors differ tenfold between datasets, so each panel of (a)
has its own scale and the shades of (b) are logarithmic.

Not a figure of the paper, which had no truth for these data.

A low standard deviation between users means that a result is reproducible, not that it is
accurate. Read the standard deviations of the other figures beside this one.
""",
    tables=(
        "accuracy",
        "accuracy_summary",
    ),
)
