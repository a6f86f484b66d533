"""The digital twins beside their targets: grey values, noise, fractions, surface, particles."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..measures.tables import first_realisation
from . import fig_s1, style, words

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
) -> Figure:
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

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    datasets = [d for d in origins if d in set(geometry["dataset"])]
    if not datasets:
        raise ValueError("nothing to draw: the table of geometries has none of these datasets")
    filters = list(dict.fromkeys(filter_ for _, filter_ in histograms))
    figure = style.new_figure(style.DOUBLE_MM, 118.0)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.0, 1.25])
    all_axes = upper.subplots(1, max(len(datasets), 3), sharey=True)
    for axes in all_axes[len(datasets) :]:
        axes.set_axis_off()
    highest = 0.0
    for i, (axes, dataset) in enumerate(zip(all_axes, datasets, strict=False)):
        shown = {f: histograms[dataset, f] for f in filters if (dataset, f) in histograms}
        highest = max(highest, fig_s1.draw_histograms(axes, shown))
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
        _draw_measure(axes, values, wanted, datasets)
        axes.set_title(name, loc="center", fontsize=6.5)
        style.panel_letter(axes, letter)
    style.legend_above(figure, _handles(filters), columns=5)
    style.footnote(
        figure,
        "Targets: the config's contrast-to-noise of the raw image and the whole electrode's volume "
        "fraction (a crop scatters about it); for NMC, surface and diameter of NREL's segmented "
        "1-CAL cathode, measured the same way. No target for graphite's surface was to be had, "
        "and platelets are not split into particles.",
        words.origin_sentence({d: origins[d] for d in datasets}),
    )
    return figure


def _draw_measure(axes: Axes, values: Mapping, wanted: Mapping, datasets: list[str]) -> None:
    for (dataset, filter_), value in values.items():
        axes.plot(
            datasets.index(dataset),
            value,
            "o",
            ms=4,
            mfc=fig_s1.filter_look(filter_)["color"] if filter_ else TRUTH_COLOUR,
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


def _handles(filters: list[str]) -> list:
    point = {"marker": "o", "ms": 4, "mec": "black", "mew": 0.5}
    looks = {f: fig_s1.filter_look(f) for f in filters}
    return [
        *[
            style.line_handle(words.filter_name(f), mfc=look["color"], **look, **point)
            for f, look in looks.items()
        ],
        style.line_handle("truth volume", ls="", mfc=TRUTH_COLOUR, **point),
        style.line_handle("target", color="black", lw=1.4),
    ]
