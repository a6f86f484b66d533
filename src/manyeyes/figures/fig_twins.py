"""The digital twins beside their targets: grey values, noise, fractions, surface, particles."""

from collections.abc import Mapping, Sequence

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
from .figure import CHECKS, Figure, Needs

PANELS = {
    "contrast_to_noise": "Contrast-to-noise",
    "active_fraction_filled": "Volume fraction,\ninternal pores filled",
    "specific_surface_per_um": "Specific surface (1/µm)",
    "mean_diameter_um": "Mean diameter of\nwhole particles (µm)",
}
TRUTH_COLOUR = "#3fae8b"


@style.styled
def draw(
    histograms: Mapping[tuple[str, str], np.ndarray],
    image_quality: pd.DataFrame,
    geometry: pd.DataFrame,
    targets: Mapping[str, Mapping[str, float]],
    origins: Mapping[str, str],
    *,
    raw: Sequence[str] = ("raw",),
) -> Drawing:
    """Return each twin's grey-value histogram, and its measures beside what it should have.

    Parameters
    ----------
    histograms : mapping of (dataset, filter) to ndarray, shape (256,)
        Voxels per grey level.
    image_quality, geometry : DataFrame
        Tables of the study.
    targets : mapping of dataset to mapping of measure to float
        What each twin was asked for, by the names of `PANELS`; measures may be missing. That of
        contrast_to_noise holds for the raw image.
    origins : mapping of dataset to origin
        The datasets to show, in order.
    raw : sequence of str
        Filters that leave an image as it is.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    datasets = [d for d in origins if d in set(geometry["dataset"])]
    if not datasets:
        raise ValueError("nothing to draw: the table of geometries has none of these datasets")
    filters = list(dict.fromkeys(filter_ for _, filter_ in histograms))
    looks = filter_looks(filters, raw)
    figure = style.new_figure(style.DOUBLE_MM, 118.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.0, 1.25])
    all_axes = upper.subplots(1, max(len(datasets), 3), sharey=True)
    for axes in all_axes[len(datasets) :]:
        axes.set_axis_off()
    highest = 0.0
    for i, (axes, dataset) in enumerate(zip(all_axes, datasets, strict=False)):
        shown = {f: histograms[dataset, f] for f in filters if (dataset, f) in histograms}
        highest = max(highest, draw_histograms(axes, shown, looks))
        axes.set_xticks([0, 128, 255])
        axes.set_xlabel("Grey level")
        if i == 0:
            style.panel_letter(axes, "a)", dataset)
            axes.set_ylabel("% of voxels")
        else:
            axes.set_title(dataset, loc="left")
    all_axes[0].set_ylim(0, 1.05 * highest)
    panels = lower.subplots(1, len(PANELS))
    letters = style.letters()
    next(letters)
    for axes, (measure, name), letter in zip(panels, PANELS.items(), letters, strict=False):
        table = first_realisation(image_quality) if measure == "contrast_to_noise" else geometry
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
        "1-CAL cathode, measured the same way. No target for graphite's surface was to be had, "
        "and platelets are not split into particles.",
        words.origin_sentence({d: origins[d] for d in datasets}),
    )
    return figure


def _draw_measure(
    axes: Axes, values: Mapping, wanted: Mapping, datasets: list[str], looks: Mapping
) -> None:
    for (dataset, filter_), value in values.items():
        axes.plot(
            datasets.index(dataset),
            value,
            "o",
            ms=4,
            mfc=looks[filter_]["color"] if filter_ else TRUTH_COLOUR,
            mec="black",
            mew=0.5,
            zorder=3,
        )
    for x, dataset in enumerate(datasets):
        axes.plot([x - 0.35, x + 0.35], [wanted[dataset]] * 2, "k-", lw=1.4, zorder=2)
    axes.set_xlim(-0.6, len(datasets) - 0.4)
    axes.set_xticks(range(len(datasets)), datasets, rotation=90)
    axes.tick_params(axis="x", length=0)
    heights = [value for value in (*values.values(), *wanted.values()) if np.isfinite(value)]
    axes.set_ylim(0, 1.12 * max(heights, default=1.0))
    axes.grid(axis="y")


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
    draw=lambda data: draw(
        data.histograms,
        data.tables["image_quality"],
        data.tables["geometry"],
        data.facts["targets"],
        data.origins,
        raw=data.unfiltered,
    ),
    caption="""
The digital twins beside what they were made to match: (a) grey values; (b) contrast-to-noise,
estimated from the image alone, beside that of the config; (c) volume fraction of the crop beside
that of its electrode; (d) specific surface and (e) mean diameter of whole particles beside NREL's
segmented NMC532 cathode 1-CAL, measured in the same way.

Not a figure of the paper.

Graphite has no target for (d) and (e), and its platelets are not split into particles. A small
crop scatters about its electrode in (c), and holds few whole particles in (e).
""",
    tables=(
        "image_quality",
        "geometry",
    ),
)
