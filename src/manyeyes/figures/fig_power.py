"""How many users show that two methods differ in spread."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Drawing

from ..groups import MADE_BY, RECORDED, groups_in
from ..study.comparisons import LEAST_USERS_FOR_CHOICES
from . import groups, style, words
from .choosing import compared_datasets
from .figure import SURE, Figure, FigureData, Needs

POWER = 0.8
PAPERS_USERS = 3
PAPERS_RATIOS = (2, 4)
"""Section 3.2.3 of the paper: methods that vary two to four times more than others."""
COLOURS = ("#a6cbe8", "#6fb1dc", "#3d8fc7", "#1f6aa5", "#0b4a78")
MARKERS = ("o", "s", "^", "D", "v")
DESIGN_COLOURS = ("#d9660a", "#a6cbe8", "#3d8fc7", "#0b4a78")
RATIO_TICKS = (1, 1.5, 2, 3, 5, 10, 20, 50, 100)
USERS_TICKS = (3, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_USERS = 1000
MOST_RATIO = 100.0
SHOWN_CORRELATION = 0.5


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return power over the number of users, and the users needed for each ratio."""
    tables = [data.tables[name] for name in ("power_curves", "power", "comparisons")]
    if any(table.empty for table in tables):
        raise ValueError("nothing to draw: the study compares no two spreads")
    curves, needed, comparisons = tables
    figure = style.new_figure(style.DOUBLE_MM, 82.0)
    grid = figure.subplots(1, 3)
    ratios = sorted(set(curves["sd_ratio"]))
    users = int(comparisons["users"].max())
    paired = curves[curves["correlation"] == SHOWN_CORRELATION]
    # What the paper says is shown only beside its own datasets.
    of_paper = data.publication.is_about(data.origins)
    numbers = list(dict.fromkeys([*([PAPERS_USERS] if of_paper else []), users]))
    designs = (
        (curves[curves["design"] == "unpaired"], "different users in each group"),
        (paired, f"the same users, correlation {SHOWN_CORRELATION:g}"),
    )
    for axes, (rows, title), letter in zip(grid, designs, "ab", strict=False):
        _draw_curves(axes, rows, ratios, numbers)
        style.panel_letter(axes, f"{letter})", title)
    grid[0].set_ylabel("Power (5 % error rate)")
    if of_paper:
        grid[2].axvspan(*PAPERS_RATIOS, color=style.PAPER_FILL, alpha=0.35, lw=0, zorder=0)
    _draw_needed(grid[2], needed, comparisons, numbers)
    style.panel_letter(grid[2], "c)", "for a power of 80 %")
    style.legend_above(figure, _handles(ratios), columns=6)
    style.footnote(
        figure,
        "Dotted: "
        + ("the paper's three users" if of_paper else "")
        + (" and " if len(numbers) > 1 else "")
        + (f"this study's {users}" if len(numbers) > 1 or not of_paper else "")
        + ". Signs in c: checked by simulation. Grey in c: this study's comparisons, as if the "
        f"ratio and the correlation found were the true ones; triangles: beyond the panel (more "
        f"than {MOST_USERS} users, or a ratio above {MOST_RATIO:g})."
        + (
            f" Found with {users} users, such ratios are far from sure."
            if users < LEAST_USERS_FOR_CHOICES
            else ""
        )
        + (" Yellow: the paper's two- to fourfold spreads." if of_paper else ""),
        "For planning studies with people"
        + (
            "; tests of simulated users, of whom there can be any number, are no evidence about "
            "people."
            if groups_in(comparisons) != [RECORDED]
            else "."
        )
        + (
            " Stars in c: comparisons of recorded people."
            if groups.both_groups(comparisons)
            else ""
        ),
        words.origin_sentence(data.origins),
    )
    return figure


def _draw_curves(axes: Axes, rows: pd.DataFrame, ratios: list[float], numbers: list) -> None:
    for ratio, colour, marker in zip(ratios, COLOURS, MARKERS, strict=False):
        curve = rows[rows["sd_ratio"] == ratio]
        axes.plot(
            curve["users"], curve["power"], color=colour, lw=1.2, marker=marker, ms=2.6, mew=0
        )
    axes.axhline(POWER, color="#777777", lw=0.7, ls=(0, (4, 2)), zorder=1)
    for number in numbers:
        axes.axvline(number, color="#777777", lw=0.8, ls=":", zorder=1)
    axes.set(xscale="log", ylim=(0, 1.02), xlim=(2.7, rows["users"].max() * 1.05))
    _label_users(axes.xaxis, rows["users"].max())
    axes.set_xlabel("Users" + (" in each group" if (rows["design"] == "unpaired").all() else ""))
    axes.grid(axis="both")


