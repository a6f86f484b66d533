"""Distance from the FIB-SEM baseline, split into sampling and segmentation."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..measures.tables import first_realisation
from ..paper import names as paper
from . import (
    groups,
    style,
    user_points,
    words,
)
from .figure import CHECKS, Figure, FigureData, Needs
from .findings import for_each_group

ORDER = (*paper.SIMPLE, *paper.WATERSHED, *paper.SEEDED, *paper.COVERAGES, paper.RECORDED)
LINES = {
    "measured": {"color": "#046349", "lw": 1.3, "ls": "-"},
    "paper": {"color": "black", "lw": 1.0, "ls": (0, (1, 1.2))},
    "truth": style.TRUTH_LINE,
}
SAMPLING = "#9b9b9b"
SEGMENTATION = "#d9660a"
# Behind everything: what two places of one electrode may differ by, with no error at all.
SAMPLING_BAND = "#e3ecf5"


@style.styled
def draw(
    volume_fractions: pd.DataFrame,
    baseline: pd.DataFrame,
    origins: Mapping[str, str],
    *,
    raw: Sequence[str] = ("raw",),
) -> Drawing:
    """Return volume fractions beside the baselines, and what the differences are made of.

    Parameters
    ----------
    volume_fractions, baseline : DataFrame
        Tables of the study; the second with the intervals that sampling leaves (``low``, ``high``
        in points, ``low_percent``, ``high_percent``).
    origins : mapping of dataset to origin
        The datasets to show, in order; a column each.
    raw : sequence of str
        Filters that leave an image as it is.

    Returns
    -------
    Drawing
        a: users' volume fractions, the baselines and the truth of the crop. b: the difference from
        this study's baseline as the sum of its parts, before what sampling alone may make of it
        (95 %). c, with datasets of the paper: the size of the difference from the paper's
        baseline, in per cent of it, beside what the paper states.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    # The block is from the first realisation's electrode.
    mixed = first_realisation(baseline), first_realisation(volume_fractions)
    rows, fractions = groups.named_by_group(*mixed)
    rows = rows[rows["dataset"].isin(list(origins))]
    datasets = [d for d in origins if d in set(rows["dataset"])]
    if not datasets:
        raise ValueError("nothing to draw: none of these datasets is compared with a baseline")
    # The paper's block is of the electrode of its own datasets.
    rows = rows[(rows["baseline_source"] != "paper") | rows["dataset"].isin(paper.DATASETS)]
    beside_paper = "paper" in set(rows["baseline_source"])
    figure = style.new_figure(style.DOUBLE_MM, 172.0 if beside_paper else 122.0)
    grid = figure.subplots(3 if beside_paper else 2, len(datasets), sharey="row", squeeze=False)
    sources: set[str] = set()
    for j, dataset in enumerate(datasets):
        own = rows[rows["dataset"] == dataset]
        columns = _columns(own)
        _draw_fractions(grid[0, j], fractions[fractions["dataset"] == dataset], own, columns)
        _draw_parts(grid[1, j], own[own["baseline_source"] == "measured"], columns)
        if beside_paper:
            by_paper = (own["baseline_source"] == "paper") & own["filter"].isin(raw)
            _draw_sizes(grid[2, j], own[by_paper], dataset)
        sources |= set(own["baseline_source"])
        for axes, letter in zip(grid[:, j], style.letters(), strict=False):
            if j == 0:
                style.panel_letter(axes, letter, dataset)
            else:
                axes.set_title(dataset, loc="left")
    grid[0, 0].set_ylabel("Active-material\nvolume fraction")
    grid[1, 0].set_ylabel("Mean of users minus\nthis study's block (points)")
    if beside_paper:
        grid[2, 0].set_ylabel("Raw image: size of mean\nminus 50.8 % (% of it)")
    style.legend_above(figure, _handles(sources), columns=4)
    style.footnote(
        figure,
        f"Baselines and truths with internal pores filled{', as in the paper' * beside_paper}. "
        "Points: 100 times the difference of two volume fractions."
        + (
            " The paper states sizes without sign, and does not say whether per cent or points; "
            "here they are taken as per cent."
            if beside_paper
            else ""
        ),
        groups.note(*mixed),
        words.origin_sentence({d: origins[d] for d in datasets}),
    )
    return figure


def _columns(rows: pd.DataFrame) -> list[tuple[str, str]]:
    present = set(zip(rows["filter"], rows["variant"], strict=True))
    variants = paper.in_paper_order(rows["variant"], ORDER)
    filters = dict.fromkeys(rows["filter"])
    return [(f, v) for f in filters for v in variants if (f, v) in present]


def _draw_fractions(axes: Axes, fractions: pd.DataFrame, rows: pd.DataFrame, columns) -> None:
    for source, value in rows.drop_duplicates("baseline_source")[
        ["baseline_source", "baseline"]
    ].itertuples(index=False):
        axes.axhline(value, zorder=1, **LINES[source])
    truth = rows["truth_fraction"].dropna()
    if len(truth):
        axes.axhline(truth.iloc[0], zorder=1, **LINES["truth"])
    users = user_points.marked_users(fractions)
    user_points.draw_users(axes, fractions, columns, users)
    user_points.label_columns(axes, columns)
    axes.grid(axis="y")


