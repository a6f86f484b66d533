"""Pores in 3-D by every method: views, porosity, pore volume and pore surface."""

import numpy as np
import scipy
from matplotlib.figure import Figure as Drawing

from ...figures import rendering, style
from ...figures.block_edges import Edges, draw_edges
from ...figures.figure import PORES, Figure, FigureData, Needs
from ...pores.codes import PORE
from ..measuring import thresholded
from ..names import INPUTS, LABELS, TEST, THRESHOLD, TRUTH
from . import looks

METHODS = (TRUTH, LABELS, THRESHOLD, *INPUTS)
VIEWED = (TRUTH, LABELS, THRESHOLD, "stretched", "equalised")
QUANTITIES = {
    "porosity": ("Porosity (%)", 100.0),
    "pore_volume_um3": ("Pore volume (µm³)", 1.0),
    "pore_surface_um2": ("Pore surface (µm²)", 1.0),
}
RATIO_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
VIEW = rendering.View(28.0, 24.0)
COLUMNS = 420
DARKNESS = 0.8
"""Of surfaces, so that small pores stand out from the white between them."""


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return views of the pores of a particle, bars of what is measured, and other thresholds."""
    figure = style.new_figure(style.DOUBLE_MM, 172.0)
    above, middle, below = figure.subfigures(3, 1, height_ratios=[52.0, 52.0, 50.0])
    _draw_views(above, data)
    _draw_bars(middle, data)
    _draw_levels(below, data)
    style.footnote(
        figure,
        f"a) Pores of {data.facts['particle']}, resampled to cubes of the slices' distance. b) "
        "Bars are means over the particles that networks were tested on, points the particles and "
        "trainings; dashed and dotted lines: the truth and the labels. The three quantities are "
        "two, since all blocks have one volume. c) What one global threshold gives, by where its "
        "level lies between the black of the stack (0) and the grey of its grains (1), each "
        "particle a line; the dotted line is the level of b.",
    )
    return figure


def _draw_views(figure, data: FigureData) -> None:
    solids = _solids(data)
    grid = figure.subplots(1, len(solids), squeeze=False)[0]
    voxel_um = data.facts["voxel_nm"][0] / 1000
    zoom = np.array(data.facts["voxel_nm"]) / data.facts["voxel_nm"][0]
    for axes, (method, pore) in zip(grid, solids.items(), strict=True):
        cubes = scipy.ndimage.zoom(pore.astype(np.float32), zoom, order=1) > 0.5
        picture = rendering.render(cubes, voxel_um, VIEW, columns=COLUMNS)
        seen = np.where(picture.voxel >= 0, DARKNESS * picture.brightness, 1.0)
        axes.imshow(
            seen, extent=picture.extent_um, cmap="gray", vmin=0, vmax=1, interpolation="antialiased"
        )
        edges = Edges.of_block(np.array(cubes.shape) * voxel_um, VIEW)
        draw_edges(axes, edges, None, lw=0.35)
        axes.set_axis_off()
        style.panel_letter(axes, "a)" if method == TRUTH else "", looks.LOOKS[method].name)
        share = f"{100 * pore.mean():.2f} % pore"
        axes.text(0.5, 0.0, share, transform=axes.transAxes, ha="center", va="top", fontsize=6.5)


def _solids(data: FigureData) -> dict[str, np.ndarray]:
    """Return where pores are, by method; bool (z, y, x)."""
    truth, labels, filtered, *predictions = data.pores.values()
    found = {
        TRUTH: truth == PORE,
        LABELS: labels == PORE,
        THRESHOLD: thresholded(filtered, data.facts["threshold"]) == PORE,
    }
    for greys, volume in zip(data.facts["inputs"], predictions, strict=True):
        found[greys] = looks.called(volume)
    return {name: found[name] for name in VIEWED if name in found}


def tested_rows(volumes):
    """Return the rows of volumes that Fig. 7 shows: of particles that networks were tested on."""
    by_network = (volumes["slices"] == TEST) & volumes["method"].isin(list(INPUTS))
    particles = set(volumes.loc[by_network, "particle"])
    unlearned = volumes["method"].isin([TRUTH, LABELS, THRESHOLD])
    return volumes[by_network | (unlearned & volumes["particle"].isin(particles))]


def _draw_bars(figure, data: FigureData) -> None:
    rows = tested_rows(data.tables["pore_volumes"])
    methods = [name for name in METHODS if name in set(rows["method"])]
    grid = figure.subplots(1, len(QUANTITIES))
    for axes, (column, (title, factor)) in zip(grid, QUANTITIES.items(), strict=True):
        for place, method in enumerate(methods):
            values = factor * rows.loc[rows["method"] == method, column].to_numpy()
            look = looks.LOOKS[method]
            axes.bar(place, values.mean(), 0.72, color=look.colour, alpha=0.55, ec="black", lw=0.5)
            offsets = np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else [0.0]
            axes.plot(
                place + np.array(offsets), values, look.marker, ms=3.2, color="black", mew=0.6
            )
        for method, line in (
            (TRUTH, style.TRUTH_LINE),
            (LABELS, {"color": "black", "lw": 0.8, "ls": ":"}),
        ):
            axes.axhline(factor * rows.loc[rows["method"] == method, column].mean(), **line)
        names = [looks.LOOKS[name].name.removeprefix("network, ") for name in methods]
        style.name_columns(axes, names, rotation=40, ha="right", rotation_mode="anchor")
        style.panel_letter(axes, "b)" if column == "porosity" else "", title)
        axes.set_ylim(bottom=0)


def _draw_levels(figure, data: FigureData) -> None:
    levels = data.tables["threshold_levels"]
    grid = figure.subplots(1, 3)
    shown = {
        "porosity_per_labels": "Porosity over that of the labels",
        "pore_surface_per_labels": "Pore surface over that of the labels",
        "f1_pore_labels": "F1 of pore against the labels",
    }
    marks = ("o", "s", "^", "d", "v", "x")
    for axes, (column, title) in zip(grid, shown.items(), strict=True):
        for (particle, rows), mark in zip(
            levels.groupby("particle", sort=False), marks * len(levels), strict=False
        ):
            axes.plot(rows["share"], rows[column], f"{mark}-", ms=3, lw=0.8, label=particle)
        axes.axvline(data.facts["threshold"], color="black", lw=0.7, ls=":")
        if "per" in column:
            axes.axhline(1, color="black", lw=0.6)
            axes.set_yscale("log")
            low, high = levels[column].min(), levels[column].max()
            ticks = [tick for tick in RATIO_TICKS if low <= tick <= high]
            style.label_ticks(axes.yaxis, ticks or style.log_ticks(low, high))
        axes.set_xlabel("Level of the threshold")
        style.panel_letter(axes, "c)" if axes is grid[0] else "", title)
        axes.grid()
    grid[0].legend()


def finding(data: FigureData) -> str:
    """Return which method comes nearest to the labels and to the truth."""
    from ..words import volumes_of_test

    means = volumes_of_test(data.tables["pore_volumes"])
    found = []
    for against, called in ((LABELS, "labels"), (TRUTH, "true pores")):
        columns = {
            "porosity": f"porosity_per_{against}",
            "surface": f"pore_surface_per_{against}",
        }
        for quantity, column in columns.items():
            candidates = means.drop(index=LABELS, errors="ignore")[column]
            nearest = (candidates - 1).abs().idxmin()
            found.append(
                f"{looks.LOOKS[nearest].name} in {quantity} to the {called} "
                f"({100 * (candidates[nearest] - 1):+.0f} %)"
            )
    return f"Nearest come, on average over trainings: {'; '.join(found)}."


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    fold = networks.folds[0]
    trainings = [
        training
        for training in networks.trainings()
        if training.trained_on == fold.train and training.seed == "1" and training.greys in VIEWED
    ]
    pores = [networks.prediction_of(t.greys, t, fold.test) for t in trainings]
    return Needs(
        particles=(fold.test,),
        pores=(
            *networks.volume_names(fold.test, "truth", "labels", "filtered"),
            *map(networks.volume_name, pores),
        ),
        facts={
            "particle": fold.test,
            "inputs": [training.greys for training in trainings],
            "threshold": networks.threshold["share"],
            "voxel_nm": networks.voxel_nm(fold.test),
        },
    )


FIGURE = Figure(
    title="Pores in 3-D by every method",
    category=PORES,
    order=5,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    finding=finding,
    label="Fig. 7 of Lee et al. ",
    caption="""
Views of the pores of one particle, and porosity, pore volume and pore surface by the true pores,
the labels, one global threshold and the networks, on particles that the networks were tested on.
Below, what other levels of the threshold would give.

Corresponds to Fig. 7 of Lee et al. 2023, whose ground truth is the labels. The paper reports that
equalised inputs come nearest in all three, and that the threshold and stretched inputs exaggerate
by several per cent.
""",
    tables=("pore_volumes", "threshold_levels"),
)
