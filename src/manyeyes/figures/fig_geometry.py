"""The synthetic geometry beside a measured one: slices, surface, particle sizes, chords."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..materials import family
from . import style, words
from .choosing import with_origin
from .figure import CHECKS, Figure, FigureData, Needs

LOOKS = {
    "simulated-imaging": {"colours": ("#333333", "#777777", "#aaaaaa"), "hatch": "", "ls": "-"},
    "twin": {"colours": ("#3d8fc7", "#a6cbe8", "#0b4a78"), "hatch": "/////", "ls": "--"},
}
MOST_SLICES = 4


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return truth slices at one scale, and measures of the geometries side by side."""
    datasets = [d for d in data.origins if d in data.truths][:MOST_SLICES]
    if not datasets:
        raise ValueError("nothing to draw: there is no truth of these datasets")
    particles = data.tables["particles"]
    looks = _looks(datasets, data.origins)
    columns = max(2, len(datasets))
    slice_mm = min(72.0, style.DOUBLE_MM / columns)
    figure = style.new_figure(style.DOUBLE_MM, slice_mm + 76.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[slice_mm + 9.0, 58.0])
    _draw_slices(data, upper, datasets, columns)
    left, middle, right = lower.subplots(1, 3, width_ratios=[1.0, 1.4, 1.2])
    rows = data.tables["geometry"].set_index("dataset").loc[datasets]
    for x, (dataset, row) in enumerate(rows.iterrows()):
        colour, hatch, line = looks[dataset]
        look = {"color": colour, "hatch": hatch, "edgecolor": "black", "lw": 0.5}
        left.bar(x, row["specific_surface_per_um"], 0.7, **look)
        chords = [row[f"mean_chord_{axis}_um"] for axis in "zyx"]
        width = 0.8 / len(datasets)
        offsets = np.arange(3) + (x - (len(datasets) - 1) / 2) * width
        right.bar(offsets, chords, width * 0.92, **look)
        sizes = np.sort(particles.loc[particles["dataset"] == dataset, "diameter_um"])
        if len(sizes):
            share = np.arange(1, len(sizes) + 1) / len(sizes)
            label = f"{dataset}\nmean {sizes.mean():.2f} µm, n = {len(sizes)}"
            middle.step(sizes, share, where="post", color=colour, ls=line, lw=1.3, label=label)
    left.set_xticks(range(len(datasets)), datasets, rotation=20, ha="right")
    left.set_ylabel("Specific surface (1/µm)")
    middle.set_xlabel("Diameter of whole particles (µm)")
    middle.set_ylabel("Share of particles at most as large")
    middle.set_ylim(0, 1)
    middle.legend(loc="lower right", fontsize=5.8)
    right.set_xticks(range(3), ["z", "y", "x"])
    right.set_xlabel("Direction")
    right.set_ylabel("Mean run through active material (µm)")
    for axes, letter in zip((left, middle, right), ("b)", "c)", "d)"), strict=True):
        axes.grid(axis="y")
        style.panel_letter(axes, letter)
    style.footnote(
        figure,
        "Geometries with internal pores filled. Particles are separated by a watershed and those "
        "cut by a face are left out, so compare only volumes of about the same extent.",
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _looks(datasets: list[str], origins: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Return colour, hatch and line of each dataset: a shade for each of one origin."""
    looks, seen = {}, dict.fromkeys(LOOKS, 0)
    for dataset in datasets:
        origin = origins[dataset]
        shades = LOOKS[origin]["colours"]
        shade = shades[seen[origin] % len(shades)]
        seen[origin] += 1
        looks[dataset] = (shade, LOOKS[origin]["hatch"], LOOKS[origin]["ls"])
    return looks


def _draw_slices(data: FigureData, figure, datasets: list[str], columns: int) -> None:
    """Draw the middles of the slices, all of the width in um of the narrowest."""
    sizes = data.voxel_sizes_nm
    width_um = min(min(data.truths[d].shape) * sizes[d] / 1000 for d in datasets)
    codes = set()
    (line,) = style.panel_grid(figure, len(datasets), columns)
    for i, (axes, dataset) in enumerate(zip(line, datasets, strict=False)):
        voxels = round(width_um * 1000 / sizes[dataset])
        y, x = ((n - voxels) // 2 for n in data.truths[dataset].shape)
        shown = data.truths[dataset][y : y + voxels, x : x + voxels]
        style.show_truth(axes, shown)
        style.scale_bar(axes, shown.shape[1], sizes[dataset])
        codes |= set(np.unique(shown).tolist())
        measured = data.origins[dataset] == "simulated-imaging"
        kind = "measured geometry" if measured else "synthetic"
        style.panel_letter(axes, "" if i else "a)", f"{dataset}, {kind}")
    phases = [style.PHASES[code] for code in sorted(codes)]
    handles = [Patch(fc=c, ec="black", lw=0.4, label=name) for name, c in phases]
    style.legend_above(figure, handles)


def _needs(study) -> Needs:
    """Return real geometries, once each, and synthetic ones of the same family of materials."""
    real = _distinct(study, with_origin(study, "simulated-imaging"))
    families = {family(study.datasets[name].material) for name in real}
    twins = [
        name
        for name in with_origin(study, "twin")
        if family(study.datasets[name].material) in families
    ]
    return Needs((*real, *twins), truths=(*real, *twins)) if real and twins else Needs()


def _distinct(study, names: list[str]) -> list[str]:
    """Return one dataset for each geometry: several may image the same one."""
    by_geometry = {}
    for name in names:
        dataset = study.datasets[name]
        key = (dataset.source["file"], dataset.start, dataset.shape, dataset.voxel_size_nm)
        by_geometry.setdefault(key, name)
    return list(by_geometry.values())


FIGURE = Figure(
    title="The synthetic geometry beside a measured one",
    category=CHECKS,
    order=5,
    requires="a measured geometry and a twin of the same family of materials",
    needs=_needs,
    draw=draw,
    caption="""
The synthetic geometry beside a measured one (NREL's segmented cathode 1-CAL, whose carbon-binder
domain was added to the pores by computation): (a) slices of the truths at one scale, (b) specific
surface, (c) diameters of whole particles, (d) mean chord through active material along each axis.

Not a figure of the paper.

Segmentations of both are compared in the other figures of this study: what holds on the measured
geometry does not depend on our model of particles.
""",
    tables=(
        "geometry",
        "particles",
    ),
)
