"""The scorecard: every claim of the paper, its verdict, and the paper's numbers and ours."""

from collections.abc import Iterator
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ...figures import style, words
from ...figures.figure import FOLLOWS, Figure, FigureData, Needs
from ...study.comparisons import shared_cells
from .. import names as paper
from ..claims.scorecard import summary_sentence

MARKS = {
    "agrees": ("✓", "#00614d"),
    "disagrees": ("✗", "#c0430a"),
    "undecided": ("?", "#2f6ea5"),
    "not testable here": ("–", "#8a8a8a"),
    "calibrated": ("c", "#7d3270"),
    "consequence": ("i", "#8a8a8a"),
    "duplicate": ("″", "#8a8a8a"),
    "by construction": ("=", "#8a8a8a"),
}
"""A sign and a colour for each verdict; either is enough to recognise it."""

PANEL_MARKS = {"shown": "+", "not shown": "−", "": ""}
"""Whether the study's first three users show a claim."""

SMALL = 5.5
LETTER_MM = 1.03
TOP_MM = 16.0
FOOT_MM = 17.0
LEFT, MIDDLE, RIGHT = 3.0, 98.0, 187.0
ORDERING_MM = 3.25
NUMBER_MM = 4.9
LINE_MM = 2.2
"""Height of a row with one line of a claim's words, and of each further line."""
ORDERING_LETTERS, NUMBER_LETTERS = 38, 54
"""Letters of a claim's words in a line."""
MOST_RATIO = 30.0


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the scorecard of a study on one page.

    Orderings as marks with the share of choices of users that show them, numbers as ratios to the
    paper's with both values written out, the other claims by name, and a count of each verdict. All
    words are written in full, on as many lines as they take.
    """
    claims = data.tables["claims"]
    unknown = set(claims["verdict"]) - set(MARKS)
    if claims.empty or unknown:
        raise ValueError(
            f"expected claims with verdicts out of {', '.join(MARKS)}, found {len(claims)} claims "
            f"and {', '.join(sorted(unknown)) or 'no other verdict'}"
        )
    # What follows from an input, or is told twice, is named with those that do not count.
    counted = ~claims["verdict"].isin(["consequence", "duplicate"])
    orderings = claims[(claims["kind"] == "ordering") & counted]
    numbers = claims[claims["paper_low"].notna() & counted]
    others = claims.drop(index=[*orderings.index, *numbers.index])
    left = list(_rows(orderings, "paper_value", ORDERING_LETTERS, ORDERING_MM))
    right = list(_rows(numbers, "claim", NUMBER_LETTERS, NUMBER_MM))
    left_mm = 5.0 + _end(left) - TOP_MM
    right_mm = 5.0 + _end(right) - TOP_MM + 8.0 + 2.7 * len(others) / 7
    height = TOP_MM + max(left_mm, right_mm) + FOOT_MM
    figure = style.new_figure(style.DOUBLE_MM, height)
    # All positions are given; there is nothing to lay out.
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    # Coordinates are mm from the upper left corner.
    axes.set(xlim=(0, style.DOUBLE_MM), ylim=(height, 0))
    axes.set_axis_off()
    _draw_legend(axes, claims)
    _draw_orderings(axes, left)
    below = _draw_numbers(axes, right)
    _draw_others(axes, others, below + 4)
    style.footnote(
        figure,
        "Share: of all choices of three users and of realisations that show the ordering; with "
        "fewer than 15 users, of the populations that they may come from. Intervals of numbers: "
        "what panels of three give. Panel: shown (+) or not (−) by the first three users. "
        "Yellow: the paper. ↔: the paper contradicts itself. "
        "Only tested claims count; reasons are in claims.csv.",
        words.origin_sentence(data.origins),
    )
    return figure


def _draw_legend(axes: Axes, claims: pd.DataFrame) -> None:
    """Draw the sign of each verdict, and how many claims got it."""
    numbers = claims["verdict"].value_counts()
    columns = len(MARKS) // 2
    for place, (verdict, (mark, colour)) in enumerate(MARKS.items()):
        row, column = divmod(place, columns)
        x, y = LEFT + 2 + 40 * column, 3 + 4 * row
        _write(axes, x, y, mark, color=colour, weight="bold", ha="center", size=7.0)
        _write(axes, x + 2.5, y, verdict, size=6.5)
        count = str(int(numbers.get(verdict, 0)))
        _write(axes, x + 4.5 + 1.3 * len(verdict), y, count, size=6.0, weight="bold")


def _draw_orderings(axes: Axes, rows: list[tuple]) -> None:
    bar, width = LEFT + 63, 25.0
    _write(axes, LEFT, TOP_MM - 3.5, rf"$\bf{{a)}}$  {len(rows)} orderings", size=7.0)
    _write(axes, bar + width / 2, TOP_MM - 5, "share that shows it", ha="center")
    for share in (0, 0.5, 1):
        _write(axes, bar + width * share, TOP_MM - 2.2, f"{100 * share:.0f} %", ha="center")
    _write(axes, bar - 1, TOP_MM - 5, "panel", ha="right")
    bottom = _end(rows)
    axes.plot([bar + width / 2] * 2, [TOP_MM, bottom], color="#bbbbbb", lw=0.5, zorder=1)
    for row, lines, y, _ in rows:
        _name(axes, row, LEFT, y)
        _write_lines(axes, LEFT + 15, y, lines)
        _write(axes, bar - 2.5, y, PANEL_MARKS.get(getattr(row, "panel", ""), ""), ha="center")
        axes.plot([bar, bar + width], [y, y], color="#e4e4e4", lw=0.5, zorder=0)
        if not np.isfinite(row.our_value):
            continue
        colour = MARKS[row.verdict][1]
        if np.isfinite(row.low):
            ends = bar + width * np.clip([row.low, row.high], 0, 1)
            axes.plot(ends, [y, y], color=colour, lw=1.0, zorder=2)
        axes.plot(bar + width * row.our_value, y, "o", ms=2.6, color=colour, zorder=3)


def _draw_numbers(axes: Axes, rows: list[tuple]) -> float:
    bar, width = MIDDLE + 71, 18.0
    _write(axes, MIDDLE, TOP_MM - 3.5, rf"$\bf{{b)}}$  {len(rows)} numbers", size=7.0)
    _write(axes, bar + width / 2, TOP_MM - 5, "ours / paper's", ha="center")
    for ratio in (0.1, 1, 10):
        x = bar + width * _place(ratio)
        _write(axes, x, TOP_MM - 2.2, f"{ratio:g}", ha="center")
    bottom = _end(rows)
    axes.plot([bar + width / 2] * 2, [TOP_MM, bottom], color="#bbbbbb", lw=0.5, zorder=1)
    for row, lines, y, _ in rows:
        below = LINE_MM * len(lines) / 2
        _name(axes, row, MIDDLE, y - below)
        _write_lines(axes, MIDDLE + 13.5, y - LINE_MM / 2, lines)
        ours = "not testable here"
        if np.isfinite(row.our_value):
            ours = f"here {row.our_value:.2g}"
        if np.isfinite(row.low) and np.isfinite(row.high):
            ours += f" ({row.low:.2g} to {row.high:.2g})"
        text = style.plain(f"paper {row.paper_value};  {ours}")
        _write(axes, MIDDLE + 13.5, y + below, text, color="#444444")
        axes.plot([bar, bar + width], [y, y], color="#e4e4e4", lw=0.5, zorder=0)
        middle = (row.paper_low + row.paper_high) / 2
        ends = [bar + width * _place(x / middle) for x in (row.paper_low, row.paper_high)]
        axes.plot(ends, [y, y], color=style.PAPER_FILL, lw=2.6, solid_capstyle="butt", zorder=1)
        axes.plot(bar + width / 2, y, "D", ms=3.2, zorder=2, **style.PAPER_MARK)
        if not np.isfinite(row.our_value):
            continue
        colour = MARKS[row.verdict][1]
        if np.isfinite(row.low) and np.isfinite(row.high):
            ends = [bar + width * _place(x / middle) for x in (row.low, row.high)]
            axes.plot(ends, [y, y], color=colour, lw=1.0, zorder=3)
        axes.plot(bar + width * _place(row.our_value / middle), y, "o", ms=2.6, color=colour)
    return bottom


def _place(ratio: float) -> float:
    """Return the place of a ratio on the logarithmic axis, 0 to 1, at an end if it is beyond."""
    limited = np.clip(ratio, 1 / MOST_RATIO, MOST_RATIO)
    return float(0.5 + np.log(limited) / np.log(MOST_RATIO) / 2)


def _draw_others(axes: Axes, others: pd.DataFrame, y: float) -> None:
    """Name the claims that are neither ordering nor number."""
    _write(
        axes,
        MIDDLE,
        y,
        rf"$\bf{{c)}}$  {len(others)} claims that follow from settings or lie outside of any study",
        size=7.0,
    )
    y += 3.5
    # Names of claims are capitals and digits, wider than other text.
    letters = int(0.85 * (RIGHT - MIDDLE) / LETTER_MM)
    for verdict, rows in others.groupby("verdict"):
        mark, colour = MARKS[verdict]
        for line in wrap(f"{verdict}: {', '.join(rows['id'])}", letters - 4):
            _write(axes, MIDDLE + 3.5, y, line)
            _write(axes, MIDDLE + 1, y, mark, color=colour, weight="bold", ha="center")
            mark = ""
            y += 2.7


def _rows(table: pd.DataFrame, column: str, letters: int, step_mm: float) -> Iterator[tuple]:
    """Yield each claim, the lines of its words, the middle of its row and the row's end, in mm."""
    top = TOP_MM
    for row in table.itertuples():
        # A number stays on the line of its unit.
        lines = wrap(str(getattr(row, column)).replace(" %", "\N{NO-BREAK SPACE}%"), letters)
        height = step_mm + LINE_MM * (len(lines) - 1)
        yield row, lines, top + height / 2, top + height
        top += height


