"""Slices and their histograms: raw, stretched and equalised."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ...networks.greys import GREYS
from ..names import INPUTS
from . import looks

COLUMNS = 4
BINS = 128


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a row of slices and a histogram for each input."""
    (volume,) = data.pores.values()
    shown = looks.depths(len(volume), COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, 132.0)
    grid = figure.subplots(
        len(INPUTS), COLUMNS + 1, width_ratios=[1.0] * COLUMNS + [1.35], squeeze=False
    )
    for row, (greys, name) in zip(grid, INPUTS.items(), strict=True):
        changed = np.stack([GREYS[greys](volume[z]) for z in shown])
        for axes, image, z in zip(row, changed, shown, strict=False):
            # One window for all, so that stretching is seen.
            style.show(axes, image, cmap="gray", vmin=0, vmax=65535)
            if greys == "raw":
                axes.set_title(f"slice {z + 1}", loc="left")
        _draw_histogram(row[-1], changed, greys)
        looks.name_row(row[0], name)
    style.scale_bar(grid[0, 0], volume.shape[2], data.facts["pixel_nm"])
    grid[-1, -1].set_xlabel("Grey value (16 bits)")
    style.footnote(
        figure,
        "Left: slices of one particle after the filters, black 0 and white 65,535 in all panels. "
        "Right: histograms of these four slices (logarithmic) and, dashed, the share of pixels up "
        "to each grey value.",
    )
    return figure


def _draw_histogram(axes, images: np.ndarray, greys: str) -> None:
    counts, edges = np.histogram(images, bins=BINS, range=(0, 65536))
    share = 100 * counts / images.size
    axes.stairs(share, edges, fill=True, color=looks.LOOKS[greys].colour, lw=0)
    axes.set_yscale("log")
    axes.set_ylim(100 / images.size, 100)
    axes.set_xlim(0, 65536)
    axes.set_xticks([0, 32768, 65535], ["0", "32,768", "65,535"])
    axes.set_ylabel("Pixels (%)")
    sums = axes.twinx()
    sums.plot(
        edges, np.concatenate([[0], np.cumsum(share)]), color="black", lw=0.8, ls=(0, (3, 1.5))
    )
    sums.set_ylim(0, 103)
    sums.set_ylabel("Up to here (%)")
    sums.spines["right"].set_visible(True)


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    particle = networks.folds[0].train
    return Needs(
        particles=(particle,),
        pores=networks.volume_names(particle, "filtered"),
        facts={"pixel_nm": networks.pixel_nm(particle)},
    )


FIGURE = Figure(
    title="What networks are shown: raw, stretched and equalised slices",
    category=PORES,
    order=2,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    label="Fig. 2 of Lee et al. ",
    caption="""
Four slices of the particle of the first fold, as they are after the filters, stretched so that each
slice reaches from 0 to the largest grey value, and equalised so that all grey values are equally
frequent, by the formulas of the paper; right, their histograms. Stretching moves and scales the
grey values of each slice; equalising spreads those of the grains, which are most, and presses the
few of the pores together at the dark end.

Corresponds to Fig. 2 of Lee et al. 2023.
""",
)
