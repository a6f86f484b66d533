"""Where the paper's numbers lie among what other studies of three users would have found."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ...figures import bars, groups, style, words
from ...figures.figure import SURE, Figure, FigureData, Needs
from ...figures.findings import for_each_group
from ...statistics.choices import PANEL as PANEL_USERS
from ...statistics.grids import GROUP
from ...study.comparisons import cells_with_choices
from .. import names as paper

PANELS = {
    "sd": ("SD of the volume fraction (points)", 100.0),
    "percent": ("Voxels that two users label differently (%)", 1.0),
    "baseline_percent": ("Distance of three users' mean from the FIB-SEM block (% of it)", 1.0),
}
"""Title of each quantity's panel, and the factor from the table's unit to the axis's."""

BLOCKS = "Baseline: this study's block; the paper's numbers are distances from its own."

ROW_MM = 5.0
OURS = "#3d8fc7"
LOOK_OF_PANEL = {"marker": "v", "ms": 4, "mfc": "white", "color": "black", "mew": 0.8, "zorder": 5}


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the distribution over all choices of three users beside each number of the paper."""
    mixed = data.shown(data.tables["choices"])
    mixed = mixed[mixed["paper_low"].notna()]
    (table,) = groups.named_by_group(data, mixed)
    if table.empty:
        raise ValueError("nothing to draw: the paper states nothing about these conditions")
    panel = _panel(data)
    panels = {q: _sorted(data, table[table["quantity"] == q]) for q in PANELS}
    panels = {quantity: rows for quantity, rows in panels.items() if len(rows)}
    heights = [len(rows) + 2.0 for rows in panels.values()]
    figure = style.new_figure(style.DOUBLE_MM * 0.8, ROW_MM * sum(heights) + 34.0)
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (quantity, rows), letter in zip(grid, panels.items(), style.letters(), strict=False):
        title, scale = PANELS[quantity]
        _draw_quantity(axes, rows, scale)
        if quantity == "sd":
            _mark_panel(axes, rows, panel)
        style.panel_letter(axes, letter)
        axes.set_xlabel(title)
    handles = _handles(set(table["paper_kind"]))
    if panel:
        handles.append(style.line_handle("this study's own three users", ls="", **LOOK_OF_PANEL))
    style.legend_above(figure, handles, columns=3)
    realisations = int(table["realisations"].max())
    on = f", each on {realisations} realisations" if realisations > 1 else ""
    style.footnote(
        figure,
        f"All {int(table['choices'].max())} choices of three out of "
        f"{groups.numbers_of_users(table)}{on}. On the "
        "right: which share of them lies below the paper's number, or within its range or limit.",
        groups.note(data, mixed),
        BLOCKS if "baseline_percent" in panels else "",
        words.origin_sentence(data.origins, set(table["dataset"])),
    )
    return figure


def _panel(data: FigureData) -> dict[tuple, float]:
    """Return the SDs of the study's own three users by condition, where others did the same."""
    spread = data.tables.get("spread")
    if spread is None or "population" not in spread:
        return {}
    # A panel of another size is no choice of three.
    rows = spread[spread["population"].notna() & (spread["users"] == PANEL_USERS)]
    return dict(zip(zip(*(rows[name] for name in GROUP), strict=True), rows["sd"], strict=True))


def _mark_panel(axes: Axes, rows: pd.DataFrame, panel: dict[tuple, float]) -> None:
    left = axes.get_xlim()[0]
    for y, row in enumerate(rows.itertuples()):
        sd = panel.get((row.dataset, row.filter, row.variant))
        if sd is not None:
            axes.plot(max(100 * sd, left), y - 0.3, **LOOK_OF_PANEL)


def _sorted(data: FigureData, rows: pd.DataFrame) -> pd.DataFrame:
    """Return conditions in the paper's order of datasets and the config's of variants."""
    variants = data.in_order(rows["variant"])
    place = [
        (paper.DATASETS.index(row.dataset), row.filter, variants.index(row.variant))
        for row in rows.itertuples()
    ]
    return rows.iloc[sorted(range(len(rows)), key=place.__getitem__)]


