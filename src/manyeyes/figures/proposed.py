"""The picture of what is proposed for a tomogram: three slices with crop, window and mask."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..imaging.proposing import Proposal
from . import style

_CROP = "#e69f00"
_OUTSIDE = np.array([0.80, 0.15, 0.15, 0.35])
_PANELS = (("xy", (1, 2), 0), ("xz", (0, 2), 1), ("yz", (0, 1), 2))
_AXES = "zyx"


@dataclass(frozen=True)
class Views:
    """Slices of a whole volume, perhaps coarser than it is.

    Attributes
    ----------
    slices : sequence of ndarray
        Grey values of the xy, xz and yz slice through the middle of the crop.
    steps : sequence of (int, int)
        Voxels from one pixel to the next, along rows and columns of each slice.
    outside : ndarray of bool, shape (y, x), or None
        Where the xy slice lies outside the mask, with the steps of the xy slice.
    """

    slices: Sequence[np.ndarray]
    steps: Sequence[tuple[int, int]]
    outside: np.ndarray | None = None


@style.styled
def draw(
    name: str,
    shape: Sequence[int],
    views: Views,
    proposal: Proposal,
    counts: np.ndarray,
    edges: np.ndarray,
) -> Figure:
    """Return the picture.

    Parameters
    ----------
    name : str
        Of the dataset.
    shape : sequence of int
        Of the whole volume.
    views : Views
    proposal : Proposal
    counts, edges : ndarray
        Histogram of the crop's grey values inside the mask.
    """
    figure = style.new_figure(style.DOUBLE_MM, 62.0 + 8)
    panels = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.1])
    low, high = proposal.window or (0, 255)
    for axes, (title, (down, across), _), view, steps in zip(
        panels, _PANELS, views.slices, views.steps, strict=False
    ):
        extent = (0, view.shape[1] * steps[1], view.shape[0] * steps[0], 0)
        axes.imshow(view, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="nearest")
        if title == "xy" and views.outside is not None:
            axes.imshow(views.outside[..., None] * _OUTSIDE, extent=extent, interpolation="nearest")
        corner = (proposal.start[across], proposal.start[down])
        size = (proposal.shape[across], proposal.shape[down])
        axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=_CROP, linewidth=1.2))
        axes.set_title(
            f"{title} slice, {_AXES[3 - down - across]} = {_place(proposal, down, across)}"
        )
        axes.set_xlabel(f"{_AXES[across]} / voxels")
        axes.set_ylabel(f"{_AXES[down]} / voxels")
    _histogram(panels[3], proposal, counts, edges)
    cut = " x ".join(map(str, proposal.shape))
    figure.suptitle(f"{name}: {' x '.join(map(str, shape))} voxels (z, y, x), crop {cut}")
    notes = ["Orange: the proposed crop."]
    if proposal.mask is not None and proposal.mask != "none":
        notes.append("Red: outside the proposed mask.")
    active = "dark" if proposal.dark else "bright"
    notes.append(
        f"Greys as in the file, in the proposed window. Active material is taken to be {active}."
    )
    style.footnote(figure, *notes)
    return figure


def _place(proposal: Proposal, down: int, across: int) -> int:
    axis = 3 - down - across
    return proposal.start[axis] + proposal.shape[axis] // 2


def _histogram(axes, proposal: Proposal, counts: np.ndarray, edges: np.ndarray) -> None:
    axes.stairs(counts / max(1, counts.max()), edges, fill=True, color="0.7")
    low, high = proposal.window or (0.0, 255.0)
    for value in (low, high):
        axes.axvline(value, color=_CROP, linewidth=1.2)
    level = proposal.contrast.split
    level = 255 - level if proposal.dark else level
    axes.axvline(low + level * (high - low) / 255, color="black", linestyle="--", linewidth=0.9)
    axes.set_title("Grey values of the crop")
    axes.set_xlabel("grey value (orange: window,\ndashed: between the classes)")
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=4)
