"""Grids of slices: images, segmentations and differences, with letters, names and scale bars."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure as Drawing

from ..labels import TWO_PHASES
from . import style, words
from .figure import FigureData

TITLE_MM = 5.0
MOST_PANEL_MM = 60.0


class Panel(NamedTuple):
    """One panel of a grid.

    Attributes
    ----------
    show : callable
        Draws slices into axes.
    slices : tuple of ndarray of uint8, shape (y, x)
    title : str
        Follows the panel's letter.
    voxel_size_nm : float
        Edge of a pixel in nm, for the scale bar.
    """

    show: Callable[..., None]
    slices: tuple[np.ndarray, ...]
    title: str
    voxel_size_nm: float


def grey(image: np.ndarray, title: str, voxel_size_nm: float) -> Panel:
    """Return a panel of grey values."""
    return Panel(style.show_grey, (image,), title, voxel_size_nm)


def labels(segmentation: np.ndarray, title: str, voxel_size_nm: float) -> Panel:
    """Return a panel of labels, in the colours of the study's phases."""
    return Panel(style.show_labels, (segmentation,), title, voxel_size_nm)


def difference(a: np.ndarray, b: np.ndarray, title: str, voxel_size_nm: float) -> Panel:
    """Return a panel that shows where two slices of labels differ."""
    return Panel(style.show_difference, (a, b), title, voxel_size_nm)


def grey_row(data: FigureData, images: Sequence[tuple[str, str]]) -> list[Panel]:
    """Return panels of those of some images (dataset, filter) that the figure has."""
    return [
        grey(data.images[d, f], f"{d}, {words.filter_name(f)}", data.voxel_sizes_nm[d])
        for d, f in images
        if (d, f) in data.images
    ]


def labels_row(data: FigureData, variant: str, images=None) -> list[Panel]:
    """Return panels of a variant's segmentations, of some images in order or of all."""
    shown = {(d, f): found for (d, f, v, _), found in data.labels.items() if v == variant}
    return [
        labels(shown[d, f], f"{d}, {words.filter_name(f)}, {variant}", data.voxel_sizes_nm[d])
        for d, f in images or shown
        if (d, f) in shown
    ]


def notes(data: FigureData) -> list[str]:
    """Return small print: whose segmentations are shown, and in what colours."""
    users = ", ".join(dict.fromkeys(user for *_, user in data.labels))
    outside = any((shown == 0).any() for shown in data.labels.values())
    sentence = colours(*["white: outside the field of view"] * outside)
    return [f"Central slices; segmentations of user {users}. {sentence}".rstrip()]


def colours(*others: str) -> str:
    """Return a sentence on the colours of labels, and others; other phases have a legend."""
    two = style.phases_in_use() == TWO_PHASES
    names = ["light: active material", "dark: pore and carbon-binder domain"] if two else []
    text = ", ".join([*names, *others])
    return text and f"{text[0].upper()}{text[1:]}."


@style.styled
def draw_grid(rows: Sequence[Sequence[Panel]], *notes: str) -> Drawing:
    """Draw panels row by row, lettered in reading order.

    Parameters
    ----------
    rows : sequence of sequences of Panel
        Rows may have different lengths; they start at the left.
    *notes : str
        Small print.

    Raises
    ------
    ValueError
        If there is no panel.
    """
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("nothing to draw: the study has none of this figure's slices")
    columns = max(len(row) for row in rows)
    notes_mm = 4.0 * len(notes) + 3.0
    # a legend of phases, where the notes do not name their colours
    notes_mm += 0.0 if style.phases_in_use() == TWO_PHASES else 5.0
    # Panels fit on a page and in two columns, and are no larger than voxels need to be visible.
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
            panel.show(axes, *panel.slices)
            style.panel_letter(axes, next(letters), panel.title)
            style.scale_bar(axes, panel.slices[0].shape[1], panel.voxel_size_nm)
    style.footnote(figure, *notes)
    shows_labels = any(panel.show is style.show_labels for row in rows for panel in row)
    if shows_labels and style.phases_in_use() != TWO_PHASES:
        style.legend_above(figure, style.phase_handles())
    return figure
