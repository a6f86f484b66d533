"""Bars by image and variant: how much users differ, with each user and the paper's numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch, Rectangle

from ..groups import MADE_BY
from ..paper import names as paper
from ..statistics.grids import users_by_cell
from . import groups, style, words
from .figure import FigureData

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


@dataclass(frozen=True)
class Slots:
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


def select(
    table: pd.DataFrame, datasets: Sequence[str], variants: Sequence[str], filters=None
) -> pd.DataFrame:
    """Return the rows of some datasets, variants and filters (all by default)."""
    chosen = table["dataset"].isin(list(datasets)) & table["variant"].isin(list(variants))
    if filters is not None:
        chosen &= table["filter"].isin(list(filters))
    return table[chosen]


def slots_of(table: pd.DataFrame, datasets: Sequence[str], variants: Sequence[str]) -> Slots:
    """Return places for the images and variants that a table has.

    Parameters
    ----------
    table : DataFrame
        With dataset, filter and variant.
    datasets, variants : sequence of str
        Their order; filters keep the table's.

    Returns
    -------
    Slots

    Raises
    ------
    ValueError
        If the table has no row: there is nothing to draw.
    """
    if table.empty:
        raise ValueError(
            f"nothing to draw: the table has no row of {', '.join(variants)} on "
            f"{', '.join(datasets) or 'any dataset'}"
        )
    present = set(zip(table["dataset"], table["filter"], strict=True))
    filters = list(dict.fromkeys(table["filter"]))
    images = [(d, f) for d in datasets for f in filters if (d, f) in present]
    shown = [v for v in variants if v in set(table["variant"])]
    return Slots(images, shown, BAND / len(shown))


def label_images(axes: Axes, slots: Slots) -> None:
    """Write filters below the axis and datasets below them, with a line between datasets."""
    axes.set_xlim(-0.55, len(slots.images) - 0.45)
    axes.set_xticks(range(len(slots.images)))
    axes.set_xticklabels([words.filter_name(f) for _, f in slots.images])
    axes.tick_params(axis="x", length=0)
    for dataset in dict.fromkeys(d for d, _ in slots.images):
        places = [i for i, (d, _) in enumerate(slots.images) if d == dataset]
        axes.annotate(
            dataset,
            xy=(np.mean(places), 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -14),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=7,
            fontweight="bold",
        )
        if places[0] > 0:
            axes.axvline(places[0] - 0.5, color="#bbbbbb", linewidth=0.5, zorder=0)


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
        dataset, filter, variant, users and the measure.
    measure : {"sd", "mean_percent_different"}
    slots : Slots
    dots : mapping of (dataset, filter, variant) to ndarray
        What the bar sums up: distances of users from their mean, or single pairs. More than six
        are not drawn.

    Returns
    -------
    list of float
        Heights of all that was drawn.
    """
    heights = []
    styles = style.variant_styles(slots.variants)
    rows = variability[variability["users"] > 1]
    for row in rows.itertuples():
        key = (row.dataset, row.filter, row.variant)
        x = slots.position(*key)
        look = styles[row.variant]
        axes.bar(
            x,
            getattr(row, measure),
            width=slots.width * 0.92,
            color=look.colour,
            hatch=look.hatch,
            edgecolor="black",
            linewidth=0.5,
        )
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


def draw_stated(axes: Axes, measure: str, slots: Slots) -> list[paper.Stated]:
    """Mark the paper's numbers at the bars they belong to; return those that were drawn."""
    numbers = [
        number
        for key, number in paper.stated(_STATED_AS[measure]).items()
        if key[:2] in slots.images and key[2] in slots.variants
    ]
    for number in numbers:
        x = slots.position(number.dataset, number.filter, number.variant)
        mark(axes, x, number, slots.width)
    return numbers


def mark(axes: Axes, x: float, number: paper.Stated, width: float) -> None:
    """Draw one number of the paper: a diamond, a limit with an arrow down, or a range."""
    if number.kind == "value":
        axes.plot(x, number.high, "D", ms=4, zorder=5, **style.PAPER_MARK)
    elif number.kind == "below":
        half = width * 0.4
        axes.plot([x - half, x + half], [number.high] * 2, color="black", lw=1.2, zorder=5)
        axes.plot(x, number.high, "v", ms=4.5, zorder=5, **style.PAPER_MARK)
    else:
        axes.add_patch(
            Rectangle(
                (x - width * 0.12, number.low),
                width * 0.24,
                number.high - number.low,
                facecolor=style.PAPER_FILL,
                edgecolor="black",
                linewidth=0.7,
                zorder=5,
            )
        )


