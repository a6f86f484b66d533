"""Bars by image and variant: how much users differ, with each user and the paper's numbers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch, Rectangle

from ..groups import MADE_BY
from ..statistics.grids import users_by_cell
from . import groups, style, words
from .figure import FigureData
from .publication import Stated

GROUP = ["dataset", "filter", "variant"]
MOST_DOTS = 6
BAND = 0.84
FEW_IMAGES = 2
FEW_MM = 125.0

MEASURES = {
    "sd": "SD of active-material\nvolume fraction",
    "mean_percent_different": "Mean difference between two users\n(% of voxels)",
}
SD_AND_PAIRS = ("sd", "mean_percent_different")
_STATED_AS = {"sd": "sd", "mean_percent_different": "percent"}


class Slots(NamedTuple):
    """Where the bars of a plot stand.

    Attributes
    ----------
    images : list of (dataset, filter)
        From left to right.
    variants : list of str
        Within each image, from left to right.
    width : float
        Of one bar, in units of the x axis, where images are 1 apart.
    """

    images: list[tuple[str, str]]
    variants: list[str]
    width: float

    def position(self, dataset: str, filter_: str, variant: str) -> float:
        """Return the middle of a bar."""
        image = self.images.index((dataset, filter_))
        offset = self.variants.index(variant) - (len(self.variants) - 1) / 2
        return image + offset * self.width


def slots_of(table: pd.DataFrame, datasets: Sequence[str], variants: Sequence[str]) -> Slots:
    """Return places for the images and variants of a table, in a given order.

    Raises
    ------
    ValueError
        If the table has no row: there is nothing to draw.
    """
    if table.empty:
        raise ValueError(
            f"nothing to draw: no two users segmented {', '.join(datasets) or 'any dataset'} with "
            f"one of {', '.join(variants)}"
        )
    present = set(zip(table["dataset"], table["filter"], strict=True))
    filters = list(dict.fromkeys(table["filter"]))
    images = [(d, f) for d in datasets for f in filters if (d, f) in present]
    shown = [v for v in variants if v in set(table["variant"])]
    return Slots(images, shown, BAND / len(shown))


def label_images(axes: Axes, slots: Slots) -> None:
    """Write filters below the axis and datasets below them."""
    axes.set_xlim(-0.55, len(slots.images) - 0.45)
    axes.set_xticks(range(len(slots.images)), [words.filter_name(f) for _, f in slots.images])
    axes.tick_params(axis="x", length=0)
    style.name_groups(axes, [d for d, _ in slots.images], 14, fontsize=7, fontweight="bold")


def draw_bars(
    axes: Axes,
    variability: pd.DataFrame,
    measure: str,
    slots: Slots,
    dots: Mapping[tuple[str, str, str], np.ndarray],
) -> list[float]:
    """Draw one bar for each image and variant, with its single values as dots.

    Parameters
    ----------
    axes : Axes
    variability : DataFrame
        dataset, filter, variant and the measure, of two users or more.
    measure : {"sd", "mean_percent_different"}
    slots : Slots
    dots : mapping of (dataset, filter, variant) to ndarray
        What the bar summarises: distances of users from their mean, or single pairs. More than
        six are not drawn.

    Returns
    -------
    list of float
        Heights of all that was drawn.
    """
    heights = []
    styles = style.variant_styles(slots.variants)
    for row in variability.itertuples():
        key = (row.dataset, row.filter, row.variant)
        x = slots.position(*key)
        axes.bar(x, getattr(row, measure), slots.width * 0.92, **styles[row.variant].bar)
        heights.append(getattr(row, measure))
        values = np.asarray(dots.get(key, ()))
        if 0 < len(values) <= MOST_DOTS:
            spread = np.linspace(-0.25, 0.25, len(values)) * slots.width
            axes.plot(x + spread, values, "o", ms=2.0, mfc="white", mec="black", mew=0.4, zorder=4)
            heights.extend(values)
    label_images(axes, slots)
    axes.set_ylabel(MEASURES[measure])
    axes.grid(axis="y")
    return heights


def draw_stated(
    axes: Axes, numbers: Mapping[tuple[str, str, str], Stated], slots: Slots
) -> list[Stated]:
    """Mark the numbers of a publication at their bars; return those that were drawn."""
    drawn = [
        number
        for (*image, variant), number in numbers.items()
        if tuple(image) in slots.images and variant in slots.variants
    ]
    for number in drawn:
        mark(
            axes, slots.position(number.dataset, number.filter, number.variant), number, slots.width
        )
    return drawn


def mark(axes: Axes, x: float, number: Stated, width: float) -> None:
    """Draw one number: a diamond, a limit with an arrow down, or a range."""
    if number.kind == "value":
        axes.plot(x, number.high, "D", ms=4, zorder=5, **style.PAPER_MARK)
    elif number.kind == "below":
        half = width * 0.4
        axes.plot([x - half, x + half], [number.high] * 2, color="black", lw=1.2, zorder=5)
        axes.plot(x, number.high, "v", ms=4.5, zorder=5, **style.PAPER_MARK)
    else:
        corner, height = (x - width * 0.12, number.low), number.high - number.low
        axes.add_patch(Rectangle(corner, width * 0.24, height, zorder=5, **style.PAPER_RANGE))


def mark_in_row(
    axes: Axes, y: float, low: float, high: float, *, kind: str, left: float, height: float = 0.3
) -> None:
    """Draw one number beside others of its row: a diamond, a limit with an arrow, or a range.

    Parameters
    ----------
    axes : Axes
    y : float
        Of the mark.
    low, high : float
        The number in units of the x axis.
    kind : str
        As of `Stated`.
    left : float
        Left end of the axis, where upper limits begin.
    height : float
        Of a range.
    """
    if kind == "value":
        axes.plot(high, y, "D", ms=3.4, zorder=5, **style.PAPER_MARK)
    elif kind == "below":
        axes.plot([left, high], [y, y], color="black", lw=0.6, zorder=5)
        axes.plot(high, y, "<", ms=3.8, zorder=5, **style.PAPER_MARK)
    else:
        axes.barh(y, high - low, height, left=low, zorder=5, **style.PAPER_RANGE)


def mark_handles(kinds: set[str]) -> list[Artist]:
    """Return legend entries for kinds of numbers of the paper."""
    found: dict[str, Artist] = {
        kind: style.line_handle(text, marker=marker, ms=size, ls="", **style.PAPER_MARK)
        for kind, text, marker, size in (
            ("value", "stated in the paper", "D", 4),
            ("below", "upper limit in the paper", "v", 4.5),
        )
    }
    found["derived"] = Patch(**style.PAPER_RANGE, label="follows from the paper")
    return [handle for kind, handle in found.items() if kind in kinds]


def limit_line(axes: Axes, value: float, text: str) -> None:
    """Draw a dashed line at a limit that the paper states for all bars."""
    axes.axhline(value, color=style.PAPER_COLOUR, linewidth=0.8, linestyle=(0, (4, 2)), zorder=3)
    axes.annotate(
        text,
        xy=(1, value),
        xycoords=("axes fraction", "data"),
        xytext=(-1, 1.5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=6,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
        zorder=6,
    )


def deviations(volume_fractions: pd.DataFrame) -> dict[tuple[str, str, str], np.ndarray]:
    """Return the distance of each user's volume fraction from the mean of the users.

    Over several realisations, the root mean square of the distances from the mean of each. Groups
    of users differ in their variants, see `groups.named_by_group`.
    """
    table = volume_fractions.drop(columns=MADE_BY, errors="ignore")
    grids = users_by_cell(table, "active_fraction")
    return {
        key: np.sqrt((grid.sub(grid.mean(axis=1), axis=0) ** 2).mean()).to_numpy()
        for key, grid in grids.items()
    }


def pairs(pairwise: pd.DataFrame) -> dict[tuple[str, str, str], np.ndarray]:
    """Return the percentage of voxels that differ for each pair of users, over realisations."""
    return {
        key: group.groupby(["user_a", "user_b"], sort=False)["percent_different"].mean().to_numpy()
        for key, group in pairwise.groupby(GROUP, sort=False)
    }


def notes(variability: pd.DataFrame, panels: Sequence[str]) -> str:
    """Return how many users are behind the bars, and what the dots are."""
    counts = sorted(set(variability["users"]))
    text = f"n = {groups.numbers_of_users(variability)} per bar."
    if "realisations" in variability:
        most = variability["realisations"].max()
        text = f"{text} Root mean square of SDs (mean of differences) over {most} realisations."
    dots = []
    if "sd" in panels and min(counts) <= MOST_DOTS:
        dots.append("each user's distance from the users' mean (SD)")
    if "mean_percent_different" in panels and min(counts) * (min(counts) - 1) / 2 <= MOST_DOTS:
        dots.append("each pair of users (difference)")
    return f"{text} Dots: {' and '.join(dots)}." if dots else text


@style.styled
def draw(
    data: FigureData,
    panels: Sequence[str] = ("sd",),
    *,
    limits: Mapping[str, tuple[float, str]] | None = None,
    width_mm: float | None = None,
    height_mm: float = 75.0,
    side_by_side: bool = False,
    more_notes: Sequence[str] = (),
) -> Drawing:
    """Draw bars of one or both measures of how much users differ.

    Parameters
    ----------
    data : FigureData
        With the tables variability, volume_fractions and, for a panel about pairs, pairwise.
    panels : sequence of {"sd", "mean_percent_different"}
        One panel each; with more than one they get letters.
    limits : mapping of panel to (value, text), optional
        Limits that the paper states for all bars; drawn if the figure shows one of its datasets.
    width_mm : float, optional
        Two columns by default, or less if there are few bars.
    height_mm : float
    side_by_side : bool
        Whether panels are beside one another instead of below.
    more_notes : sequence of str
        More small print.
    """
    with_pairs = "mean_percent_different" in panels
    names = ["variability", "volume_fractions", *(["pairwise"] if with_pairs else [])]
    mixed = [data.shown(data.tables[name]) for name in names]
    mixed[0] = mixed[0][mixed[0]["users"] > 1]
    rows, *others = groups.named_by_group(data, *mixed)
    slots = slots_of(rows, list(data.origins), groups.with_people(data.variants))
    if width_mm is None:
        width_mm = style.DOUBLE_MM if len(slots.images) > FEW_IMAGES else FEW_MM
    figure = style.new_figure(width_mm, height_mm)
    grid = (1, len(panels)) if side_by_side else (len(panels), 1)
    all_axes = figure.subplots(*grid, squeeze=False).ravel()
    dots = {"sd": deviations(others[0])}
    if with_pairs:
        dots["mean_percent_different"] = pairs(others[1])
    datasets = {dataset for dataset, _ in slots.images}
    kinds = set()
    for axes, measure, letter in zip(all_axes, panels, style.letters(), strict=False):
        heights = draw_bars(axes, rows, measure, slots, dots[measure])
        numbers = draw_stated(axes, data.publication.stated(_STATED_AS[measure]), slots)
        kinds |= {number.kind for number in numbers}
        heights += [number.high for number in numbers]
        if limits and measure in limits and data.publication.is_about(datasets):
            limit_line(axes, *limits[measure])
            heights.append(limits[measure][0])
        axes.set_ylim(0, 1.08 * max(heights))
        if len(panels) > 1:
            style.panel_letter(axes, letter)
    handles = style.variant_handles(style.variant_styles(slots.variants)) + mark_handles(kinds)
    style.legend_above(figure, handles, columns=min(len(handles), int(width_mm / 24)))
    style.footnote(
        figure,
        notes(rows, panels),
        groups.note(data, mixed[0]),
        *more_notes,
        words.origin_sentence(data.origins, datasets),
    )
    return figure
