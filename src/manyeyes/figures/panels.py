"""Grids of slices: images, segmentations and differences, with letters, names and scale bars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from . import style, words
from .figure import FigureData

TITLE_MM = 5.0
MOST_PANEL_MM = 60.0


@dataclass(frozen=True)
class Panel:
    """One panel of a grid.

    Attributes
    ----------
    show : callable
        Draws the slice into the axes it is given.
    title : str
        What stands behind the panel's letter.
    width_px : int
        Width of the slice in pixels, for the scale bar.
    voxel_size_nm : float
        Edge of a pixel in nm, for the scale bar.
    bar_um : float
        Length of the scale bar; 0 chooses a round one.
    """

    show: Callable[[Axes], None]
    title: str
    width_px: int
    voxel_size_nm: float
    bar_um: float = 0.0


def grey(image: np.ndarray, title: str, voxel_size_nm: float, bar_um: float = 0.0) -> Panel:
    """Return a panel of a slice of grey values, uint8 (y, x)."""
    return Panel(
        lambda axes: style.show_grey(axes, image), title, image.shape[1], voxel_size_nm, bar_um
    )


def labels(segmentation: np.ndarray, title: str, voxel_size_nm: float, bar_um=0.0) -> Panel:
    """Return a panel of a slice of labels 1 and 2, uint8 (y, x)."""
    return Panel(
        lambda axes: style.show_labels(axes, segmentation),
        title,
        segmentation.shape[1],
        voxel_size_nm,
        bar_um,
    )


def difference(a: np.ndarray, b: np.ndarray, title: str, voxel_size_nm: float, bar_um=0.0) -> Panel:
    """Return a panel that shows where two slices of labels differ."""
    return Panel(
        lambda axes: style.show_difference(axes, a, b), title, a.shape[1], voxel_size_nm, bar_um
    )


def grey_row(data: FigureData, images: Sequence[tuple[str, str]]) -> list[Panel]:
    """Return panels of the images (dataset, filter) that there are."""
    return [
        grey(data.images[d, f], f"{d}, {words.filter_name(f)}", data.voxel_sizes_nm[d])
        for d, f in images
        if (d, f) in data.images
    ]


def labels_row(data: FigureData, variant: str, images=None) -> list[Panel]:
    """Return panels of a variant's segmentations, of some images in their order or of all."""
    shown = {(d, f): found for (d, f, v, _), found in data.labels.items() if v == variant}
    return [
        labels(shown[d, f], f"{d}, {words.filter_name(f)}, {variant}", data.voxel_sizes_nm[d])
        for d, f in images or shown
        if (d, f) in shown
    ]


def notes(data: FigureData) -> list[str]:
    """Return small print that says whose segmentations are shown, and in what colours."""
    users = ", ".join(dict.fromkeys(user for *_, user in data.labels))
    outside = any((shown == 0).any() for shown in data.labels.values())
    return [
        f"Central slices; segmentations of user {users}. Light: active material, dark: pore and "
        f"carbon-binder domain{', white: outside the field of view' * outside}."
    ]


@style.styled
def draw_grid(rows: Sequence[Sequence[Panel]], *notes: str, columns: int | None = None) -> Drawing:
    """Draw panels row by row, lettered in reading order.

    Parameters
    ----------
    rows : sequence of sequences of Panel
        Rows may be of different lengths; they start at the left.
    *notes : str
        Small print below.
    columns : int, optional
        Width of the grid; the longest row's by default.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is no panel.
    """
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("nothing to draw: the study has none of this figure's slices")
    columns = columns or max(len(row) for row in rows)
    notes_mm = 4.0 * len(notes) + 3.0
    # Within a page, a double column wide at most, and no larger than voxels need to be seen.
    panel_mm = min(
        MOST_PANEL_MM,
        style.DOUBLE_MM / columns,
        (style.PAGE_MM - notes_mm) / len(rows) - TITLE_MM,
    )
    height_mm = len(rows) * (panel_mm + TITLE_MM) + notes_mm
    figure = style.new_figure(panel_mm * columns, height_mm)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    letters = style.letters()
    for row, all_axes in zip(rows, grid, strict=True):
        for axes in all_axes[len(row) :]:
            axes.set_axis_off()
        for panel, axes in zip(row, all_axes, strict=False):
            panel.show(axes)
            style.panel_letter(axes, next(letters), panel.title)
            style.scale_bar(axes, panel.width_px, panel.voxel_size_nm, panel.bar_um)
    style.footnote(figure, *notes)
    return figure