def _draw_needed(
    axes: Axes, needed: pd.DataFrame, comparisons: pd.DataFrame, numbers: list
) -> None:
    found = comparisons.dropna(subset=["users_needed"])
    ratios = np.exp(np.abs(np.log(found["sd_ratio"])))
    most = 1.25 * float(np.clip(ratios.max(), needed["sd_ratio"].max(), MOST_RATIO))
    # Beyond the panel: a triangle at its edge instead of half a dot.
    far, many = ratios > MOST_RATIO, found["users_needed"] > MOST_USERS
    people = groups.both_groups(found) & (found.get(MADE_BY, "") == RECORDED)
    for theirs, marker, size in ((False, "o", 2.6), (True, style.PEOPLES_MARKER, 5.0)):
        rows = np.broadcast_to(people, len(found)) == theirs
        for chosen, sign in ((~far & ~many, marker), (many, "^"), (far & ~many, ">")):
            # The layout would make room for a line without points.
            if not (rows & chosen).any():
                continue
            axes.plot(
                np.clip(ratios[rows & chosen], 1.0, MOST_RATIO),
                np.clip(found["users_needed"][rows & chosen], 3, MOST_USERS),
                sign,
                ms=size if sign == marker else 4.0,
                color="#9b9b9b",
                mew=0,
                zorder=2,
                clip_on=False,
            )
    designs = [("unpaired", np.nan), *_correlations(needed)]
    looks = zip(DESIGN_COLOURS, MARKERS, strict=False)
    for (design, correlation), (colour, marker) in zip(designs, looks, strict=False):
        rows = needed[needed["design"] == design]
        # Wider and below the others, because the same users without correlation need as many.
        look = {"color": colour, "marker": marker, "ms": 6.5, "lw": 3.0, "label": "different users"}
        if design == "paired":
            rows = rows[rows["correlation"] == correlation]
            look |= {"ms": 3.0, "lw": 1.0, "label": f"same users, r = {correlation:g}"}
        axes.plot(rows["sd_ratio"], rows["users"], zorder=3, **look)
    for number in numbers:
        axes.axhline(number, color="#777777", lw=0.8, ls=":", zorder=1)
    axes.set(xscale="log", yscale="log", ylim=(2.4, MOST_USERS * 1.3))
    style.label_ticks(axes.xaxis, [tick for tick in RATIO_TICKS if tick < most])
    _label_users(axes.yaxis, MOST_USERS)
    axes.set(xlabel="Ratio of the two SDs", ylabel="Users needed (in each group)")
    axes.set_xlim(0.95, most)
    axes.grid(axis="both")
    axes.legend(loc="upper right", borderaxespad=0.2)


def _correlations(needed: pd.DataFrame) -> list[tuple[str, float]]:
    found = needed.loc[needed["design"] == "paired", "correlation"]
    return [("paired", correlation) for correlation in dict.fromkeys(found)]


def _label_users(axis: Axis, most: float) -> None:
    style.label_ticks(axis, [tick for tick in USERS_TICKS if tick <= most])


def _handles(ratios: list[float]) -> list:
    return [
        style.line_handle(f"SD ratio {ratio:g}", color=colour, lw=1.2, marker=marker, ms=3)
        for ratio, colour, marker in zip(ratios, COLOURS, MARKERS, strict=False)
    ] + [style.line_handle("80 %", color="#777777", lw=0.7, ls=(0, (4, 2)))]


FIGURE = Figure(
    title="How many users show that two methods differ in spread",
    category=SURE,
    order=4,
    requires="one of the config's comparisons, made by three users",
    needs=lambda study: Needs(tuple(compared_datasets(study)[0])),
    draw=draw,
    caption="""
How many users a study needs to show that two methods differ in spread, at an error rate of 5 %.
(a) Different users for each method (F test). (b) The same users under both (Pitman-Morgan), whose
values under the two methods correlate with 0.5. (c) Users needed for a power of 80 %, by the
ratio of the two standard deviations; grey dots are the comparisons of this study as if what was
found were true. Meant for planning studies with people; p-values of simulated users are no
evidence about people.
""",
    tables=(
        "power_curves",
        "power",
        "comparisons",
    ),
)
