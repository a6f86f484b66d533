"""Every step from projections to slices: images before and after it, and what was counted."""

from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..measures.tables import first_realisation
from ..study.projected import projected
from . import style, words
from .figure import CHECKS, Figure, FigureData, Needs

COLUMNS = 4
# Two datasets fill a page; the numbers of the others are in the table.
MOST = 2
_LINE_MM, _TEXT_MM, _NOTES_MM = 42.0, 9.0, 14.0
_LETTERS_A_LINE = 135
_MARKS = "#ffb000"


class _Panel(NamedTuple):
    """An image with its grey scale.

    Attributes
    ----------
    title : str
    image : numpy.ndarray
        (a, b), or (a, b, 3) of numbers from 0 to 1.
    grey : tuple of float
        Values that are black and white.
    column : float or None
        Where a line is drawn, as a share of the width.
    upright : bool
        Whether pixels are squares; sinograms fill their panel instead.
    marked : numpy.ndarray or None
        bool (a, b), pixels to put a ring around.
    """

    title: str
    image: np.ndarray
    grey: tuple[float, float] = (0.0, 1.0)
    column: float | None = None
    upright: bool = False
    marked: np.ndarray | None = None


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return the panels of each dataset, with what was counted in small print."""
    table = first_realisation(data.rows("projections")).set_index("dataset")
    shown = {name: list(_panels(views, table.loc[name])) for name, views in data.projected.items()}
    lines = {name: style.lines_of(len(panels), COLUMNS) for name, panels in shown.items()}
    room_mm = style.PAGE_MM - _NOTES_MM - len(lines) * _TEXT_MM
    line_mm = min(_LINE_MM, room_mm / sum(lines.values()))
    heights = [count * line_mm + _TEXT_MM for count in lines.values()]
    figure = style.new_figure(style.DOUBLE_MM, sum(heights) + _NOTES_MM)
    parts = figure.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)[:, 0]
    letters = style.letters()
    for part, (name, panels) in zip(parts, shown.items(), strict=True):
        part.suptitle(_heading(name, table.loc[name]), x=0.01, ha="left", fontsize=7.0)
        grid = style.panel_grid(part, len(panels), COLUMNS)
        for axes, panel, letter in zip(grid.ravel(), panels, letters, strict=False):
            _show(axes, panel)
            if axes is grid[0, 0]:
                # A picture of a large detector has fewer and larger pixels.
                width = panel.image.shape[1]
                pixel_nm = data.voxel_sizes_nm[name] * table.loc[name, "columns"] / width
                style.scale_bar(axes, width, pixel_nm)
            style.panel_letter(axes, letter, panel.title)
    style.footnote(
        figure,
        "Sinograms: the middle row of the detector, angles go down. The first projection is shown, "
        "and for the axis it is red over that half a turn later, mirrored about the line, in cyan: "
        "grey where both agree. Panels of a step before and after it have one grey scale, except "
        "for the counts.",
        words.origin_sentence(data.origins),
    )
    return figure


def _heading(name: str, row: pd.Series) -> str:
    return style.plain(fill(f"{name}: {counted(row)}", _LETTERS_A_LINE))


def counted(row: pd.Series) -> str:
    """Return what the steps counted, in words; of a twin with what is true."""

    def of(name: str, form: str = ".0f") -> str:
        true = row.get(f"{name}_true", np.nan)
        return f"{row[name]:{form}}" + (f" (in truth {true:{form}})" if np.isfinite(true) else "")

    axis = f"axis at column {of('axis_column', '.2f')}"
    if np.isfinite(row["axis_spread"]):
        axis += f", half of the rows within {row['axis_spread']:.2f}"
    else:
        axis += ", as the config says"
    graphics_card = "; back-projected on a graphics card" if row["device"] == "gpu" else ""
    return (
        f"{row['projections']:.0f} projections of {row['rows']:.0f} × {row['columns']:.0f} pixels; "
        f"dead pixels {of('dead')}; zingers {of('zingers')}; floored values {row['floored']:.0f}; "
        f"{axis}{graphics_card}"
    )


def _panels(views: Mapping[str, np.ndarray], row: pd.Series) -> Iterator[_Panel]:
    """Yield the panels of a dataset, each step before and after it."""
    counts, transmission = views["counts"], views["transmission"]
    yield _Panel("counts", counts, _range(counts), upright=True)
    yield _Panel("after flat field", transmission, _range(transmission), upright=True)
    before, after = views["zingers_before"], views["zingers_after"]
    grey = _range(after)
    yield _Panel("sinogram, zingers circled", before, grey, marked=before != after)
    yield _Panel("without zingers", after, grey)
    if "phase_after" in views:
        grey = _range(views["phase_before"])
        yield _Panel("before phase retrieval", views["phase_before"], grey, upright=True)
        yield _Panel("after phase retrieval", views["phase_after"], grey, upright=True)
    grey = _range(views["attenuation"])
    if "rings_before" in views:
        yield _Panel("attenuation, with rings", views["rings_before"], grey)
        yield _Panel("without rings", views["attenuation"], grey)
    else:
        yield _Panel("attenuation (rings are left)", views["attenuation"], grey)
    first, turned = views["axis_first"], views["axis_mirrored"]
    low, high = _range(first)
    both = np.clip((np.stack([first, turned, turned], axis=2) - low) / (high - low), 0, 1)
    # Pixels have their centres at whole numbers.
    column = (row["axis_column"] + 0.5) / row["columns"]
    yield _Panel(f"axis: {row['turned_deg']:.4g}° apart", both, column=column, upright=True)
    yield _Panel("middle slice", views["slice"], _range(views["slice"]), upright=True)


def _range(image: np.ndarray) -> tuple[float, float]:
    low, high = (float(value) for value in np.percentile(image, [0.2, 99.8]))
    return (low, high) if high > low else (low, low + 1.0)


def _show(axes: Axes, panel: _Panel) -> None:
    low, high = panel.grey
    aspect = "equal" if panel.upright else "auto"
    style.show(axes, panel.image, cmap="gray", vmin=low, vmax=high, aspect=aspect)
    axes.set_anchor("N")
    if panel.marked is not None:
        y, x = np.nonzero(panel.marked)
        axes.plot(x, y, "o", ms=3.0, mfc="none", mec=_MARKS, mew=0.6)
    if panel.column is not None:
        axes.axvline(panel.column * panel.image.shape[1] - 0.5, color=_MARKS, lw=0.8)


def _needs(study) -> Needs:
    datasets = tuple(projected(study)[:MOST])
    return Needs(datasets, projected=datasets)


FIGURE = Figure(
    title="From projections to slices, step by step",
    category=CHECKS,
    order=8,
    requires="a dataset that is reconstructed from projections",
    needs=_needs,
    draw=draw,
    caption="""
From projections to slices, step by step, for at most two datasets: the first projection before and
after the correction by flat field and dark; the sinogram of the middle row before and after
zingers were replaced; projections before and after phase retrieval and the sinogram before and
after rings were removed, if these were asked for; two projections half a turn apart about the
axis that was found; the middle slice. ``projections.csv`` has the numbers of all datasets.

Not a figure of the paper.
""",
    tables=("projections",),
)
