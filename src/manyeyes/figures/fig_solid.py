"""The phases of an electrode as a solid, and its particles as users find them."""

import numpy as np
import scipy
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..labels import ACTIVE, CBD, TRUTH_PHASES
from ..materials import has_separable_particles
from . import rendering, style, words
from .block_edges import Edges, draw_edges, label_edges
from .choosing import (
    USUAL_COVERAGE,
    by_coverage,
    raw_filter,
    usual_threshold_and_watershed,
    with_known_truth,
)
from .figure import CHECKS, Figure, FigureData, Needs

TURNS = (32.0, 122.0, 212.0)
"""Where the eye stands around the block, degrees."""
ELEVATION = 26.0
CUT_AWAY = (0.5, 0.5, 0.5)
MOST_ROWS = 3
COLUMNS = 480
PANEL_MM = 38.0
PARTICLES = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#9a9a9a"]
"""Colours that all common colour blindnesses tell apart (Okabe and Ito 2008)."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a row for each dataset: its phases from three sides, and the particles found in it."""
    datasets = list(data.truth_volumes)
    shown = list(dict.fromkeys((f, v, u) for _, f, v, u in data.label_volumes))
    separable = data.facts["separable"]
    columns = len(TURNS) + (1 + len(shown) if separable else 0)
    figure = style.new_figure(min(style.DOUBLE_MM, PANEL_MM * columns), 30.0)
    panel_mm = figure.get_figwidth() * 25.4 / columns
    figure.set_figheight((len(datasets) * (panel_mm * 1.12 + 5) + 26) / 25.4)
    grid = figure.subplots(len(datasets), columns, squeeze=False)
    for row, dataset in zip(grid, datasets, strict=True):
        voxel_um = data.voxel_sizes_nm[dataset] / 1000
        truth = data.truth_volumes[dataset]
        for axes, turn in zip(row, TURNS, strict=False):
            _draw_phases(axes, truth, voxel_um, rendering.View(turn, ELEVATION))
        view = rendering.View(TURNS[0], ELEVATION)
        label_edges(row[0], Edges.of_block(np.array(truth.shape) * voxel_um, view))
        row[0].set_title(dataset, loc="left", fontweight="bold")
        solids = {"truth": truth == ACTIVE}
        for filter_, variant, user in shown:
            labels = data.label_volumes.get((dataset, filter_, variant, user))
            if labels is not None:
                code = style.phases_in_use()["active"].code
                solids[f"{variant}, {words.filter_name(filter_)}"] = labels == code
        for axes, (name, active) in zip(row[len(TURNS) :], solids.items(), strict=False):
            if dataset in separable:
                _draw_particles(axes, active, voxel_um)
                axes.set_title(name, loc="left")
    for axes in grid.ravel():
        axes.set_axis_off()
    solid = [phase for phase in TRUTH_PHASES if phase.code in (ACTIVE, CBD)]
    handles = [Patch(fc=p.colour, ec="black", lw=0.4, label=p.name) for p in solid]
    style.legend_above(figure, handles)
    sentences = ["Left: true phases of each block from three sides, one corner cut away."]
    if separable:
        users = " and ".join(dict.fromkeys(user for *_, user in shown))
        sentences.append(
            "Right, from the first side: particles of the truth, and as split from the labels of "
            f"user {users}. Colours have no meaning but to tell neighbours apart."
        )
    style.footnote(figure, *sentences, words.origin_sentence(data.origins, datasets))
    return figure


def _draw_phases(axes: Axes, truth: np.ndarray, voxel_um: float, view: rendering.View) -> None:
    solid = np.isin(truth, [ACTIVE, CBD])
    colours = np.ones((256, 3))
    for phase in TRUTH_PHASES:
        colours[phase.code] = to_rgb(phase.colour)
    _draw(axes, solid, colours[_nearest(truth, solid)], voxel_um, view)


def _draw_particles(axes: Axes, active: np.ndarray, voxel_um: float) -> None:
    # Slow to load, and only needed to draw.
    from ..measures.particles import split

    particles = split(active, 1000 * voxel_um)
    solid = active | (particles > 0)
    seen = _nearest(particles, solid)
    # What is too small for a particle is white.
    colours = np.array([to_rgb(colour) for colour in ["#ffffff", *PARTICLES]])
    colours = colours[np.where(seen > 0, 1 + seen % len(PARTICLES), 0)]
    _draw(axes, solid, colours, voxel_um, rendering.View(TURNS[0], ELEVATION))


def _nearest(values: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Return values of which each voxel that is not solid has that of the nearest solid one."""
    places = scipy.ndimage.distance_transform_edt(
        ~solid, return_distances=False, return_indices=True
    )
    return values[tuple(places)]


def _draw(axes: Axes, solid: np.ndarray, colours: np.ndarray, voxel_um: float, view) -> None:
    """Draw a solid, cut open, whose voxels have colours (z, y, x, 3)."""
    picture = rendering.render(solid, voxel_um, view, columns=COLUMNS, cut_away=CUT_AWAY)
    seen = np.where(
        (picture.voxel >= 0)[..., None],
        colours.reshape(-1, 3)[picture.voxel] * picture.brightness[..., None],
        1.0,
    )
    axes.imshow(seen, extent=picture.extent_um, interpolation="antialiased")
    edges = Edges.of_block(np.array(solid.shape) * voxel_um, view)
    draw_edges(axes, edges, CUT_AWAY, lw=0.35)


def _needs(study) -> Needs:
    if "particles" not in study.measures:
        return Needs()
    datasets = with_known_truth(study)[:MOST_ROWS]
    filter_ = raw_filter(study)
    drawn = sorted(
        by_coverage(study),
        key=lambda name: abs(study.variants[name]["coverage_percent"] - USUAL_COVERAGE),
    )
    variants = [*usual_threshold_and_watershed(study), *drawn[:1]]
    cells = [c for c in study.cells() if c.filter == filter_ and c.variant in variants]
    chosen = []
    for dataset in datasets:
        first: dict = {}
        for cell in cells:
            if cell.dataset == dataset:
                first.setdefault(cell.variant, cell)
        chosen += list(first.values())
    names = [d for d in datasets if has_separable_particles(study.datasets[d].material)]
    return Needs(
        tuple(datasets),
        truth_volumes=tuple(datasets),
        cell_volumes=tuple(cell for cell in chosen if cell.dataset in names),
        facts={"separable": names},
    )


FIGURE = Figure(
    title="Phases and particles as a solid",
    category=CHECKS,
    order=9,
    requires="particles among the measures, and a dataset whose truth is known",
    needs=_needs,
    draw=draw,
    caption="""
The true phases of each dataset from three sides, one corner of the block cut away; the pore is left
out. Where particles can be told apart, they are shown in colours without meaning: those of the
truth, and those in what the first user made of the raw image by the compared variants. What is too
small for a particle is white. The projection is parallel.
""",
)
