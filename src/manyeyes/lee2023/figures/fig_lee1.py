"""Slices of the particles, their labels, and how two thresholds make them."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ...pores.codes import PORE
from ...pores.labelling import thresholds_by_eye
from . import looks

MOST = 3
PROFILE_HALF_PX = 30


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return slice, labels and true pores of each particle, and a grey profile across a pore."""
    rows = len(data.particles)
    figure = style.new_figure(style.DOUBLE_MM, 47.0 * rows + 66.0)
    above, below = figure.subfigures(2, 1, height_ratios=[47.0 * rows, 58.0])
    grid = above.subplots(rows, 4, squeeze=False)
    pixel = data.facts["pixel_nm"]
    for row, name in zip(grid, data.particles, strict=True):
        filtered, labels, truth, acquired = (data.pores[path] for path in data.facts["files"][name])
        middle = len(filtered) // 2
        looks.show_slice(row[0], acquired[middle])
        looks.show_slice(row[1], filtered[middle])
        looks.show_pores(row[2], labels[middle])
        looks.show_calls(row[3], labels[middle] == PORE, truth[middle])
        style.scale_bar(row[0], filtered.shape[2], pixel)
        words = ("as acquired", "filtered", "labels", "labels against true pores")
        for axes, text in zip(row, words, strict=True):
            style.panel_letter(axes, "", text)
        looks.name_row(row[0], name)
    _draw_profile(below, data)
    style.legend_above(figure, looks.call_handles("true pores"))
    style.footnote(
        figure,
        "The middle slice of each particle. Bottom: grey values along a row through a pore of the "
        "first particle, the two thresholds of its slice, and what they label; between both, a "
        "pixel is a pore only if it is joined to a darker one.",
    )
    return figure


def _draw_profile(figure, data: FigureData) -> None:
    """Draw grey values along a row through the largest pore of the middle slice."""
    filtered, labels, *_ = (data.pores[p] for p in data.facts["files"][data.particles[0]])
    middle = len(filtered) // 2
    image, pore = filtered[middle], labels[middle] == PORE
    thresholds = thresholds_by_eye(filtered, *data.facts["shares"])
    low, high = (float(levels[middle]) for levels in thresholds)
    y, x = _through_a_pore(pore)
    first, last = max(0, x - PROFILE_HALF_PX), min(image.shape[1], x + PROFILE_HALF_PX)
    columns = np.arange(first, last)
    axes = figure.subplots()
    distance = (columns - x) * data.facts["pixel_nm"]
    axes.plot(distance, image[y, first:last], color="black", drawstyle="steps-mid", lw=0.9)
    ends = (distance[0], distance[-1])
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
    for level, text, va in (
        (low, "surely pore below", "top"),
        (high, "surely grain above", "bottom"),
    ):
        axes.axhline(level, color=looks.MISSED_COLOUR, lw=0.8, ls=(0, (4, 2)))
        axes.text(ends[0], level, f" {text}", va=va, fontsize=6.0, bbox=box, zorder=4)
    axes.fill_between(
        distance,
        *axes.get_ylim(),
        where=pore[y, first:last],
        step="mid",
        color=looks.PORE_COLOUR,
        alpha=0.15,
        lw=0,
    )
    axes.set(xlim=ends, xlabel="Distance (nm)", ylabel="Grey value (16 bits)")
    axes.set_title("Two thresholds along a row; shaded: labelled pore", loc="left")


def _through_a_pore(pore: np.ndarray) -> tuple[int, int]:
    """Return row and column of the middle of the longest run of pore in any row."""
    if not pore.any():
        return pore.shape[0] // 2, pore.shape[1] // 2
    runs = np.zeros(pore.shape, int)
    runs[:, 0] = pore[:, 0]
    for x in range(1, pore.shape[1]):
        runs[:, x] = (runs[:, x - 1] + 1) * pore[:, x]
    y, end = np.unravel_index(np.argmax(runs), runs.shape)
    return int(y), int(end - runs[y, end] // 2)


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    particles = tuple(networks.particles)[:MOST]
    files = {
        name: networks.volume_names(name, "filtered", "labels", "truth", "acquired")
        for name in particles
    }
    return Needs(
        particles=particles,
        pores=tuple(path for paths in files.values() for path in paths),
        facts={
            "files": files,
            "pixel_nm": networks.pixel_nm(particles[0]),
            "shares": [networks.labels["low_share"], networks.labels["high_share"]],
        },
    )


FIGURE = Figure(
    title="Slices of particles, and their labels by two thresholds",
    category=PORES,
    order=1,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    label="Fig. 1 of Lee et al. ",
    caption="""
The middle slice of each particle as acquired, after the filters, as labelled, and the labels held
against the true pores, which only a twin has: orange is labelled without being pore, blue is pore
that the labels miss. Below, how hysteresis makes labels: grey values along a row, and the two
thresholds.

Corresponds to Fig. 1, b and d to f, of Lee et al. 2023.
""",
)
