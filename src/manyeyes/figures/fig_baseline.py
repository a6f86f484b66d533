"""Distance from the FIB-SEM baseline, split into sampling and segmentation."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..measures.tables import first_realisation
from . import groups, style, user_points, words
from .choosing import in_order
from .figure import CHECKS, Figure, FigureData, Needs
from .findings import for_each_group

LINES = {
    "measured": {"color": "#046349", "lw": 1.3, "ls": "-"},
    "paper": {"color": "black", "lw": 1.0, "ls": (0, (1, 1.2))},
    "truth": style.TRUTH_LINE,
}
SAMPLING = "#9b9b9b"
SEGMENTATION = "#d9660a"
# Behind everything: by how much two places of one electrode may differ without any error.
SAMPLING_BAND = "#e3ecf5"


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return volume fractions beside the baselines, and what the differences are made of.

    A column for each dataset. a: users' volume fractions, the baselines and the truth of the crop.
    b: the difference from this study's baseline as the sum of its parts, with the interval that
    sampling alone explains (95 %). c, with datasets of the paper: the size of the difference from
    the paper's baseline, in per cent of it, beside what the paper states.
    """
    # The block is from the first realisation's electrode.
    mixed = [first_realisation(data.tables[name]) for name in ("baseline", "volume_fractions")]
    rows, fractions = groups.named_by_group(data, *mixed)
    rows = rows[rows["dataset"].isin(data.datasets_in(data.rows("baseline")))]
    datasets = data.datasets_in(rows)
    # The paper's block is of the electrode of its own datasets.
    is_papers = rows["baseline_source"] == "paper"
    rows = rows[~is_papers | rows["dataset"].isin(data.publication.datasets)]
    beside_paper = "paper" in set(rows["baseline_source"])
    figure = style.new_figure(style.DOUBLE_MM, 172.0 if beside_paper else 122.0)
    grid = figure.subplots(3 if beside_paper else 2, len(datasets), sharey="row", squeeze=False)
    for j, dataset in enumerate(datasets):
        own = rows[rows["dataset"] == dataset]
        by_study, by_paper = (own[own["baseline_source"] == s] for s in ("measured", "paper"))
        columns = _columns(data, own)
        _draw_fractions(data, grid[0, j], fractions[fractions["dataset"] == dataset], own)
        _draw_parts(grid[1, j], by_study, columns)
        if beside_paper:
            _draw_sizes(data, grid[2, j], by_paper[by_paper["filter"].isin(data.unfiltered)])
        for axes, letter in zip(grid[:, j], style.letters(), strict=False):
            style.panel_letter(axes, "" if j else letter, dataset)
    grid[0, 0].set_ylabel("Active-material\nvolume fraction")
    grid[1, 0].set_ylabel("Mean of users minus\nthis study's block (points)")
    if beside_paper:
        grid[2, 0].set_ylabel("Raw image: size of mean\nminus 50.8 % (% of it)")
    style.legend_above(figure, _handles(set(rows["baseline_source"])), columns=4)
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
        groups.note(data, *mixed),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _columns(data: FigureData, rows: pd.DataFrame) -> list[tuple[str, str]]:
    present = set(zip(rows["filter"], rows["variant"], strict=True))
    variants = data.in_order(rows["variant"])
    filters = dict.fromkeys(rows["filter"])
    return [(f, v) for f in filters for v in variants if (f, v) in present]


def _draw_fractions(
    data: FigureData, axes: Axes, fractions: pd.DataFrame, rows: pd.DataFrame
) -> None:
    """Draw users' volume fractions before the baselines and the truth."""
    for row in rows.drop_duplicates("baseline_source").itertuples():
        axes.axhline(row.baseline, zorder=1, **LINES[row.baseline_source])
    truth = rows["truth_fraction"].dropna()
    if len(truth):
        axes.axhline(truth.iloc[0], zorder=1, **LINES["truth"])
    columns = _columns(data, rows)
    users = user_points.marked_users(data, fractions)
    user_points.draw_users(data, axes, fractions, columns, users)
    user_points.label_columns(axes, columns)


def _draw_parts(axes: Axes, rows: pd.DataFrame, columns) -> None:
    """Draw the parts of each difference side by side, and their sum as a black line."""
    _draw_band(axes, (rows["high"] - rows["low"]) / 2, both_sides=True)
    width = 0.38
    for row in rows.itertuples():
        x = columns.index((row.filter, row.variant))
        place = row.sampling_difference - row.baseline_error
        for side, part, colour, hatch in (
            (-1, place, SAMPLING, ""),
            (1, row.segmentation_difference, SEGMENTATION, "/////"),
        ):
            if np.isfinite(part):
                look = {"color": colour, "hatch": hatch, "edgecolor": "black", "lw": 0.4}
                axes.bar(x + side * width / 2, part, width, **look)
        axes.plot([x - 0.45, x + 0.45], [row.difference_points] * 2, "k-", lw=1.6, zorder=4)
    axes.axhline(0, color="black", lw=0.6)
    user_points.label_columns(axes, columns)


def _draw_band(axes: Axes, halves: pd.Series, *, both_sides: bool) -> None:
    """Draw the differences that sampling alone explains, the same for all methods of a crop."""
    if len(halves):
        half = float(halves.max())
        axes.axhspan(-half if both_sides else 0.0, half, color=SAMPLING_BAND, lw=0, zorder=0)


def _draw_sizes(data: FigureData, axes: Axes, rows: pd.DataFrame) -> None:
    """Draw bars of the size of the difference on the raw image, and what the paper states."""
    variants = data.in_order(rows["variant"])
    _draw_band(axes, (rows["high_percent"] - rows["low_percent"]) / 2, both_sides=False)
    styles = style.variant_styles(variants)
    stated = data.publication.stated("baseline_percent")
    for row in rows.itertuples():
        x = variants.index(row.variant)
        axes.bar(x, abs(row.difference_percent), 0.7, **styles[row.variant].bar)
        number = stated.get((row.dataset, row.filter, row.variant))
        if number:
            axes.plot(x, number.high, "D", ms=4, zorder=5, **style.PAPER_MARK)
    style.name_columns(axes, variants)
    axes.set_ylim(bottom=0)


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
    return Needs(tuple(in_order(study, names)))


def _finding(data: FigureData) -> str:
    return for_each_group(data.tables["baseline"], lambda table: _distances(table, data))


def _distances(baseline: pd.DataFrame, data: FigureData) -> str:
    rows = first_realisation(baseline)
    rows = data.shown(rows[rows["baseline_source"] == "measured"])
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
    draw=draw,
    caption="""
Panels (a): each user's volume fraction beside the FIB-SEM block of this study and the truth of
the crop. Panels (b): the difference between the mean of the users and this block, and its two
parts: one from the place of the crop in the electrode and the error of the block itself, one
from segmentation.

The band shows by how much two places of one electrode may differ without any error: 95 % of the
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
