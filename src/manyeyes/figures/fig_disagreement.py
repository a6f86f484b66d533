"""How many users differ where, and how near to interfaces they do."""

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch

from ..groups import GROUPS, RECORDED
from ..statistics.disagreement import disagreement_map
from ..study.comparisons import shared_cells
from . import groups, style, words
from .choosing import compared_variants, in_order, raw_filter
from .figure import FOLLOWS, Figure, FigureData, Needs

ROW_MM = 58.0
MOST_DATASETS = 4
MOST_VARIANTS = 4
MOST_SPLITS = 3
TITLE_MM = 5.0
MOST_PANEL_MM = 43.0
EVENLY_SPREAD = {"lw": 0.9, "ls": (0, (4, 2))}
MAJORITY = ListedColormap(["#cfcfcf", "#f7f7f7"])
DISAGREEMENT = LinearSegmentedColormap.from_list("disagreement", ["#f6b59a", "#b2182b", "#4d0012"])


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return maps of disagreement on central slices, and its share near interfaces in volumes."""
    datasets = [d for d in data.origins if any(dataset == d for dataset, *_ in data.votes)]
    if not datasets:
        raise ValueError("nothing to draw: no raw image was segmented by two users")
    raw = data.shown(data.tables["concentration"])
    both = groups.both_groups(raw)
    (raw_rows,) = groups.named_by_group(data, raw)
    votes = {}
    for (dataset, variant, made_by), page in data.votes.items():
        renamed = both and made_by == RECORDED and variant not in data.only_peoples
        votes[dataset, variant + words.PEOPLE * renamed] = page
    variants = data.in_order(variant for _, variant in votes)
    columns = max(len(variants), 2)
    panel_mm = min(
        MOST_PANEL_MM,
        (style.DOUBLE_MM - 6) / columns,
        (style.PAGE_MM - ROW_MM - 24) / len(datasets) - TITLE_MM,
    )
    maps_mm = len(datasets) * (panel_mm + TITLE_MM) + 10
    figure = style.new_figure(style.DOUBLE_MM, maps_mm + ROW_MM + 12)
    upper, lower = figure.subfigures(2, 1, height_ratios=[maps_mm, ROW_MM])
    grid = upper.subplots(len(datasets), columns, squeeze=False)
    norm = Normalize(0, max(_most(users) for _, users in votes.values()))
    letters = style.letters()
    for dataset, row in zip(datasets, grid, strict=True):
        for axes in row[len(variants) :]:
            axes.set_axis_off()
        for variant, axes in zip(variants, row, strict=False):
            if (dataset, variant) not in votes:
                axes.set_axis_off()
                continue
            counted, users = votes[dataset, variant]
            _show(axes, counted, users, norm)
            style.panel_letter(axes, next(letters), f"{dataset}, {variant}")
            style.scale_bar(axes, counted.shape[1], data.voxel_sizes_nm[dataset])
    splits = _splits(users for _, users in votes.values())
    if len(splits) <= MOST_SPLITS:
        # Few users can differ in few ways, which need no bar of all shades.
        style.legend_above(upper, _split_handles(splits, norm))
    else:
        bar = upper.colorbar(
            ScalarMappable(norm, DISAGREEMENT), ax=grid, location="top", shrink=0.4, aspect=40
        )
        bar.set_label("Share of pairs of users that label a pixel differently")
        bar.outline.set_linewidth(0.4)
    references = _draw_concentration(lower, raw_rows, datasets, variants, letters)
    bounded = any((page > users).any() for page, users in votes.values())
    style.footnote(
        figure,
        "Maps: central slices of raw images; where all agree, active material is light and the "
        f"rest grey{'; hatched: outside the field of view' * bounded}. Below: whole volumes; "
        "dashed, the share of all voxels that lie so near, which disagreement spread evenly would "
        f"have. Interfaces of {' or '.join(references)}.",
        groups.note(data, raw[raw["dataset"].isin(datasets)]),
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _most(users: int) -> float:
    """Return the share of pairs that differ if users are split evenly."""
    half = users // 2
    return 2 * half * (users - half) / (users * (users - 1))


def _splits(numbers: Iterable[int]) -> dict[str, float]:
    """Return how users can differ, and the share of pairs of them that then does."""
    found = {}
    for users in sorted(set(numbers)):
        for fewer in range(1, users // 2 + 1):
            share = 2 * fewer * (users - fewer) / (users * (users - 1))
            found[f"{fewer} of {users} users differ{'s' * (fewer == 1)} from the others"] = share
    return found


def _split_handles(splits: Mapping[str, float], norm: Normalize) -> list[Patch]:
    """Return legend entries for what users agree on, and for each way in which they can differ."""
    look = {"edgecolor": "#666666", "linewidth": 0.4}
    agreed = {"all: active material": MAJORITY(1), "all: the rest": MAJORITY(0)}
    shades = agreed | {name: DISAGREEMENT(norm(share)) for name, share in splits.items()}
    return [Patch(facecolor=shade, label=name, **look) for name, shade in shades.items()]


def _show(axes: Axes, votes: np.ndarray, users: int, norm: Normalize) -> None:
    """Show the majority's phases and, on top, where users differ."""
    outside = votes > users
    differing = disagreement_map(np.where(outside, 0, votes), users)
    majority = np.ma.masked_where(outside, 2 * votes.astype(int) > users)
    axes.imshow(majority, cmap=MAJORITY, vmin=0, vmax=1, interpolation="none")
    if outside.any():
        # White would look like active material.
        axes.patch.set(hatch="/////", edgecolor="#9a9a9a", linewidth=0)
    masked = np.ma.masked_equal(differing, 0)
    axes.imshow(masked, cmap=DISAGREEMENT, norm=norm, interpolation="none")
    style.frame(axes)