def _draw_parts(axes: Axes, rows: pd.DataFrame, columns) -> None:
    """Draw the parts of each difference side by side, and their sum as a black line."""
    _draw_band(axes, (rows["high"] - rows["low"]) / 2, both_sides=True)
    width = 0.38
    for row in rows.itertuples():
        x = columns.index((row.filter, row.variant))
        parts = (row.sampling_difference - row.baseline_error, row.segmentation_difference)
        for side, part, colour, hatch in (
            (-1, parts[0], SAMPLING, ""),
            (1, parts[1], SEGMENTATION, "/////"),
        ):
            if np.isfinite(part):
                axes.bar(
                    x + side * width / 2,
                    part,
                    width,
                    color=colour,
                    hatch=hatch,
                    edgecolor="black",
                    lw=0.4,
                )
        axes.plot([x - 0.45, x + 0.45], [row.difference_points] * 2, "k-", lw=1.6, zorder=4)
    axes.axhline(0, color="black", lw=0.6)
    user_points.label_columns(axes, columns)
    axes.grid(axis="y")


def _draw_band(axes: Axes, halves: pd.Series, *, both_sides: bool) -> None:
    """Draw how far from zero sampling alone may lead; one height, since crop and block are one."""
    if len(halves):
        half = float(halves.max())
        axes.axhspan(-half if both_sides else 0.0, half, color=SAMPLING_BAND, lw=0, zorder=0)


def _draw_sizes(axes: Axes, rows: pd.DataFrame, dataset: str) -> None:
    """Draw bars of the size of our difference on the raw image, with the paper's beside them."""
    variants = paper.in_paper_order(rows["variant"], ORDER)
    _draw_band(axes, (rows["high_percent"] - rows["low_percent"]) / 2, both_sides=False)
    styles = style.variant_styles(variants)
    stated = paper.stated("baseline_percent")
    for row in rows.itertuples():
        x = variants.index(row.variant)
        look = styles[row.variant]
        axes.bar(
            x,
            abs(row.difference_percent),
            0.7,
            color=look.colour,
            hatch=look.hatch,
            edgecolor="black",
            lw=0.5,
        )
        number = stated.get((dataset, row.filter, row.variant))
        if number:
            axes.plot(x, number.high, "D", ms=4, zorder=5, **style.PAPER_MARK)
    axes.set_xticks(range(len(variants)), variants)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(variants) - 0.4)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")


def _handles(sources: set[str]) -> list[Artist]:
    names = {"measured": "this study's FIB-SEM block", "paper": "paper's FIB-SEM, 50.8 %"}
    handles = [style.line_handle(names[s], **LINES[s]) for s in names if s in sources]
    handles += [
        style.line_handle("truth of this crop", **LINES["truth"]),
        Patch(fc=SAMPLING, ec="black", lw=0.4, label="part: place, and the block's own error"),
        Patch(fc=SEGMENTATION, ec="black", lw=0.4, hatch="/////", label="part: segmentation"),
        style.line_handle("sum of the parts", color="black", lw=1.6),
        Patch(fc=SAMPLING_BAND, ec="#9b9b9b", lw=0.4, label="may be sampling alone (95 %)"),
    ]
    if "paper" in sources:
        mark = {"marker": "D", "ms": 4, "ls": "", **style.PAPER_MARK}
        handles.append(style.line_handle("stated in the paper", **mark))
    return handles


def _needs(study) -> Needs:
    if not study.baseline:
        return Needs()
    segmented = {d for d, _ in study.images()}
    names = [d for d in study.baseline["datasets"] if d in segmented]
    return Needs(tuple(paper.in_paper_order(names)))


def _finding(data: FigureData) -> str:
    return for_each_group(data.tables["baseline"], lambda table: _distances(table, data))


def _distances(baseline: pd.DataFrame, data: FigureData) -> str:
    rows = first_realisation(baseline)
    rows = rows[(rows["baseline_source"] == "measured") & rows["dataset"].isin(list(data.origins))]
    if rows.empty:
        return ""
    ranges = []
    for name, found in rows.groupby("dataset", sort=False):
        size = found["difference_points"].abs()
        ranges.append(f"{name} {size.min():.1f} to {size.max():.1f}")
    return (
        "Distances between the mean of the users and the block of this study, in points: "
        f"{', '.join(ranges)}."
    )


FIGURE = Figure(
    title="Distance from the FIB-SEM baseline, split into its parts",
    category=CHECKS,
    order=4,
    requires="a baseline and a segmented dataset that is compared with it",
    needs=_needs,
    draw=lambda data: draw(
        data.tables["volume_fractions"],
        data.tables["baseline"],
        data.origins,
        raw=data.unfiltered,
    ),
    caption="""
Panels (a): each user's volume fraction beside the FIB-SEM block of this study and the truth of
the crop. Panels (b): the difference between the mean of the users and this block, and its two
parts: one from the place of the crop in the electrode and the error of the block itself, one
from segmentation.

The band is what two places of one electrode may differ by without any error: 95 % of the
differences between a block and a crop of these sizes lie within it (``low`` and ``high`` in
``baseline.csv``). A difference inside it means little.

Baselines and truths have internal pores filled. A difference from a FIB-SEM block is an error of
segmentation only as far as (b) says so: two blocks of one electrode differ by themselves.

The paper states 50.8 %. (c) shows the size of the difference from it on raw images, beside what
the paper states (diamonds; section 3.2.3 gives neither signs nor whether per cent or points are
meant).

The paper found all methods closer to 50.8 % on NEX-U than on NEX-V, and drawn seeds closer than
threshold and watershed on average over both.
""",
    tables=(
        "volume_fractions",
        "baseline",
    ),
    finding=_finding,
)
