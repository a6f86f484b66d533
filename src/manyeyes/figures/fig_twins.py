"""The digital twins beside their targets: grey values, noise, fractions, surface, particles."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
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
    shown = {measure: _known(data, geometry, targets, measure, datasets) for measure in PANELS}
    # A measure that no dataset has, such as the diameter of platelets, gets no panel.
    shown = {measure: found for measure, found in shown.items() if any(found)}
    columns = max(len(datasets), len(shown))
    figure = style.new_figure(min(style.DOUBLE_MM, 48.0 * columns), 118.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.0, 1.25])
    line = upper.subplots(1, len(datasets), sharey=True, squeeze=False)[0]
    highest = 0.0
    for i, (axes, dataset) in enumerate(zip(line, datasets, strict=False)):
        highest = max(highest, draw_histograms(data, axes, dataset))
        axes.set_xticks([0, 128, 255])
        axes.set_xlabel("Grey level")
        style.panel_letter(axes, "" if i else "a)", dataset)
    line[0].set(ylabel="% of voxels", ylim=(0, 1.05 * highest))
    panels = lower.subplots(1, len(shown), squeeze=False)[0]
    letters = style.letters()
    next(letters)
    for axes, (measure, found), letter in zip(panels, shown.items(), letters, strict=False):
        _draw_measure(axes, *found, looks)
        axes.set_title(PANELS[measure], loc="center", fontsize=6.5)
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


def _known(
    data: FigureData, geometry: pd.DataFrame, targets: Mapping, measure: str, datasets: list[str]
) -> tuple[dict, dict]:
    """Return what is known of a measure: values by (dataset, filter), and targets by dataset."""
    is_of_image = measure == "contrast_to_noise"
    table = first_realisation(data.tables["image_quality"]) if is_of_image else geometry
    values = {
        (row.dataset, getattr(row, "filter", "")): getattr(row, measure)
        for row in table[table["dataset"].isin(datasets)].itertuples()
    }
    wanted = {d: targets.get(d, {}).get(measure, np.nan) for d in datasets}
    return (
        {key: value for key, value in values.items() if np.isfinite(value)},
        {dataset: value for dataset, value in wanted.items() if np.isfinite(value)},
    )


def _draw_measure(axes: Axes, values: Mapping, wanted: Mapping, looks: Mapping) -> None:
    """Draw a column for each dataset that has a value or a target."""
    datasets = list(dict.fromkeys([*(dataset for dataset, _ in values), *wanted]))
    for (dataset, filter_), value in values.items():
        colour = looks[filter_]["color"] if filter_ else TRUTH_COLOUR
        axes.plot(datasets.index(dataset), value, "o", ms=4, mfc=colour, zorder=3, **style.POINT)
    for dataset, value in wanted.items():
        x = datasets.index(dataset)
        axes.plot([x - 0.35, x + 0.35], [value] * 2, "k-", lw=1.4, zorder=2)
    style.name_columns(axes, datasets, rotation=90)
    axes.set_ylim(0, 1.12 * max([*values.values(), *wanted.values()]))


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
        "active_fraction_filled": study.electrodes[source["electrode"]]["active_fraction"],
    }
    # The noise of a twin that is scanned follows from its photons.
    if "imaging" in source:
        targets["contrast_to_noise"] = source["imaging"]["contrast_to_noise"]
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