def _draw_concentration(figure, table, datasets, variants, letters) -> list[str]:
    """Draw the share of disagreement near interfaces; return where the interfaces come from."""
    grid = figure.subplots(1, len(datasets), sharey=True, squeeze=False)[0]
    styles = style.variant_styles(variants)
    found = table[table["dataset"].isin(datasets) & table["variant"].isin(variants)]
    for axes, dataset in zip(grid, datasets, strict=True):
        rows = found[found["dataset"] == dataset]
        # Over realisations, where there are several: the mean of each distance.
        by = ["variant", "reference", "within_voxels"]
        shares = ["disagreement_share", "voxel_share"]
        rows = rows.groupby(by, sort=False, as_index=False)[shares].mean()
        for variant, line in rows.groupby("variant", sort=False):
            look = styles[variant]
            near, share = line["within_voxels"], 100 * line["disagreement_share"]
            mark = {"marker": look.marker, "ms": style.mark_size(look, 4), "mec": "black"}
            axes.plot(near, share, color=look.colour, mew=0.5, zorder=3, **mark)
            by_truth = set(line["reference"]) == {"truth"}
            colour = style.TRUTH_COLOUR if by_truth else look.colour
            axes.plot(near, 100 * line["voxel_share"], color=colour, zorder=2, **EVENLY_SPREAD)
        axes.set(xlim=(0.7, 3.3), ylim=(0, 103), xticks=(1, 2, 3))
        axes.grid(axis="y")
        axes.set_xlabel("Distance to interface (voxels)")
        style.panel_letter(axes, next(letters), dataset)
    grid[0].set_ylabel("Share of all disagreement (%)")
    handles = [
        style.line_handle(n, marker=s.marker, ms=4, color=s.colour, mec="black", mew=0.5)
        for n, s in styles.items()
    ]
    handles.append(style.line_handle("all voxels", color=style.TRUTH_COLOUR, **EVENLY_SPREAD))
    style.legend_above(figure, handles)
    names = {"truth": "the truth", "majority": "the users' majority"}
    return [names[reference] for reference in dict.fromkeys(found["reference"])]


def _needs(study) -> Needs:
    """Return few datasets and variants: those that are usually compared, if in use."""
    raw = raw_filter(study)
    pages: dict[str, dict] = {}
    for cell in shared_cells(study):
        if cell.filter == raw:
            users = pages.setdefault(cell.dataset, {})
            users[cell.variant, cell.made_by] = users.get((cell.variant, cell.made_by), 0) + 1
    used = {variant for page in pages.values() for variant, _ in page}
    found = [v for v in study.variants if v in used]
    chosen = [v for v in compared_variants(study) if v in found] or found[:MOST_VARIANTS]
    shown = {d: {v for v, _ in pages[d]} & {*chosen} for d in in_order(study, pages)}
    # Those with most to compare.
    best = sorted((d for d in shown if shown[d]), key=lambda d: -len(shown[d]))[:MOST_DATASETS]
    datasets = tuple(d for d in shown if d in best)
    # A page of the file for each variant and group of users, in this order.
    order = {
        d: [
            (v, made_by, pages[d][v, made_by])
            for v in study.variants
            for made_by in GROUPS
            if (v, made_by) in pages[d]
        ]
        for d in datasets
    }
    return Needs(
        datasets,
        tuple(chosen),
        filters=(raw,) if raw else (),
        votes=tuple((d, raw) for d in datasets),
        facts={"pages": order},
    )


FIGURE = Figure(
    title="Where users differ, and how near to interfaces",
    category=FOLLOWS,
    order=3,
    requires="a raw image that two users segment with one variant",
    needs=_needs,
    draw=draw,
    caption="""
Where users differ. Upper panels: central slices of raw images; the darker red a pixel, the more
pairs of users label it differently (the mean over the volume is the pairwise difference). Lower
panels: the share of all disagreement within one, two and three voxels of an interface, beside the
share of all voxels that are so close. Interfaces are those of the truth where it is known,
otherwise of the users' majority. Disagreement that follows the dashed line, such as that from
noise, is unrelated to interfaces.
""",
    tables=("concentration",),
)
