"""How many users differ where, and how near to interfaces they do."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize
from matplotlib.figure import Figure

from ..groups import RECORDED
from ..paper import names as paper
from ..statistics.disagreement import disagreement_map
from . import groups, style, words

ROW_MM = 58.0
TITLE_MM = 5.0
MOST_PANEL_MM = 43.0
MAJORITY = ListedColormap(["#cfcfcf", "#f7f7f7"])
DISAGREEMENT = LinearSegmentedColormap.from_list("disagreement", ["#f6b59a", "#b2182b", "#4d0012"])


@style.styled
def draw(
    votes: Mapping[tuple[str, str, str], tuple[np.ndarray, int]],
    concentration: pd.DataFrame,
    origins: Mapping[str, str],
    voxel_sizes_nm: Mapping[str, float],
) -> Figure:
    """Return maps of disagreement, and the share of it near interfaces.

    Parameters
    ----------
    votes : mapping of (dataset, variant, made_by) to (ndarray of uint8, int)
        How many users of a group call each pixel of the central slice (y, x) of the raw image
        active, and how many users there are; more than these outside the field of view.
    concentration : DataFrame
        Made by `manyeyes.statistics.concentration_table`, of whole volumes.
    origins : mapping of dataset to origin
        The datasets to show, in order.
    voxel_sizes_nm : mapping of dataset to float

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    datasets = [d for d in origins if any(dataset == d for dataset, *_ in votes)]
    if not datasets:
        raise ValueError("nothing to draw: no raw image was segmented by two users")
    raw = concentration[concentration["filter"] == "raw"]
    both = groups.both_groups(raw)
    (raw_rows,) = groups.told_apart(raw)
    votes = {
        (d, v + (words.PEOPLE if both and by == RECORDED and v != paper.RECORDED else "")): page
        for (d, v, by), page in votes.items()
    }
    variants = paper.in_paper_order((variant for _, variant in votes), paper.COMPARED)
    columns = max(len(variants), 2)
    panel_mm = min(
        MOST_PANEL_MM,
        (style.DOUBLE_MM - 6) / columns,
        (style.PAGE_MM - ROW_MM - 24) / len(datasets) - TITLE_MM,
    )
    maps_mm = len(datasets) * (panel_mm + TITLE_MM) + 12
    figure = style.new_figure(style.DOUBLE_MM, maps_mm + ROW_MM + 12)
    upper, lower = figure.subfigures(2, 1, height_ratios=[maps_mm, ROW_MM])
    grid = upper.subplots(len(datasets), columns, squeeze=False)
    norm = Normalize(0, max(_most(users) for _, users in votes.values()))
    letters = style.letters()
    for dataset, row in zip(datasets, grid, strict=True):
        for axes in row[len(variants) :]:
            axes.set_axis_off()
        for variant, axes in zip(variants, row, strict=False):
            if (dataset, variant) not in votes:
                axes.set_axis_off()
                continue
            counted, users = votes[dataset, variant]
            _show(axes, counted, users, norm)
            style.panel_letter(axes, next(letters), f"{dataset}, {variant}")
            style.scale_bar(axes, counted.shape[1], voxel_sizes_nm[dataset])
    bar = upper.colorbar(
        ScalarMappable(norm, DISAGREEMENT), ax=grid, location="top", shrink=0.4, aspect=40
    )
    bar.set_label("Share of pairs of users that label a pixel differently")
    bar.outline.set_linewidth(0.4)
    references = _draw_concentration(lower, raw_rows, datasets, variants, letters)
    bounded = any((page > users).any() for page, users in votes.values())
    style.footnote(
        figure,
        "Maps: central slices of raw images; where all agree, active material is light and the "
        f"rest grey{'; hatched: outside the field of view' * bounded}. Below: whole volumes; "
        "dashed, the share of all voxels that lie so near, which disagreement spread evenly would "
        f"have. Interfaces of {' or '.join(references)}.",
        groups.note(raw[raw["dataset"].isin(datasets)]),
        words.origin_sentence({d: origins[d] for d in datasets}),
    )
    return figure


def _most(users: int) -> float:
    """Return the share of pairs that differ where users are split evenly."""
    half = users // 2
    return 2 * half * (users - half) / (users * (users - 1))


def _show(axes: Axes, votes: np.ndarray, users: int, norm: Normalize) -> None:
    """Show the majority's phases and, above them, where users differ."""
    outside = votes > users
    differing = disagreement_map(np.where(outside, 0, votes), users)
    majority = np.ma.masked_where(outside, 2 * votes.astype(int) > users)
    axes.imshow(majority, cmap=MAJORITY, vmin=0, vmax=1, interpolation="none")
    if outside.any():
        # White would pass for active material.
        axes.patch.set(hatch="/////", edgecolor="#9a9a9a", linewidth=0)
    masked = np.ma.masked_equal(differing, 0)
    axes.imshow(masked, cmap=DISAGREEMENT, norm=norm, interpolation="none")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4)


def _draw_concentration(figure, table, datasets, variants, letters) -> list[str]:
    """Draw how much of the disagreement lies near interfaces; return whose these are."""
    grid = figure.subplots(1, len(datasets), sharey=True, squeeze=False)[0]
    styles = style.variant_styles(variants)
    found = table[table["dataset"].isin(datasets) & table["variant"].isin(variants)]
    for axes, dataset in zip(grid, datasets, strict=True):
        rows = found[found["dataset"] == dataset]
        # Over realisations, where there are several: the mean of each distance.
        by = ["variant", "reference", "within_voxels"]
        shares = ["disagreement_share", "voxel_share"]
        rows = rows.groupby(by, sort=False, as_index=False)[shares].mean()
        for variant, line in rows.groupby("variant", sort=False):
            look = styles[variant]
            axes.plot(
                line["within_voxels"],
                100 * line["disagreement_share"],
                marker=look.marker,
                ms=style.mark_size(look, 4),
                color=look.colour,
                mec="black",
                mew=0.5,
                zorder=3,
            )
            by_truth = set(line["reference"]) == {"truth"}
            axes.plot(
                line["within_voxels"],
                100 * line["voxel_share"],
                ls=(0, (4, 2)),
                lw=0.9,
                color=style.TRUTH_COLOUR if by_truth else look.colour,
                zorder=2,
            )
        axes.set(xlim=(0.7, 3.3), ylim=(0, 103), xticks=(1, 2, 3))
        axes.grid(axis="y")
        axes.set_xlabel("Within (voxels)")
        style.panel_letter(axes, next(letters), dataset)
    grid[0].set_ylabel("Share of all disagreement (%)")
    handles = [
        style.line_handle(n, marker=s.marker, ms=4, color=s.colour, mec="black", mew=0.5)
        for n, s in styles.items()
    ]
    handles.append(
        style.line_handle("all voxels", color=style.TRUTH_COLOUR, lw=0.9, ls=(0, (4, 2)))
    )
    style.legend_above(figure, handles)
    names = {"truth": "the truth", "majority": "the users' majority"}
    return [names[reference] for reference in dict.fromkeys(found["reference"])]
