"""The digital twins beside their targets: grey values, noise, fractions, surface, particles."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..electrodes.targets import NMC_TARGETS
from ..materials import family
from ..measures.tables import first_realisation
from . import style, words
from .choosing import images_of, with_origin
from .fig_s1 import draw_histograms, filter_looks
from .figure import CHECKS, Figure, FigureData, Needs

PANELS = {
    "contrast_to_noise": "Contrast-to-noise",
    "active_fraction_filled": "Volume fraction,\ninternal pores filled",
    "specific_surface_per_um": "Specific surface (1/µm)",
    "mean_diameter_um": "Mean diameter of\nwhole particles (µm)",
}
TRUTH_COLOUR = "#3fae8b"


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return each twin's grey-value histogram, and its measures beside what it should have."""
    geometry, targets = data.tables["geometry"], data.facts["targets"]
    datasets = data.datasets_in(data.rows("geometry"))
    looks = filter_looks(data)
    figure = style.new_figure(style.DOUBLE_MM, 118.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.0, 1.25])
    (line,) = style.panel_grid(upper, len(datasets), max(len(datasets), 3), sharey=True)
    highest = 0.0
    for i, (axes, dataset) in enumerate(zip(line, datasets, strict=False)):
        highest = max(highest, draw_histograms(data, axes, dataset))
        axes.set_xticks([0, 128, 255])
        axes.set_xlabel("Grey level")
        style.panel_letter(axes, "" if i else "a)", dataset)
    line[0].set(ylabel="% of voxels", ylim=(0, 1.05 * highest))
    panels = lower.subplots(1, len(PANELS))
    letters = style.letters()
    next(letters)
    for axes, (measure, name), letter in zip(panels, PANELS.items(), letters, strict=False):
        is_of_image = measure == "contrast_to_noise"
        table = first_realisation(data.tables["image_quality"]) if is_of_image else geometry
        values = {
            (row.dataset, getattr(row, "filter", "")): getattr(row, measure)
            for row in table[table["dataset"].isin(datasets)].itertuples()
        }
        wanted = {d: targets.get(d, {}).get(measure, np.nan) for d in datasets}
        _draw_measure(axes, values, wanted, datasets, looks)
        axes.set_title(name, loc="center", fontsize=6.5)
        style.panel_letter(axes, letter)
    style.legend_above(figure, _handles(looks), columns=5)
    style.footnote(
        figure,
        "Targets: the config's contrast-to-noise of the raw image and the whole electrode's volume "
        "fraction (a crop scatters about it); for NMC, surface and diameter of NREL's segmented "
        "1-CAL cathode, measured the same way. There is no target for graphite's surface, and "
        "platelets are not split into particles.",
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _draw_measure(
    axes: Axes, values: Mapping, wanted: Mapping, datasets: list[str], looks: Mapping
) -> None:
    for (dataset, filter_), value in values.items():
        colour = looks[filter_]["color"] if filter_ else TRUTH_COLOUR
        axes.plot(datasets.index(dataset), value, "o", ms=4, mfc=colour, zorder=3, **style.POINT)
    for x, dataset in enumerate(datasets):
        axes.plot([x - 0.35, x + 0.35], [wanted[dataset]] * 2, "k-", lw=1.4, zorder=2)
    style.name_columns(axes, datasets, rotation=90)
    heights = [value for value in (*values.values(), *wanted.values()) if np.isfinite(value)]
    axes.set_ylim(0, 1.12 * max(heights, default=1.0))


def _handles(looks: Mapping[str, Mapping]) -> list:
    point = {"marker": "o", "ms": 4, "mec": "black", "mew": 0.5}
    return [
        *[
            style.line_handle(words.filter_name(f), mfc=look["color"], **look, **point)
            for f, look in looks.items()
        ],
        style.line_handle("truth volume", ls="", mfc=TRUTH_COLOUR, **point),
        style.line_handle("target", color="black", lw=1.4),
    ]


def _needs(study) -> Needs:
    datasets = with_origin(study, "twin")
    targets = {name: _targets(study, study.datasets[name]) for name in datasets}
    return Needs(tuple(datasets), histograms=images_of(study, datasets), facts={"targets": targets})


def _targets(study, dataset) -> dict[str, float]:
    """Return what the config asks of a twin, and what real electrodes of its material have."""
    source = dataset.source
    targets = {
        "contrast_to_noise": source["imaging"]["contrast_to_noise"],
        "active_fraction_filled": study.electrodes[source["electrode"]]["active_fraction"],
    }
    if family(dataset.material) == "nmc":
        targets |= {
            name: NMC_TARGETS[name] for name in ("specific_surface_per_um", "mean_diameter_um")
        }
    return targets


FIGURE = Figure(
    title="The digital twins beside their targets",
    category=CHECKS,
    order=2,
    requires="a twin",
    needs=_needs,
    draw=draw,
    caption="""
The digital twins beside their targets: (a) grey values; (b) contrast-to-noise, estimated from
the image alone, beside that of the config; (c) volume fraction of the crop beside that of its
electrode; (d) specific surface and (e) mean diameter of whole particles beside NREL's segmented
NMC532 cathode 1-CAL, measured in the same way.

Not a figure of the paper.

Graphite has no target for (d) and (e), and its platelets are not split into particles. A small
crop scatters about its electrode in (c), and holds few whole particles in (e).
""",
    tables=(
        "image_quality",
        "geometry",
    ),
)
