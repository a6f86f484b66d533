"""Every phase of a study with more than two: its volume fraction by each user, and its overlap."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from . import groups, style, words
from .choosing import in_order
from .figure import CHECKS, Figure, FigureData, Needs

MOST_COLUMNS = 3
FILTER_OFFSET = 0.18
OVERLAP = (
    "Dice: overlap with the truth, 2 |A and B| / (|A| + |B|); pores inside particles are pore."
)
# Legend and small print.
OTHER_MM = 26.0


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return each user's volume fraction of each phase, and a map of overlaps with the truth."""
    found = data.rows("phase_accuracy")
    (users,) = groups.named_by_group(data, found)
    datasets = data.datasets_in(users)
    variants = data.in_order(users["variant"])
    filters = list(dict.fromkeys(users["filter"]))
    names = {phase.key: phase.name for phase in style.phases_in_use()}
    phases = [key for key in names if key in set(users["phase"])]
    scored = users.dropna(subset=["dice"])
    present = set(zip(scored["dataset"], scored["filter"], strict=True))
    images = [(d, f) for d in datasets for f in filters if (d, f) in present]
    lines = style.lines_of(len(datasets), MOST_COLUMNS) * len(phases)
    columns = min(MOST_COLUMNS, len(datasets))
    map_mm = 14.0 + min(4.0 * len(images), 56.0) if images else 0.0
    line_mm = min(34.0, (style.PAGE_MM - map_mm - OTHER_MM) / lines)
    figure = style.new_figure(style.DOUBLE_MM, line_mm * lines + map_mm + OTHER_MM)
    parts = figure.subfigures(
        1 + bool(images), 1, height_ratios=[line_mm * lines + 16.0, map_mm][: 1 + bool(images)]
    )
    upper = parts[0] if images else parts
    grid = upper.subplots(lines, columns, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    for i, dataset in enumerate(datasets):
        for j, phase in enumerate(phases):
            axes = grid[i // columns * len(phases) + j, i % columns]
            axes.set_axis_on()
            own = users[(users["dataset"] == dataset) & (users["phase"] == phase)]
            _draw_fractions(axes, own, variants, filters)
            if j == 0:
                style.panel_letter(axes, "" if i else "a)", dataset)
            if j < len(phases) - 1:
                axes.set_xticklabels([])
            if i % columns == 0:
                # a low panel has no room for a long name
                what = f"{names[phase]}\n(volume fraction)"
                axes.set_ylabel(style.plain(what if line_mm > 30 else f"{phase}\n(fraction)"))
    handles = style.filter_handles(filters, ms=3.5, **style.POINT)
    handles.append(style.line_handle("mean of users", color="black", lw=1.1))
    if images:
        handles.append(style.line_handle("truth", **style.TRUTH_LINE))
        _draw_overlaps(parts[1], scored, images, variants, {key: names[key] for key in phases})
    style.legend_above(upper, handles)
    style.footnote(
        figure,
        "Marks: users; short lines: their mean. Each panel of a has its own scale.",
        OVERLAP * bool(images),
        groups.note(data, found),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _draw_fractions(
    axes: Axes, rows: pd.DataFrame, variants: list[str], filters: list[str]
) -> None:
    styles = style.variant_styles(variants)
    truth = rows["true_fraction"].mean()
    if np.isfinite(truth):
        axes.axhline(truth, zorder=1, **style.TRUTH_LINE)
    for (filter_, variant), group in rows.groupby(["filter", "variant"], sort=False):
        place = filters.index(filter_)
        x = variants.index(variant) + (place - (len(filters) - 1) / 2) * 2 * FILTER_OFFSET
        look = styles[variant]
        mark = {"marker": look.marker, "ms": style.mark_size(look, 3), **style.POINT}
        fractions = group["fraction"].to_numpy()
        colour = "white" if place else look.colour
        axes.plot(np.full(len(fractions), x), fractions, mfc=colour, zorder=3, **mark)
        ends = [x - 0.8 * FILTER_OFFSET, x + 0.8 * FILTER_OFFSET]
        axes.plot(ends, [fractions.mean()] * 2, "k-", lw=1.1)
    style.name_columns(axes, variants, rotation=90)
    shown = rows[["fraction", "true_fraction"]].to_numpy()
    axes.set_ylim(0, max(1.1 * np.nanmax(shown), 0.01))


def _draw_overlaps(figure, scored: pd.DataFrame, images: list, variants: list[str], names) -> None:
    """Draw the mean Dice overlap of each phase, image and variant, the number in each field."""
    crowded = len(variants) > 6
    keys = ["phase", "dataset", "filter", "variant"]
    means = scored.groupby(keys)["dice"].mean()
    all_axes = figure.subplots(1, len(names), squeeze=False)[0]
    for i, (axes, (phase, name)) in enumerate(zip(all_axes, names.items(), strict=True)):
        fields = [[means.get((phase, *image, v), np.nan) for v in variants] for image in images]
        axes.imshow(fields, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
        for (row, column), dice in np.ndenumerate(fields):
            if np.isfinite(dice):
                colour = "white" if dice > 0.6 else "black"
                text = f"{dice:.2f}".lstrip("0" * crowded)
                look = {"color": colour, "fontsize": 5.5 if crowded else 6.0}
                axes.text(column, row, text, ha="center", va="center", **look)
        axes.set_xticks(range(len(variants)), variants, rotation=90)
        labels = [f"{d}, {words.filter_name(f)}" for d, f in images]
        axes.set_yticks(range(len(images)), labels if i == 0 else [])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        style.panel_letter(axes, "" if i else "b)", f"Dice, {name}")


def _needs(study) -> Needs:
    """Return what every dataset of a study with more than two phases shows."""
    if study.has_two_phases:
        return Needs()
    return Needs(tuple(in_order(study, (dataset for dataset, _ in study.images()))))


FIGURE = Figure(
    title="Every phase: volume fraction by each user, and overlap with the truth",
    category=CHECKS,
    order=7,
    requires="users who label more than two phases (key phases)",
    needs=_needs,
    draw=draw,
    caption="""
All phases that users label: (a) volume fraction in each user's segmentations, with the truth where
it is known; (b) Dice overlap with the truth, mean over users: 1 where they are the same, 0 where
they have no voxel in common. The tables phase_accuracy, phase_spread and confusion have the
numbers.

Not a figure of the paper, where people labelled two phases.

Twins' carbon-binder domain is a small share of the volume and hardly brighter than pore. What users
perceive of it, and how much they differ in doubt, are assumptions.
""",
    tables=("phase_accuracy",),
)
