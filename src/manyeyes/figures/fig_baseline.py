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
# Greys and dots, which no variant has: a part is no method.
SAMPLING = {"color": "#e0e0e0", "hatch": "......", "edgecolor": "#555555", "lw": 0.4}
SEGMENTATION = {"color": "#5a5a5a", "edgecolor": "black", "lw": 0.4}
# Behind everything: by how much two places of one electrode may differ without any error.
SAMPLING_BAND = "#f3f0e6"
ROW_MM = {"fractions": 60.0, "parts": 58.0, "sizes": 48.0}
ROOM = 1.25
"""Height of a panel over its highest mark."""


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
    rows_mm = list(ROW_MM.values())[: 3 if beside_paper else 2]
    figure = style.new_figure(style.DOUBLE_MM, sum(rows_mm) + 18.0)
    # Each row has a legend of its own.
    parts = np.atleast_1d(figure.subfigures(len(rows_mm), 1, height_ratios=rows_mm))
    grid = np.stack(
        [part.subplots(1, len(datasets), sharey=True, squeeze=False)[0] for part in parts]
    )
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
    by_study = rows[rows["baseline_source"] == "measured"]
    if len(by_study):
        place = by_study["sampling_difference"] - by_study["baseline_error"]
        end = _end_of_axis(
            place, by_study["segmentation_difference"], by_study["difference_points"]
        )
        grid[1, 0].set_ylim(-end, end)
    grid[0, 0].set_ylabel("Volume fraction of\nactive material")
    grid[1, 0].set_ylabel("Mean of users minus\nFIB-SEM block (points)")
    if beside_paper:
        shown = rows[(rows["baseline_source"] == "paper") & rows["filter"].isin(data.unfiltered)]
        stated = data.publication.stated("baseline_percent").values()
        numbers = pd.Series([n.high for n in stated if n.dataset in datasets], dtype=float)
        grid[2, 0].set_ylim(0, _end_of_axis(shown["difference_percent"], numbers))
        grid[2, 0].set_ylabel("Distance from the paper's\nFIB-SEM value (% of it)")
    users = user_points.marked_users(data, fractions)
    handles = _handles(users, set(rows["baseline_source"]))
    for part, found in zip(parts, handles, strict=False):
        style.legend_above(part, found, columns=4)
    style.footnote(
        figure,
        f"Baselines and truths with internal pores filled{', as in the paper' * beside_paper}. "
        "Points: 100 times the difference of two volume fractions. Shaded: differences that the "
        "place of the crop alone explains (95 %); panels that it fills say how far it reaches."
        + (" c: raw images." if beside_paper else "")
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
    _draw_band(axes, (rows["high"] - rows["low"]) / 2, "points", both_sides=True)
    width = 0.38
    for row in rows.itertuples():
        x = columns.index((row.filter, row.variant))
        place = row.sampling_difference - row.baseline_error
        for side, part, look in (
            (-1, place, SAMPLING),
            (1, row.segmentation_difference, SEGMENTATION),
        ):
            if np.isfinite(part):
                axes.bar(x + side * width / 2, part, width, **look)
        axes.plot([x - 0.45, x + 0.45], [row.difference_points] * 2, "k-", lw=1.6, zorder=4)
    axes.axhline(0, color="black", lw=0.6)
    user_points.label_columns(axes, columns)


def _draw_band(axes: Axes, halves: pd.Series, unit: str, *, both_sides: bool) -> None:
    """Draw the differences that sampling alone explains, the same for all methods of a crop.

    The axis is made for the other marks, which the band may exceed; so its reach is written too.
    """
    if halves.empty:
        return
    half = float(halves.max())
    axes.axhspan(-half if both_sides else 0.0, half, color=SAMPLING_BAND, lw=0, zorder=0)
    axes.text(
        0.99,
        0.97,
        f"place of the crop alone: up to {'±' * both_sides}{half:.1f} {unit}",
        transform=axes.transAxes,
        ha="right",
        va="top",
        fontsize=6,
        color="#444444",
    )


def _end_of_axis(*values: pd.Series) -> float:
    """Return the end of a row's axis for the sizes of some values, with room for a text."""
    highest = pd.concat(values).abs().max()
    return ROOM * float(highest) if highest > 0 else 1.0


def _draw_sizes(data: FigureData, axes: Axes, rows: pd.DataFrame) -> None:
    """Draw bars of the size of the difference on the raw image, and what the paper states."""
    variants = data.in_order(rows["variant"])
    halves = (rows["high_percent"] - rows["low_percent"]) / 2
    _draw_band(axes, halves, "% of it", both_sides=False)
    styles = style.variant_styles(variants)
    stated = data.publication.stated("baseline_percent")
    for row in rows.itertuples():
        x = variants.index(row.variant)
        axes.bar(x, abs(row.difference_percent), 0.7, **styles[row.variant].bar)
        number = stated.get((row.dataset, row.filter, row.variant))
        if number:
            axes.plot(x, number.high, "D", ms=4, zorder=5, **style.PAPER_MARK)
    style.name_columns(axes, variants)


def _handles(users: list[str], sources: set[str]) -> list[list[Artist]]:
    """Return the legend of each row of panels."""
    names = {"measured": "FIB-SEM block of this study", "paper": "paper's FIB-SEM, 50.8 %"}
    point = {"ms": 4, "mfc": "#bbbbbb", **style.POINT}
    marks = user_points.USER_MARKERS if len(users) <= user_points.MOST_MARKED else ()
    fractions = [
        style.line_handle(f"user {user}", marker=marker, **point)
        for user, marker in zip(users, marks, strict=False)
    ]
    fractions.append(style.line_handle("mean of users", color="black", lw=0.9))
    fractions += [style.line_handle(names[s], **LINES[s]) for s in names if s in sources]
    fractions.append(style.line_handle("truth of this crop", **LINES["truth"]))
    band = Patch(fc=SAMPLING_BAND, ec="#9b9b9b", lw=0.4, label="place of the crop alone (95 %)")
    parts = [
        style.line_handle("difference: sum of both parts", color="black", lw=1.6),
        Patch(**_patch(SAMPLING), label="part: place, and the block's own error"),
        Patch(**_patch(SEGMENTATION), label="part: segmentation"),
        band,
    ]
    mark = {"marker": "D", "ms": 4, "ls": "", **style.PAPER_MARK}
    sizes = [
        Patch(fc="white", ec="black", lw=0.5, label="this study, raw image"),
        style.line_handle("stated in the paper", **mark),
        band,
    ]
    return [fractions, parts, sizes]


def _patch(look: dict) -> dict:
    """Return how a legend shows a bar."""
    return {"facecolor": look["color"], **{k: v for k, v in look.items() if k != "color"}}


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
