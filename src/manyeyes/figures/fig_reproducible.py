"""Reproducible is not accurate: spread over users against bias to the truth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..report.words import in_points
from ..statistics.tables import pool_errors
from ..statistics.words import and_list
from ..study.comparisons import LEAST_USERS_FOR_CHOICES
from ..study.variants import with_offset
from . import groups, style, words
from .choosing import methods_of_variants, shared_datasets, with_known_truth
from .figure import FOLLOWS, Figure, FigureData, Needs
from .findings import extremes, for_each_group

MOST_COLUMNS = 3
RINGS = (1, 2, 5, 10, 20, 50)
"""Root-mean-square errors, in points, of the lines that are drawn behind the methods."""
LEAST_USERS = LEAST_USERS_FOR_CHOICES
"""With fewer, intervals are so long that they would hide the marks."""
LINEAR = 1.0
"""Points about zero within which the axis of the bias is linear; beyond, it is logarithmic."""
BIAS_TICKS = (0, 0.5, 1, 2, 5, 10, 20, 50)


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each dataset, every method's bias over its spread, in points.

    Intervals are drawn where there are users enough for them to be shorter than the panel.
    """
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
    few = bool((table["users"] < LEAST_USERS).any())
    style.footnote(
        figure,
        f"Marks: {groups.numbers_of_users(table)}. "
        + (
            f"Intervals are drawn from {LEAST_USERS} users on; those of fewer are in errors.csv. "
            if few
            else "Lines: 95 % intervals for all such users, cut at the frame. "
        )
        + "Grey: where the root-mean-square error of all users is the number beside. Left: "
        "reproducible; on the dashed line: right on average; only both is accurate.",
        data.facts.get("left_out", ""),
        "Methods whose users all agree stand at the left edge." if (table["sd"] <= 0).any() else "",
        groups.note(data, pooled),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _draw_dataset(axes: Axes, rows: pd.DataFrame, filters: list[str]) -> None:
    points = rows[["bias", "bias_low", "bias_high", "sd", "sd_low", "sd_high"]] * 100
    positive = points.loc[points["sd"] > 0, "sd"]
    left, right = (positive.min() / 2.2, positive.max() * 2.2) if len(positive) else (0.1, 10.0)
    reach = 1.4 * max(points["bias"].abs().max(), LINEAR)
    axes.set(xscale="log", xlim=(left, right))
    axes.set_yscale("symlog", linthresh=LINEAR, linscale=0.6)
    axes.set_ylim(-reach, reach)
    style.label_ticks(axes.xaxis, style.log_ticks(left, right))
    ticks = [tick for tick in BIAS_TICKS if tick < reach]
    style.label_ticks(axes.yaxis, [*(-tick for tick in ticks[:0:-1]), *ticks])
    _draw_rings(axes, left, right, reach)
    axes.axhline(0, zorder=1, **style.TRUTH_LINE)
    styles = style.variant_styles(dict.fromkeys(rows["variant"]))
    for names, p in zip(rows.itertuples(), points.itertuples(), strict=True):
        look = styles[names.variant]
        hollow = filters.index(names.filter) > 0
        x = max(p.sd, left)
        line = {"color": look.colour, "lw": 0.6, "alpha": 0.6, "zorder": 2}
        many = names.users >= LEAST_USERS
        if many:
            axes.plot([x, x], [p.bias_low, p.bias_high], **line)
        if many and p.sd > 0:
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
        sd = np.geomspace(left, min(ring, right), 2000)
        bias = np.sqrt(np.maximum(ring**2 - sd**2, 0))
        for sign in (-1, 1):
            axes.plot(sd, sign * bias, color="#c9c9c9", lw=0.6, zorder=0)
        if ring < 0.93 * reach:
            look = {"color": "#777777", "fontsize": 5.5, "va": "bottom"}
            axes.text(left * 1.04, bias[0], f"{ring}", **look)


def _handles(variants: list[str], filters: list[str]) -> list:
    handles = [
        style.line_handle(name, marker=look.marker, ms=4.5, mfc=look.colour, **style.POINT)
        for name, look in style.variant_styles(variants).items()
    ]
    handles += style.filter_handles(filters, ms=4, ls="", mec="#555555")
    return [*handles, style.line_handle("truth", **style.TRUTH_LINE)]


def _needs(study) -> Needs:
    shared = set(shared_datasets(study))
    used = list(methods_of_variants(study))
    deliberate = [name for name in with_offset(study.variants) if name in used]
    shown = [name for name in used if name not in deliberate]
    note = f"Without {and_list(deliberate)}, whose offset is deliberate."
    return Needs(
        tuple(name for name in with_known_truth(study) if name in shared),
        variants=tuple(shown),
        facts={"left_out": note} if deliberate and shown else {},
    )


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
against the bias of their mean to the truth, with 95 % intervals where there are fifteen users or
more. Methods far to the left are reproducible; those on the dashed line are right on average;
grey lines join equal root-mean-square errors (RMSE² = bias² + SD² over all users). Within a point
of zero the bias is drawn on a linear scale, beyond it on a logarithmic one. Variants with
a deliberate offset are left out.

Not a figure of the paper, which had no truth for these data.
""",
    tables=("errors",),
    finding=_finding,
    spread="errors",
)
