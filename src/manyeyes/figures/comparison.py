"""Finished segmentations side by side: a slice of each, where they differ, and their fractions.

A figure of the command `manyeyes compare`, not of studies.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..labels import OUTSIDE, Phases
from . import style
from .slices import central_slice

MOST_COLUMNS = 5
PANEL_MM = 38.0
ALIKE, OFF = "#f1f1f1", "#ffffff"


@style.styled
def draw(
    names: Sequence[str],
    volumes: Sequence[np.ndarray],
    truth: np.ndarray | None,
    phases: Phases,
    voxel_size_nm: float | None,
) -> Drawing:
    """Return the central slice of each volume, a map of agreement, and volume fractions.

    Parameters
    ----------
    names : sequence of str
    volumes : sequence of ndarray of uint8, shape (z, y, x)
        Codes of the phases, 0 outside the field of view.
    truth : ndarray of uint8, shape (z, y, x), or None
        In the same codes.
    phases : Phases
    voxel_size_nm : float or None
        Without it there is no scale bar.
    """
    shown = [*zip(names, volumes, strict=True), *([] if truth is None else [("truth", truth)])]
    panels = len(shown) + 1
    columns = min(MOST_COLUMNS, panels)
    lines = style.lines_of(panels, columns)
    height, width = volumes[0].shape[1:]
    panel_mm = PANEL_MM * min(1.6, height / width)
    figure = style.new_figure(PANEL_MM * columns + 6, lines * (panel_mm + 6) + 52)
    upper, lower = figure.subfigures(2, 1, height_ratios=[lines * (panel_mm + 6), 46])
    grid = style.panel_grid(upper, panels, columns).ravel()
    for axes, (name, volume) in zip(grid, shown, strict=False):
        style.show_labels(axes, central_slice(volume), phases)
        if voxel_size_nm is not None:
            style.scale_bar(axes, width, voxel_size_nm)
        style.panel_letter(axes, "", name)
    _draw_agreement(grid[len(shown)], [central_slice(volume) for volume in volumes])
    _draw_fractions(lower.subplots(), shown, phases)
    look = {"edgecolor": "black", "linewidth": 0.4}
    handles = [Patch(facecolor=p.colour, label=style.plain(p.name), **look) for p in phases]
    style.legend_above(upper, handles)
    single = len(volumes[0]) == 1
    cubes = "pixels" if single else "cubic voxels"
    size = "" if voxel_size_nm is None else f"{cubes} of {voxel_size_nm:g} nm"
    slices = "" if single else "central slices"
    begins = ", ".join(part for part in (slices, size) if part)
    style.footnote(
        figure,
        f"{begins[:1].upper()}{begins[1:]}{'. ' if begins else ''}Agreement: light where all "
        f"{len(names)} give a pixel the same phase; the darker the red, the more of them differ "
        "from the most frequent one.",
    )
    return figure


def _draw_agreement(axes: Axes, slices: Sequence[np.ndarray]) -> None:
    """Show on how many of the volumes each pixel has its most frequent phase."""
    stack = np.stack(slices)
    votes = np.stack([(stack == code).sum(axis=0) for code in np.unique(stack[stack > 0])])
    lost = len(slices) - votes.max(axis=0)
    lost = np.ma.masked_where((stack == OUTSIDE).any(axis=0), lost)
    most = max(1, len(slices) - -(-len(slices) // len(votes)))
    shades = ListedColormap([ALIKE, *_reds(most)])
    style.show(axes, lost, cmap=shades, vmin=-0.5, vmax=most + 0.5)
    alike = 100 * float(np.mean(lost.compressed() == 0)) if lost.count() else float("nan")
    style.panel_letter(axes, "", f"agreement: all on {alike:.1f} %")


def _reds(count: int) -> list:
    """Return shades from light to dark."""
    from matplotlib import colormaps

    return [colormaps["OrRd"](0.6 + 0.35 * i / max(count - 1, 1)) for i in range(count)]


def _draw_fractions(axes: Axes, shown, phases: Phases) -> None:
    """Show the share of each phase in each volume as stacked bars."""
    left = np.zeros(len(shown))
    places = np.arange(len(shown))
    for phase in phases:
        shares = [
            100 * np.count_nonzero(volume == phase.code) / np.count_nonzero(volume)
            for _, volume in shown
        ]
        axes.barh(places, shares, left=left, color=phase.colour, edgecolor="black", lw=0.4)
        for y, (start, share) in enumerate(zip(left, shares, strict=True)):
            if share > 4:
                dark = np.mean([int(phase.colour[i : i + 2], 16) for i in (1, 3, 5)]) < 128
                axes.text(
                    start + share / 2,
                    y,
                    f"{share:.1f}",
                    ha="center",
                    va="center",
                    color="white" if dark else "black",
                )
        left += shares
    axes.set_yticks(places, [style.plain(name) for name, _ in shown])
    axes.invert_yaxis()
    axes.set(xlim=(0, 100), xlabel="Volume fraction (%)")
    axes.tick_params(axis="y", length=0)
