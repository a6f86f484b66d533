"""Reproducible is not accurate: spread over users against bias to the truth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..report.words import in_points
from ..statistics.tables import pool_errors
from . import groups, style, words
from .choosing import shared_datasets, with_known_truth
from .figure import FOLLOWS, Figure, FigureData, Needs
from .findings import extremes, for_each_group

MOST_COLUMNS = 3
RINGS = (1, 2, 5, 10, 20, 50)
"""Root-mean-square errors, in points, of the lines that are drawn behind the methods."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each dataset, every method's bias over its spread, with intervals, in points."""
    pooled = pool_errors(data.rows("errors"))
    (table,) = groups.named_by_group(data, pooled)
    datasets = data.datasets_in(table)
    filters = list(dict.fromkeys(table["filter"]))
    columns = min(MOST_COLUMNS, len(datasets))
    width = style.DOUBLE_MM if columns > 1 else style.SINGLE_MM * 1.3
    figure = style.new_figure(width, 70.0 * style.lines_of(len(datasets), columns) + 36.0)
    grid = style.panel_grid(figure, len(datasets), columns)
    for axes, dataset, letter in zip(grid.ravel(), datasets, style.letters(), strict=False):
        _draw_dataset(axes, table[table["dataset"] == dataset], filters)
        style.panel_letter(axes, letter, dataset)
        axes.set_xlabel("SD over users (points)")
    for axes in grid[:, 0]:
        axes.set_ylabel("Bias: mean of users minus truth (points)")
    handles = _handles(data.in_order(table["variant"]), filters)
    style.legend_above(figure, handles, columns=8 if columns > 1 else 5)
    style.footnote(
        figure,
        f"Marks: {groups.numbers_of_users(table)}; lines: 95 % intervals for all such users "
        "(chi-square for the SD, t for the bias), cut at the frame. Grey: where the "
        "root-mean-square error of all users is the number beside. Left: reproducible; on the "
        "dashed line: right on average; only both is accurate.",
        "Methods whose users all agree stand at the left edge." if (table["sd"] <= 0).any() else "",
        groups.note(data, pooled),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _draw_dataset(axes: Axes, rows: pd.DataFrame, filters: list[str]) -> None:
    points = rows[["bias", "bias_low", "bias_high", "sd", "sd_low", "sd_high"]] * 100
    positive = points.loc[points["sd"] > 0, "sd"]
    left, right = (positive.min() / 2.2, positive.max() * 2.2) if len(positive) else (0.1, 10.0)
    reach = 1.3 * max(points["bias"].abs().max(), 0.5)
    axes.set(xscale="log", xlim=(left, right), ylim=(-reach, reach))
    style.label_ticks(axes.xaxis, style.log_ticks(left, right))
    _draw_rings(axes, left, right, reach)
    axes.axhline(0, zorder=1, **style.TRUTH_LINE)
    styles = style.variant_styles(dict.fromkeys(rows["variant"]))
    for names, p in zip(rows.itertuples(), points.itertuples(), strict=True):
        look = styles[names.variant]
        hollow = filters.index(names.filter) > 0
        x = max(p.sd, left)
        line = {"color": look.colour, "lw": 0.6, "alpha": 0.6, "zorder": 2}
        axes.plot([x, x], [p.bias_low, p.bias_high], **line)
        if p.sd > 0:
            axes.plot([p.sd_low, p.sd_high], [p.bias, p.bias], **line)
        axes.plot(
            x,
            p.bias,
            look.marker,
            ms=style.mark_size(look, 4.5),
            mfc="white" if hollow else look.colour,
            mec=look.colour if hollow else "black",
            mew=1.0 if hollow else 0.5,
            zorder=3,
            clip_on=p.sd > 0,
        )


def _draw_rings(axes: Axes, left: float, right: float, reach: float) -> None:
    """Draw lines of equal root-mean-square error, bias^2 + SD^2, with their numbers."""
    for ring in RINGS:
        if ring <= left:
            continue
        sd = np.geomspace(left, min(ring, right), 200)
        bias = np.sqrt(np.maximum(ring**2 - sd**2, 0))
        for sign in (-1, 1):
            axes.plot(sd, sign * bias, color="#c9c9c9", lw=0.6, zorder=0)
        if ring < 0.93 * reach:
            axes.text(left * 1.04, bias[0], f"{ring}", color="#777777", fontsize=5.5, va="bottom")


def _handles(variants: list[str], filters: list[str]) -> list:
    handles = [
        style.line_handle(name, marker=look.marker, ms=4.5, mfc=look.colour, **style.POINT)
        for name, look in style.variant_styles(variants).items()
    ]
    handles += style.filter_handles(filters, ms=4, ls="", mec="#555555")
    return [*handles, style.line_handle("truth", **style.TRUTH_LINE)]


def _needs(study) -> Needs:
    shared = set(shared_datasets(study))
    return Needs(tuple(name for name in with_known_truth(study) if name in shared))


def _finding(data: FigureData) -> str:
    return for_each_group(data.tables["errors"], lambda table: _biases(data.shown(table)))


def _biases(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    sure = rows[(rows["bias_low"] > 0) | (rows["bias_high"] < 0)]
    return (
        f"{'The bias is' if len(rows) == 1 else 'Biases run from'} "
        f"{extremes(rows, 'bias', in_points)} points; the 95 % interval leaves out "
        f"zero in {len(sure)} of {len(rows)} cases."
    )


FIGURE = Figure(
    title="Reproducible is not accurate: spread over users against bias",
    category=FOLLOWS,
    order=2,
    requires="a dataset whose truth is known, segmented by two users",
    needs=_needs,
    draw=draw,
    caption="""
Each mark is one method on one dataset: the standard deviation of the volume fraction over users
against the bias of their mean to the truth, with 95 % intervals. Methods far to the left are
reproducible; those on the dashed line are right on average; grey lines join equal
root-mean-square errors (RMSE² = bias² + SD² over all users).

Not a figure of the paper, which had no truth for these data.
""",
    tables=("errors",),
    finding=_finding,
    spread="errors",
)
