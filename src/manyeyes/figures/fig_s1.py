"""Fig. S1: a, how a forest is trained with drawn seeds; b, the grey values of the images."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import FancyBboxPatch

from ..labels import TWO_PHASES
from . import style, words
from .choosing import images_of, in_order, used_variants
from .figure import CHECKS, Figure, FigureData, Needs

MOST_COLUMNS = 3
RAW_LOOK = {"color": "#8c8c8c", "lw": 0.9}
FILTERED_LOOKS = (
    {"color": "#0b4a78", "lw": 1.1, "ls": (0, (4, 1.2))},
    {"color": "#d9660a", "lw": 1.0, "ls": ":"},
    {"color": "#046349", "lw": 1.0, "ls": "-."},
)

# After section 2.5.3 of the paper: (text, column, row) on a grid of 5 by 2.
STEPS = (
    ("Image\n(raw or filtered)", 0, 1),
    ("Draw both phases\non the central slice\nto the coverage", 1, 1),
    ("Train the forest\non features of the\nlabelled voxels", 2, 1),
    ("First output\nover the image", 3, 1),
    ("Compare with\nthe image: where is\nit visibly wrong?", 4, 1),
    ("Draw on six more\nslices, errors first,\nto the coverage", 4, 0),
    ("Train the forest\nagain on all\nseven slices", 3, 0),
    ("Classify the\nwhole volume", 2, 0),
    ("Segmentation:\n1 active material,\n2 pore and CBD", 1, 0),
)
USER_STEPS = {1, 4, 5}


def _steps() -> list[tuple[str, int, int]]:
    """Return the steps in the words of the study's phases."""
    phases = style.phases_in_use()
    if phases == TWO_PHASES:
        return list(STEPS)
    codes = ",\n".join(f"{phase.code} {phase.key}" for phase in phases)
    words_of = {1: "Draw all phases\non the central slice\nto the coverage", 8: f"Labels:\n{codes}"}
    return [(words_of.get(i, text), *place) for i, (text, *place) in enumerate(STEPS)]


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return how seeds are drawn, if users draw any, and the grey-value histograms."""
    datasets = [d for d in data.origins if any(d == dataset for dataset, _ in data.histograms)]
    if not datasets:
        raise ValueError("nothing to draw: there is no image whose grey values can be counted")
    workflow = data.facts["seeds_are_drawn"]
    columns = min(MOST_COLUMNS, len(datasets))
    lines = style.lines_of(len(datasets), columns)
    workflow_mm, line_mm = (48.0 if workflow else 0.0), 42.0
    figure = style.new_figure(style.DOUBLE_MM, workflow_mm + line_mm * lines + 12.0)
    grid = figure.add_gridspec(
        lines + workflow, columns, height_ratios=[workflow_mm] * workflow + [line_mm] * lines
    )
    letters = style.letters()
    if workflow:
        axes = figure.add_subplot(grid[0, :])
        style.panel_letter(axes, next(letters), "Drawn seeds with iterative correction (MLX)")
        _draw_workflow(axes)
    for i, dataset in enumerate(datasets):
        axes = figure.add_subplot(grid[workflow + i // columns, i % columns])
        draw_histograms(data, axes, dataset)
        style.panel_letter(axes, next(letters), dataset)
        if i == columns - 1:
            looks = filter_looks(data).items()
            handles = [style.line_handle(words.filter_name(f), **look) for f, look in looks]
            style.legend_above(axes, handles)
        axes.set_xlabel("Grey level" if i >= len(datasets) - columns else "")
        axes.set_ylabel("% of voxels" if i % columns == 0 else "")
    style.footnote(figure, words.origin_sentence(data.origins, datasets))
    return figure


def draw_histograms(data: FigureData, axes: Axes, dataset: str) -> float:
    """Draw the share of voxels on each grey level, a line for each filter.

    The two ends of the scale, which hold clipped voxels, are left out.

    Returns
    -------
    float
        The highest share drawn, in per cent.
    """
    highest = 0.0
    for filter_, look in filter_looks(data).items():
        if (dataset, filter_) in data.histograms:
            counts = data.histograms[dataset, filter_]
            share = (100.0 * counts / counts.sum())[1:-1]
            axes.plot(np.arange(1, len(counts) - 1), share, **look)
            highest = max(highest, share.max())
    axes.set(xlim=(0, 255), ylim=(0, 1.05 * highest), xticks=[0, 64, 128, 192, 255])
    return highest


def filter_looks(data: FigureData) -> dict[str, dict]:
    """Return colour, width and dashes of each filter's line; raw images have their own."""
    filters = list(dict.fromkeys(filter_ for _, filter_ in data.histograms))
    filtered = [name for name in filters if name not in data.unfiltered]
    looks = {name: FILTERED_LOOKS[i % len(FILTERED_LOOKS)] for i, name in enumerate(filtered)}
    return {name: looks.get(name, RAW_LOOK) for name in filters}


def _draw_workflow(axes: Axes) -> None:
    """Draw the steps as boxes with arrows; what the user does is filled."""
    axes.set_axis_off()
    axes.set_xlim(-0.02, 5.0)
    axes.set_ylim(-0.15, 2.0)
    width, height = 0.78, 0.66
    for i, (text, column, row) in enumerate(_steps()):
        by_user = i in USER_STEPS
        axes.add_patch(
            FancyBboxPatch(
                (column + 0.1, row + 0.1),
                width,
                height,
                boxstyle="round,pad=0.02,rounding_size=0.05",
                facecolor="#f0cfe4" if by_user else "#f2f2f2",
                edgecolor="black",
                linewidth=1.1 if by_user else 0.6,
            )
        )
        middle = column + 0.1 + width / 2, row + 0.1 + height / 2
        axes.text(*middle, text, ha="center", va="center", fontsize=6.2)
    for (_, c0, r0), (_, c1, r1) in pairwise(STEPS):
        middle = 0.1 + width / 2, 0.1 + height / 2
        if r0 == r1:
            sign = 1 if c1 > c0 else -1
            start = (c0 + middle[0] + sign * (width / 2 + 0.02), r0 + middle[1])
            end = (c1 + middle[0] - sign * (width / 2 + 0.02), r1 + middle[1])
        else:
            start = (c0 + middle[0], r0 + 0.08)
            end = (c1 + middle[0], r1 + 0.1 + height + 0.02)
        arrow = {"arrowstyle": "-|>", "lw": 0.9, "color": "black", "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    axes.text(0.1, 0.43, "filled: done\nby the user", fontsize=6.2, va="center", color="#7d3270")


def _needs(study) -> Needs:
    datasets = in_order(study, (d for d, _ in study.images()))
    return Needs(
        tuple(datasets),
        histograms=images_of(study, datasets),
        facts={"seeds_are_drawn": bool(used_variants(study, "drawn_forest"))},
    )


FIGURE = Figure(
    title="The grey values of the images, and how seeds are drawn",
    category=CHECKS,
    order=1,
    requires="an image",
    needs=_needs,
    draw=draw,
    caption="""
Grey values of each image; the clipped ends of the 8-bit scale are left out. Above them, where
users draw seeds, how a forest is trained with iterative correction.

The paper cites its Fig. S1 for both contents; section 2.5.3 describes the correction.

The paper found no two peaks in the raw histograms of NMC-1 and GRA-1, and that the filter
separates the peaks in every case.
""",
)
