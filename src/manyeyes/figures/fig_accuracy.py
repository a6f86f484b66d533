"""How far every method is from the truth: bias user by user, and the error that is left."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..paper import names as paper
from . import groups, style, words
from .choosing import with_known_truth
from .figure import CHECKS, Figure, Needs

ORDER = (*paper.SIMPLE, *paper.WATERSHED, *paper.SEEDED, *paper.COVERAGES, paper.RECORDED)
MOST_COLUMNS = 3
FILTER_OFFSET = 0.18


@style.styled
def draw(
    accuracy: pd.DataFrame, accuracy_summary: pd.DataFrame, origins: Mapping[str, str]
) -> Drawing:
    """Return the bias of each user and method, and a map of root-mean-square errors.

    Parameters
    ----------
    accuracy, accuracy_summary : DataFrame
        Tables of the study; errors against the truth as it is, internal pores not filled.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Drawing
        A panel of biases for each dataset, and one map of errors, all in points of the volume
        fraction.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    chosen = [table[table["dataset"].isin(list(origins))] for table in (accuracy, accuracy_summary)]
    users, summary = groups.named_by_group(*chosen)
    if summary.empty:
        raise ValueError("nothing to draw: no segmentation of these datasets has a truth")
    datasets = [d for d in origins if d in set(summary["dataset"])]
    variants = paper.in_paper_order(summary["variant"], ORDER)
    filters = list(dict.fromkeys(summary["filter"]))
    images = [
        (d, f)
        for d in datasets
        for f in filters
        if ((summary["dataset"] == d) & (summary["filter"] == f)).any()
    ]
    columns = min(MOST_COLUMNS, len(datasets))
    lines = -(-len(datasets) // columns)
    map_mm = 14.0 + 5.0 * len(images)
    figure = style.new_figure(style.DOUBLE_MM, 46.0 * lines + map_mm + 28.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[46.0 * lines + 18.0, map_mm + 6.0])
    grid = upper.subplots(lines, columns, sharey=True, sharex=True, squeeze=False)
    for axes in grid.ravel()[len(datasets) :]:
        axes.set_axis_off()
    for i, (axes, dataset) in enumerate(zip(grid.ravel(), datasets, strict=False)):
        rows = users[users["dataset"] == dataset]
        _draw_bias(axes, rows, variants, filters)
        if i == 0:
            style.panel_letter(axes, "a)", dataset)
        else:
            axes.set_title(dataset, loc="left")
        axes.tick_params(axis="x", labelbottom=i >= len(datasets) - columns)
    for axes in grid[:, 0]:
        axes.set_ylabel("Bias of volume fraction\n(points)")
    style.legend_above(upper, _handles(filters))
    _draw_errors(lower, summary, images, variants)
    style.footnote(
        figure,
        "Marks: users; short lines: their mean. Points: 100 times the difference of two volume "
        "fractions. Truth as it is, internal pores not filled.",
        groups.note(*chosen),
        words.origin_sentence({d: origins[d] for d in datasets}),
    )
    return figure


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
        axes.plot(
            np.full(len(points), x),
            points,
            look.marker,
            ms=style.mark_size(look, 3),
            mfc="white" if hollow else look.colour,
            mec="black",
            mew=0.5,
            zorder=3,
        )
        mean = points.mean()
        axes.plot([x - FILTER_OFFSET * 0.8, x + FILTER_OFFSET * 0.8], [mean] * 2, "k-", lw=1.1)
    axes.set_xlim(-0.6, len(variants) - 0.4)
    axes.set_xticks(range(len(variants)), variants, rotation=90)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")


def _handles(filters: list[str]) -> list:
    point = {"marker": "s", "ms": 3.5, "ls": "", "mec": "black", "mew": 0.5}
    handles = [
        style.line_handle(words.filter_name(f), mfc="white" if i else "#777777", **point)
        for i, f in enumerate(filters)
    ]
    handles.append(style.line_handle("mean of users", color="black", lw=1.1))
    return [*handles, style.line_handle("truth", **style.TRUTH_LINE)]


def _draw_errors(figure, summary: pd.DataFrame, images: list, variants: list[str]) -> None:
    """Draw the map of root-mean-square errors, the number in each field."""
    errors = np.full((len(images), len(variants)), np.nan)
    for row in summary.itertuples():
        at = images.index((row.dataset, row.filter)), variants.index(row.variant)
        errors[at] = 100 * row.rmse
    axes = figure.subplots()
    top = np.nanmax(errors)
    axes.imshow(errors, cmap="Blues", vmin=0, vmax=top, aspect="auto")
    for (i, j), error in np.ndenumerate(errors):
        if np.isfinite(error):
            colour = "white" if error > 0.6 * top else "black"
            axes.text(j, i, f"{error:.1f}", ha="center", va="center", color=colour, fontsize=6)
    axes.set_xticks(range(len(variants)), variants)
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
    draw=lambda data: draw(data.tables["accuracy"], data.tables["accuracy_summary"], data.origins),
    caption="""
How far every method is from the truth that only a twin has: (a) bias of each user's volume
fraction, (b) root-mean-square error over users, which holds both bias and spread (RMSE² = bias² +
(n - 1)/n SD²).

Not a figure of the paper, which had no truth for these data.

A low standard deviation between users means that a result is reproducible, not that it is
accurate. Read the standard deviations of the other figures beside this one.
""",
    tables=(
        "accuracy",
        "accuracy_summary",
    ),
)
