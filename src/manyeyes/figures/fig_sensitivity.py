"""Which trait of the users drives the spread: Sobol indices by variant, voxel size and noise."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..statistics.designs import JITTER
from ..statistics.standardising import FACTORS, leading_trait, sensitivity_text
from ..statistics.words import contrast_to_noise_in_words
from . import style, words
from .figure import FOLLOWS, Figure, FigureData, Needs

ROW_MM = 4.6
PANEL_MM = 9.0
MARKERS = ("o", "s", "^", "D", "v", "P")
BAND = "#e4e4e4"


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return Sobol indices of every factor, a row for each variant, a column a voxel size."""
    table = data.rows("sensitivity")
    variants = list(dict.fromkeys(table["variant"]))
    sizes = sorted(set(table["voxel_size_nm"]), reverse=True)
    factors = {v: _factors(table[table["variant"] == v]) for v in variants}
    looks = _looks(table)
    heights = [ROW_MM * len(factors[v]) + PANEL_MM for v in variants]
    figure = style.new_figure(style.DOUBLE_MM, sum(heights) + 30.0)
    grid = figure.subplots(
        len(variants), len(sizes), sharex=True, squeeze=False, height_ratios=heights
    )
    letters = style.letters()
    for variant, line in zip(variants, grid, strict=True):
        for size, axes in zip(sizes, line, strict=True):
            rows = table[(table["variant"] == variant) & (table["voxel_size_nm"] == size)]
            if rows.empty:
                axes.set_axis_off()
                continue
            _draw_panel(axes, rows, factors[variant], looks)
            sds = [f"{100 * own['output_sd'].iloc[0]:.1f}" for _, own in _by_image(rows, looks)]
            title = f"{variant}, {size:g} nm: SD {', '.join(sds)} points"
            style.panel_letter(axes, next(letters), title)
            if axes is not line[0]:
                axes.set_yticklabels([])
    for axes in grid[-1]:
        axes.set_xlabel("Share of the variance of the volume fraction (%)")
    style.legend_above(figure, _handles(looks), columns=5)
    style.footnote(
        figure,
        "Filled: first-order Sobol index, what would go if all had the same trait, with its 95 % "
        "bootstrap interval; hollow: total index, with what the factor does together with others. "
        "Grey band: the trait that leads, where one stands out from zero. SD: over people and "
        "sittings, in the order of the legend. Where users paint, totals of traits hold the "
        "sitting's share too.",
        words.origin_sentence(data.origins, set(table["dataset"])),
    )
    return figure


def _factors(rows: pd.DataFrame) -> list[str]:
    """Return a variant's factors, the sitting last."""
    found = set(rows["factor"])
    return [name for name in FACTORS if name in found and name != JITTER] + [JITTER]


def _looks(table: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return colour, marker and label of each image by its rank in contrast-to-noise.

    Images of different voxel sizes with the same rank share a look, and the label names the
    contrast-to-noise of each.
    """
    images = table.drop_duplicates(["dataset", "filter"])
    places: dict[int, list] = {}
    for _, rows in images.groupby("voxel_size_nm", sort=False):
        ordered = rows.sort_values("contrast_to_noise", kind="stable")
        for place, row in enumerate(ordered.itertuples()):
            places.setdefault(place, []).append(row)
    looks = {}
    for place, rows in places.items():
        colour = colormaps["viridis"](0.08 + 0.62 * place / max(len(places) - 1, 1))
        rows = sorted(rows, key=lambda row: -row.voxel_size_nm)
        noise = [contrast_to_noise_in_words(row.contrast_to_noise) for row in rows]
        label = f"contrast-to-noise {' / '.join(dict.fromkeys(noise))}"
        for row in rows:
            looks[row.dataset, row.filter] = colour, MARKERS[place % len(MARKERS)], label
    return looks


def _by_image(rows: pd.DataFrame, looks: Mapping) -> list:
    """Return the rows of each image in the order of the looks."""
    groups = dict(list(rows.groupby(["dataset", "filter"], sort=False)))
    return [(image, groups[image]) for image in looks if image in groups]


def _draw_panel(axes: Axes, rows: pd.DataFrame, factors: list[str], looks: Mapping) -> None:
    images = _by_image(rows, looks)
    step = 0.75 / max(len(images), 1)
    leaders = [leading_trait(group) for _, group in images]
    led = {row["factor"] for row in leaders if row is not None}
    if led:
        means = rows[rows["factor"].isin(led)].groupby("factor")["first_order"].mean()
        place = factors.index(means.idxmax())
        axes.axhspan(place - 0.48, place + 0.48, color=BAND, lw=0, zorder=0)
    for index, (image, group) in enumerate(images):
        colour, marker, _ = looks[image]
        by_factor = group.set_index("factor")
        y = np.arange(len(factors)) + (index - (len(images) - 1) / 2) * step
        shown = by_factor.reindex(factors)
        axes.hlines(y, 100 * shown["first_low"], 100 * shown["first_high"], color=colour, lw=0.9)
        look = {"marker": marker, "ls": "", "ms": 3.4}
        axes.plot(100 * shown["total"], y, mfc="white", mec=colour, mew=0.7, zorder=3, **look)
        axes.plot(100 * shown["first_order"], y, mfc=colour, mec="black", mew=0.4, zorder=4, **look)
    axes.axvline(0, color="#888888", lw=0.6, zorder=1)
    axes.set(xlim=(-30, 130), ylim=(len(factors) - 0.5, -0.5), xticks=range(0, 101, 25))
    names = [FACTORS[factor][0] for factor in factors]
    style.name_rows(axes, [name[0].upper() + name[1:] for name in names])


def _handles(looks: Mapping) -> list:
    handles = [
        style.line_handle(label, marker=marker, ms=4, ls="", mfc=colour, mec="black", mew=0.4)
        for colour, marker, label in dict.fromkeys(looks.values())
    ]
    grey = {"marker": "o", "ms": 4, "ls": "", "mew": 0.7, "mec": "#555555"}
    return [
        *handles,
        style.line_handle("first order", mfc="#555555", **grey),
        style.line_handle("total", mfc="white", **grey),
    ]


FIGURE = Figure(
    title="Which trait of the users drives the spread: what to standardise first",
    category=FOLLOWS,
    order=4,
    requires="the key sensitivity",
    needs=lambda study: Needs(study.sensitivity.datasets) if study.sensitivity else Needs(),
    draw=draw,
    caption="""
Which trait of the simulated users drives the spread of the volume fraction, and so what to
standardise first. Rows: variants; columns: voxel sizes; marks: images by their contrast-to-noise.
Filled: first-order Sobol index, the share of the variance that would vanish, on average, if all had
the same trait, with its 95 % bootstrap interval. Hollow: total index, which adds the effect of the
trait together with others. The sitting is a factor of its own: its total index is the share that
would remain if all people were alike. Where users paint, a change of any trait moves every stroke,
so that total indices of traits include the share of the sitting; compare first-order indices there.
The grey band marks the trait that leads in each panel. Above each panel: the standard deviations
over all people and sittings.
""",
    tables=("sensitivity",),
    finding=lambda data: sensitivity_text(data.tables["sensitivity"], data.unfiltered).replace(
        "**", ""
    ),
)