def mark_handles() -> dict[str, Artist]:
    """Return legend entries for the kinds of numbers of the paper."""
    return {
        "value": style.line_handle(
            "stated in the paper", marker="D", ms=4, ls="", **style.PAPER_MARK
        ),
        "below": style.line_handle(
            "upper limit in the paper", marker="v", ms=4.5, ls="", **style.PAPER_MARK
        ),
        "derived": Patch(
            facecolor=style.PAPER_FILL,
            edgecolor="black",
            linewidth=0.7,
            label="follows from the paper",
        ),
    }


def limit_line(axes: Axes, value: float, text: str) -> None:
    """Draw a dashed line at a limit that the paper states for a whole figure."""
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
    """Return how far each user's volume fraction is from the users' mean, without sign.

    Over several realisations it is the root mean square distance from each one's mean. Groups of
    users are distinguished by their variants, see `groups.named_by_group`.
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
    """Return how many users stand behind the bars and what the dots are."""
    shared = variability[variability["users"] > 1]
    counts = sorted(set(shared["users"]))
    text = f"n = {groups.numbers_of_users(shared)} per bar."
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
def draw_figure(
    panels: Sequence[str],
    variability: pd.DataFrame,
    volume_fractions: pd.DataFrame,
    pairwise: pd.DataFrame | None,
    origins: Mapping[str, str],
    variants: Sequence[str],
    *,
    filters: Sequence[str] | None = None,
    limits: Mapping[str, tuple[float, str]] | None = None,
    width_mm: float | None = None,
    height_mm: float = 75.0,
    side_by_side: bool = False,
    more_notes: Sequence[str] = (),
) -> Drawing:
    """Draw bars of one or both measures of how much users differ.

    Parameters
    ----------
    panels : sequence of {"sd", "mean_percent_different"}
        One panel each; with more than one they get letters.
    variability, volume_fractions, pairwise : DataFrame
        The tables of the study; ``pairwise`` may be None where no panel is about pairs.
    origins : mapping of dataset to origin
        Which datasets to show, in order, and where their data come from.
    variants : sequence of str
        Which variants to show, in order.
    filters : sequence of str, optional
        Which filters; all by default.
    limits : mapping of panel to (value, text), optional
        Limits that the paper states for a whole figure; drawn where it shows one of its datasets.
    width_mm : float, optional
        Width of the figure; by default two columns, or less where there are few bars.
    height_mm : float
    side_by_side : bool, default False
        Panels beside one another instead of below.
    more_notes : sequence of str
        More small print.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    compared = [variability, volume_fractions, *([] if pairwise is None else [pairwise])]
    mixed = [select(table, origins, variants, filters) for table in compared]
    mixed[0] = mixed[0][mixed[0]["users"] > 1]
    rows, *others = groups.named_by_group(*mixed)
    variants = groups.with_people(variants)
    slots = slots_of(rows, list(origins), variants)
    if width_mm is None:
        width_mm = style.DOUBLE_MM if len(slots.images) > FEW_IMAGES else FEW_MM
    figure = style.new_figure(width_mm, height_mm)
    grid = (1, len(panels)) if side_by_side else (len(panels), 1)
    all_axes = figure.subplots(*grid, squeeze=False).ravel()
    dots = {"sd": deviations(others[0])}
    if pairwise is not None:
        dots["mean_percent_different"] = pairs(others[1])
    kinds = set()
    for axes, measure, letter in zip(all_axes, panels, style.letters(), strict=False):
        heights = draw_bars(axes, rows, measure, slots, dots[measure])
        numbers = draw_stated(axes, measure, slots)
        kinds |= {number.kind for number in numbers}
        heights += [number.high for number in numbers]
        if limits and measure in limits and paper.of_paper(d for d, _ in slots.images):
            limit_line(axes, *limits[measure])
            heights.append(limits[measure][0])
        axes.set_ylim(0, 1.08 * max(heights))
        if len(panels) > 1:
            style.panel_letter(axes, letter)
    handles = style.variant_handles(style.variant_styles(slots.variants))
    handles += [handle for kind, handle in mark_handles().items() if kind in kinds]
    style.legend_above(figure, handles, columns=min(len(handles), int(width_mm / 24)))
    shown = {d: o for d, o in origins.items() if d in {name for name, _ in slots.images}}
    style.footnote(
        figure,
        notes(rows, panels),
        groups.note(mixed[0]),
        *more_notes,
        words.origin_sentence(shown),
    )
    return figure


def draw_data(data: FigureData, panels: Sequence[str] = ("sd",), **look) -> Drawing:
    """Draw bars of what a figure shows; keywords as of `draw_figure`."""
    return draw_figure(
        panels,
        data.tables["variability"],
        data.tables["volume_fractions"],
        data.tables["pairwise"] if "mean_percent_different" in panels else None,
        data.origins,
        data.variants,
        filters=data.filters or None,
        **look,
    )