def _end(rows: list[tuple]) -> float:
    """Return where the last of some rows ends, in mm from the top."""
    return rows[-1][-1] if rows else TOP_MM


def _name(axes: Axes, row, x: float, y: float) -> None:
    """Write a claim's mark, its name, and whether the paper contradicts it."""
    mark, colour = MARKS[row.verdict]
    _write(axes, x + 1, y, mark, color=colour, weight="bold", ha="center", size=6.5)
    contradicted = isinstance(row.contradicts, str) and row.contradicts != ""
    _write(axes, x + 3.5, y, row.id + (" ↔" if contradicted else ""))


def _write_lines(axes: Axes, x: float, y: float, lines: list[str]) -> None:
    """Write lines around a height."""
    for i, line in enumerate(lines):
        _write(axes, x, y + LINE_MM * (i - (len(lines) - 1) / 2), style.plain(line))


def _write(axes: Axes, x: float, y: float, text: str, **kwargs) -> None:
    axes.text(x, y, text, **{"size": SMALL, "va": "center_baseline", **kwargs})


def claimed_datasets(study) -> Needs:
    """Return the datasets of the paper; its claims are about these, and two phases, only."""
    if not study.has_two_phases:
        return Needs()
    return Needs(tuple(paper.of_paper(cell.dataset for cell in shared_cells(study))))


FIGURE = Figure(
    title="Every claim of the paper, with this study's verdict",
    category=FOLLOWS,
    order=1,
    requires="a dataset of the paper (NMC-1 to NEX-U) that two users segment",
    needs=claimed_datasets,
    draw=draw,
    caption="""
Every claim of Bailey et al. 2023 with what this study says about it. (a) Orderings: the share of
all choices of three users, and of realisations, that show them. (b) Numbers: the paper's, and
ours with the central range that panels of three users give, as a ratio to the paper's. (c) Claims
that follow from settings or other inputs, repeat another claim, or that no segmentation study can
test. Beside each sign: how many claims got the verdict; only agreement, disagreement and undecided
were tested.

The limits behind each verdict were stated before any study was run (``rules`` in
``claims.yaml``). With fewer than fifteen users hardly any claim can be decided alone: an ordering
of two spreads is shown by half of all choices of three even where there is no difference. The
claims are then judged together, against names of methods given at random. The reason for each
verdict, and the verdict that a perfect copy of the paper would get, are in ``tables/claims.csv``.
""",
    tables=("claims",),
    finding=lambda data: summary_sentence(data.tables["claims"]),
)