def _draw_quantity(axes: Axes, rows: pd.DataFrame, scale: float) -> None:
    ends = rows[["low", "high", "paper_high"]] * scale
    low = max(ends[["low", "paper_high"]].min(axis=None) / 1.3, ends.max(axis=None) / 1000)
    limits = low, ends.max(axis=None) * 1.3
    for y, row in enumerate(rows.itertuples()):
        outer = [max(scale * end, limits[0]) for end in (row.low, row.high)]
        inner = [max(scale * end, limits[0]) for end in (row.lower_half, row.upper_half)]
        axes.plot(outer, [y, y], color=OURS, lw=1.0, zorder=2)
        axes.plot(inner, [y, y], color=OURS, lw=5.0, solid_capstyle="butt", alpha=0.55, zorder=2)
        axes.plot(scale * row.median, y, "|", ms=7, color="#0b4a78", mew=1.2, zorder=3)
        axes.plot(scale * row.all_users, y, "o", ms=3, color="black", zorder=4)
        stated = scale * row.paper_low, scale * row.paper_high
        bars.mark_in_row(axes, y + 0.32, *stated, kind=row.paper_kind, left=limits[0], height=0.26)
        axes.annotate(
            _place(row),
            xy=(1.01, y),
            xycoords=("axes fraction", "data"),
            va="center_baseline",
            fontsize=6,
        )
    names = [
        f"{row.dataset}, {words.filter_name(row.filter)}, {row.variant}"
        for row in rows.itertuples()
    ]
    style.name_rows(axes, names)
    axes.set(xscale="log", xlim=limits, ylim=(len(rows) - 0.35, -0.6))
    style.label_ticks(axes.xaxis, style.log_ticks(*limits))


def _place(row) -> str:
    """Return the share of the choices below the paper's number, or within its range."""
    if row.paper_kind == "derived":
        return f"within: {_percent(row.below_paper_high - row.below_paper_low)}"
    return f"below: {_percent(row.below_paper_high)}"


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def _handles(kinds: set[str]) -> list:
    handles = [
        style.line_handle("central 95 % of choices", color=OURS, lw=1.0),
        style.line_handle("central half", color=OURS, lw=5.0, alpha=0.55),
        style.line_handle("median", marker="|", ms=7, ls="", color="#0b4a78", mew=1.2),
        style.line_handle("all users", marker="o", ms=3, ls="", color="black"),
    ]
    return handles + bars.mark_handles(kinds)


def _needs(study) -> Needs:
    if not study.has_two_phases:
        return Needs()
    stated = {(s.dataset, s.filter, s.variant) for s in paper.STATED}
    names = {key[0] for key in cells_with_choices(study) if key in stated}
    beside = ("spread",) if study.population_sample else ()
    return Needs(tuple(paper.of_paper(names)), tables=beside)


def _finding(data: FigureData) -> str:
    return for_each_group(data.tables["choices"], lambda table: _inside(table, data))


def _inside(choices: pd.DataFrame, data: FigureData) -> str:
    rows = data.shown(choices)
    values = rows[rows["paper_low"].notna() & (rows["paper_kind"] == "value")]
    if values.empty:
        return ""
    inside = values["paper_low"].between(values["low"], values["high"])
    return (
        f"Of {len(values)} numbers that the paper states {int(inside.sum())} lie within the "
        "central 95 % of what choices of three of these users give."
    )


FIGURE = Figure(
    title="Where the paper's numbers lie among all choices of three users",
    category=SURE,
    order=2,
    requires="fifteen users of a condition that the paper gives a number of",
    needs=_needs,
    draw=draw,
    caption="""
Every choice of three users, on every realisation of a twin, is one study that could have been
made instead of the paper's. The figure shows what they would have found where the paper gives a
number (yellow): (a) the standard deviation of the volume fraction, (b) the mean share of voxels
that two users label differently, (c) the distance of the users' mean from the FIB-SEM volume
fraction, where the study has one. Hollow triangles show the study's own three users, where a
larger sample of the population did the same. On the right: the share of the choices below the
paper's number or limit, or within its range. S2 and cWS on raw NMC-2 were calibrated on its
pairwise differences; all else is a prediction.
""",
    tables=("choices",),
    finding=_finding,
)
