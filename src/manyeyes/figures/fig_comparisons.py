"""Which spreads differ: ratios of standard deviations with intervals, comparison by comparison."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..groups import RECORDED, groups_in
from ..study.comparisons import LEAST_USERS_FOR_CHOICES
from . import groups, style, words
from .choosing import compared_datasets
from .figure import SURE, Figure, FigureData, Needs
from .findings import for_each_group

ROW_MM = 3.3
REST_MM = 38.0
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
MOST_RATIO = 60.0
OPEN = "no difference shown"
CLEAR = 0.05
"""Marks are filled for smaller Holm-adjusted p-values."""
COLUMNS = {0.0: "ratio (95 % interval)", 0.53: "p (Holm)", 0.74: "users to show it"}
"""Start of each column of text beside the panel, as a share of their width."""
LEAST_TO_PLAN = LEAST_USERS_FOR_CHOICES
"""With fewer users the ratio found is too uncertain to plan a study with."""
SIMULATED_TESTS = (
    "There can be any number of simulated users, so their p-values help to plan studies and are no "
    "evidence about people."
)
SCOPES = {"fixed": "these datasets", "random": "datasets like these"}


class Line(NamedTuple):
    """One line of the plot: a heading (ratio is None), or a ratio of spreads with its interval."""

    name: str
    ratio: float | None = None
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    users: float = np.nan
    over_datasets: bool = False
    by_people: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a ratio to draw."""
        return self.ratio is not None and bool(np.isfinite(self.ratio))

    @property
    def bounded(self) -> bool:
        """Whether its interval has an end at all."""
        return self.low > 0 or bool(np.isfinite(self.high))


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a forest plot of all comparisons of spread that the study lists."""
    comparisons = data.tables["comparisons"]
    over_datasets = data.tables.get("comparisons_over_datasets")
    if comparisons.empty:
        raise ValueError("nothing to draw: the study compares no two spreads")
    lines = _lines(data, comparisons, over_datasets)
    row_mm = min(ROW_MM, (style.PAGE_MM - REST_MM) / len(lines))
    figure = style.new_figure(style.DOUBLE_MM, row_mm * len(lines) + REST_MM)
    axes, beside = figure.subplots(1, 2, width_ratios=[5, 2.6], sharey=True)
    reach = _reach(lines)
    for y, line in enumerate(lines):
        if line.ratio is None:
            axes.axhline(y - 0.5, color="#dddddd", lw=0.5, zorder=0)
        elif line.known:
            _draw_line(axes, y, line, reach)
            _write_line(beside, y, line)
        else:
            _write(beside, 0, y, "no deviation on one side")
    axes.axvline(1, color="#777777", lw=0.8, zorder=1)
    axes.set(xscale="log", xlim=(1 / reach, reach), ylim=(len(lines) - 0.3, -0.7))
    ticks = [tick for tick in TICKS if 1 / reach < tick < reach]
    if len(ticks) < 3:
        ticks = sorted({1.0, *style.log_ticks(1 / reach, reach)})
    style.label_ticks(axes.xaxis, ticks)
    rows = style.name_rows(axes, [style.plain(line.name) for line in lines])
    for tick, line in zip(rows, lines, strict=True):
        tick.label1.set_fontweight("bold" if line.ratio is None else "normal")
    beside.set_axis_off()
    axes.set_xlabel("Ratio of spreads, first over second (< 1: the first spreads less)")
    can_plan = any(np.isfinite(line.users) for line in lines)
    for x, title in list(COLUMNS.items())[: 3 if can_plan else 2]:
        _write(beside, x, -1.0, title)
    simulated = groups_in(comparisons) != [RECORDED]
    style.legend_above(figure, _handles(over_datasets is not None), columns=4)
    most = int(comparisons["realisations"].max())
    style.footnote(
        figure,
        f"{groups.numbers_of_users(comparisons)}, the same ones under both conditions"
        + (f", on {most} realisations of each dataset" if most > 1 else "")
        + ". Circles: ratio of SDs on one dataset (Pitman-Morgan). Diamonds: ratio of mean "
        "absolute deviations over all of them (Brown-Forsythe in a mixed model); users are a "
        "random sample, and so are the datasets for “datasets like these”. Each kind is one family "
        "for Holm's correction, listed before any run.",
        SIMULATED_TESTS if simulated else "",
        "Users to show it: for a power of 80 % if the ratio found were the true one."
        if can_plan
        else f"With fewer than {LEAST_TO_PLAN} users the ratios found are too uncertain to say how "
        "many users would show them.",
        "Intervals without limits are not drawn."
        if any(line.known and not line.bounded for line in lines)
        else "",
        words.origin_sentence(data.origins),
    )
    return figure


def _lines(data: FigureData, comparisons, over_datasets: pd.DataFrame | None) -> list[Line]:
    """Return all lines from top to bottom: a heading, then datasets, then all of them."""
    lines = []
    both = groups.both_groups(comparisons)
    datasets = [*data.origins, *comparisons["dataset"]]
    for group in dict.fromkeys(comparisons["comparison"]):
        lines.append(Line(words.comparison_name(group)))
        rows = comparisons[comparisons["comparison"] == group]
        for row in sorted(rows.itertuples(), key=lambda one: datasets.index(one.dataset)):
            whose = _whose(row, both)
            needed = row.users_needed if row.users >= LEAST_TO_PLAN else np.nan
            numbers = (row.sd_ratio, row.ratio_low, row.ratio_high, row.p_holm, needed)
            lines.append(Line(row.dataset + whose, *numbers, by_people=bool(whose)))
        if over_datasets is None:
            continue
        for row in over_datasets[over_datasets["comparison"] == group].itertuples():
            whose = _whose(row, both)
            numbers = (row.spread_ratio, row.ratio_low, row.ratio_high, row.p_holm)
            name = SCOPES[row.scope] + whose
            lines.append(Line(name, *numbers, over_datasets=True, by_people=bool(whose)))
    return lines


def _whose(row, both: bool) -> str:
    """Return what follows a name where both groups of users are compared."""
    return words.PEOPLE if both and row.made_by == RECORDED else ""


def _reach(lines: list[Line]) -> float:
    """Return the end of the axis: as far as the widest interval, up to `MOST_RATIO`."""
    ends = [max(line.high, 1 / line.low) for line in lines if line.known and line.low > 0]
    return min(MOST_RATIO, 1.2 * max(ends)) if ends else 10.0


def _draw_line(axes: Axes, y: int, line: Line, reach: float) -> None:
    ends = np.clip([line.low, line.high], 1 / reach, reach)
    colour = "#444444" if line.over_datasets else "#3d8fc7"
    if line.bounded:
        axes.plot(ends, [y, y], color=colour, lw=1.0, zorder=2)
    axes.plot(
        np.clip(line.ratio, 1 / reach, reach),
        y,
        style.PEOPLES_MARKER if line.by_people else "D" if line.over_datasets else "o",
        ms=6.0 if line.by_people else 4.0 if line.over_datasets else 4.2,
        mfc=colour if line.p < CLEAR else "white",
        mec=colour,
        mew=1.0,
        zorder=3,
        clip_on=False,
    )


def _write_line(axes: Axes, y: int, line: Line) -> None:
    texts = [
        f"{_ratio(line.ratio)} ({_interval(line)})",
        _p_value(line.p),
        _users(line.users) if np.isfinite(line.users) else "",
    ]
    for x, text in zip(COLUMNS, texts, strict=True):
        _write(axes, x, y, text)


def _write(axes: Axes, x: float, y: float, text: str) -> None:
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), va="center_baseline", fontsize=6)


def _ratio(value: float) -> str:
    if 0 < value < 0.1:
        return f"{value:.1g}" if value < 0.01 else f"{value:.2f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _interval(line: Line) -> str:
    """Return an interval in words; an end at 0 or infinity is none."""
    if not line.bounded:
        return "no limit"
    if line.low <= 0:
        return f"below {_ratio(line.high)}"
    if np.isinf(line.high):
        return f"above {_ratio(line.low)}"
    return f"{_ratio(line.low)} to {_ratio(line.high)}"


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _users(users: float) -> str:
    return f"{users:.0f}" if users <= 1000 else "> 1000"


def _handles(over: bool) -> list:
    kinds = {"one dataset": ("o", "#3d8fc7")} | ({"all datasets": ("D", "#444444")} if over else {})
    return [
        style.line_handle(
            f"{name}, {sign}",
            marker=marker,
            ls="",
            ms=4.2,
            mew=1.0,
            mec=colour,
            mfc=colour if sign != OPEN else "white",
        )
        for name, (marker, colour) in kinds.items()
        for sign in (f"p < {CLEAR:g}", OPEN)
    ]


def _needs(study) -> Needs:
    datasets, over = compared_datasets(study)
    return Needs(tuple(datasets), tables=("comparisons_over_datasets",) if over else ())


def _finding(data: FigureData) -> str:
    return for_each_group(data.tables["comparisons"], _clear_ones)


def _clear_ones(comparisons: pd.DataFrame) -> str:
    clear = comparisons[comparisons["p_holm"] < CLEAR]
    text = f"{len(clear)} of {len(comparisons)} ratios on one dataset differ from 1 "
    text += f"(adjusted p below {CLEAR:g})."
    if len(clear):
        ends = [clear.loc[clear["sd_ratio"].idxmin()], clear.loc[clear["sd_ratio"].idxmax()]]
        found = [
            f"{row['sd_ratio']:.2f} ({words.comparison_name(row['comparison'])}, {row['dataset']})"
            for row in ends
        ]
        text += f" They run from {' to '.join(found)}."
    return text


FIGURE = Figure(
    title="Which spreads differ: ratios with intervals and adjusted p-values",
    category=SURE,
    order=3,
    requires="one of the config's comparisons, made by three users",
    needs=_needs,
    draw=draw,
    caption="""
Every comparison of spread that the study lists beforehand. Circles: the ratio of two standard
deviations over the same users on one dataset, with its 95 % interval (Pitman-Morgan). Diamonds:
the ratio of mean absolute deviations from the median user over all datasets (Brown-Forsythe in a
mixed model), for these datasets and, where there are at least four, for datasets like these. The
p-values are adjusted by Holm's method within one family for each kind of test. There can be any
number of simulated users: their p-values help to plan studies and are no evidence about people.
""",
    tables=("comparisons",),
    finding=_finding,
)
