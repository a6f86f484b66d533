"""Networks that learn from users' drawings: user by user beside forests, and what varies."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from ..statistics.networks import (
    ALL,
    COMPONENTS,
    by_user_and_seed,
    inheritance_text,
    seeds_of,
)
from . import style, words
from .figure import FOLLOWS, Figure, FigureData, Needs

MOST_COLUMNS = 3
UPPER_MM = 52.0
ROW_MM = 3.6
REST_MM = 30.0
BESIDE = {"color": "#555555", "mfc": "white"}
NAMES = {
    "user": "user",
    "seed": "seed",
    "rest": "rest",
    "another_seed": "another seed",
    "one_training": "one training each",
}


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return, for each image, networks against forests, and the SDs of users, seeds and rest."""
    seeds, drawn = data.facts["seeds"], data.facts["drawn"]
    fractions, variances = data.rows("volume_fractions"), data.rows("network_variance")
    images = _images(data, variances)
    networks = [name for name in seeds_of(seeds) if name in set(variances["variant"])]
    looks = style.variant_styles(networks)
    columns = min(MOST_COLUMNS, len(images))
    lines = style.lines_of(len(images), columns)
    rows = max(len(_rows(variances, image, networks)) for image in images)
    lower_mm = ROW_MM * rows + 14.0
    line_mm = UPPER_MM + lower_mm
    height = min(line_mm * lines + REST_MM, style.PAGE_MM)
    width = style.DOUBLE_MM if columns > 1 else style.SINGLE_MM * 1.3
    figure = style.new_figure(width, height)
    letters = style.letters()
    parts = figure.subfigures(lines, 1, squeeze=False)[:, 0]
    for line, part in enumerate(parts):
        shown = images[line * columns : (line + 1) * columns]
        grid = part.subplots(2, columns, squeeze=False, height_ratios=[UPPER_MM, lower_mm])
        for axes in grid[:, len(shown) :].ravel():
            axes.set_axis_off()
        first: list[str] = []
        for place, image in enumerate(shown):
            upper, lower = grid[:, place]
            of_image = rows_of_image(fractions, image)
            _draw_users(upper, of_image, seeds, drawn, looks)
            style.panel_letter(upper, next(letters), image_title(image))
            names = _draw_variances(lower, _rows(variances, image, networks), looks)
            if place and names == first:
                lower.tick_params(axis="y", labelleft=False)
            first = names
            style.panel_letter(lower, next(letters), image_title(image))
        grid[0, 0].set_ylabel("Volume fraction, network")
    handles = [
        style.line_handle(name, marker=look.marker, ms=5, color=look.colour, mec="black", mew=0.5)
        for name, look in looks.items()
    ]
    dot = {"marker": "o", "ls": "", "mec": "none", "mfc": "#999999"}
    handles += [
        style.line_handle("one seed", ms=2.2, **dot),
        style.line_handle("mean over seeds", marker="o", ls="", ms=4, mfc="#999999", mec="black"),
        style.line_handle("as the forest", color="black", lw=0.7),
        style.line_handle("truth", **style.TRUTH_LINE),
        style.line_handle("without a network", marker="o", ms=3.5, **BESIDE),
    ]
    style.legend_above(figure, handles, columns=5 if columns > 1 else 3)
    style.footnote(
        figure,
        "Upper panels: each user stands at the volume fraction of their own forest; coloured "
        "lines: least squares over users. Lower panels: SDs of the volume fraction with 95 % "
        "intervals, cut at the frame; a mark at the left end is 0. "
        "Another seed: seed and rest together. " + _users(variances),
        words.origin_sentence(data.origins, [dataset for dataset, _ in images]),
    )
    return figure


def _images(data: FigureData, variances: pd.DataFrame) -> list[tuple[str, str]]:
    rows = variances[variances["seeds"] > 0]
    found = dict.fromkeys(zip(rows["dataset"], rows["filter"], strict=True))
    return [image for name in data.origins for image in found if image[0] == name]


def rows_of_image(table: pd.DataFrame, image: tuple[str, str]) -> pd.DataFrame:
    """Return the rows of one dataset and filter, of the first realisation where there are some."""
    rows = table[(table["dataset"] == image[0]) & (table["filter"] == image[1])]
    if "realisation" in rows:
        rows = rows[rows["realisation"] == rows["realisation"].min()]
    return rows


def image_title(image: tuple[str, str]) -> str:
    """Return what a panel of one dataset and filter is called."""
    return f"{image[0]}, {words.filter_name(image[1])}"


def _users(variances: pd.DataFrame) -> str:
    rows = variances[variances["seeds"] > 0]
    users = sorted(set(rows["users"]))
    seeds = sorted(set(rows["seeds"]))
    return f"Users: {' or '.join(map(str, users))}; seeds: {' or '.join(map(str, seeds))}."


def _draw_users(axes: Axes, rows: pd.DataFrame, seeds, drawn, looks) -> None:
    ends = []
    for network, variants in seeds_of(seeds).items():
        if network not in looks:
            continue
        colour, mark = looks[network].colour, looks[network].marker
        forest = rows[rows["variant"] == drawn[network]].set_index("user")["active_fraction"]
        values = by_user_and_seed(rows, variants)
        values = values[values.index.isin(forest.index)]
        x = forest.reindex(values.index).to_numpy()
        for column in values:
            axes.plot(x, values[column], mark, ms=2.6, mfc=colour, mec="none", alpha=0.55)
        means = values.mean(axis=1).to_numpy()
        axes.plot(x, means, mark, ms=5, mfc=colour, mec="black", mew=0.5, zorder=4)
        if len(x) > 2 and np.ptp(x) > 0:
            slope, level = np.polyfit(x - x.mean(), means, 1)
            axes.plot(np.sort(x), level + slope * (np.sort(x) - x.mean()), color=colour, lw=1.0)
        ends += [x.min(), x.max()]
    if "truth_fraction" in rows and rows["truth_fraction"].notna().any():
        truth = rows["truth_fraction"].iloc[0]
        axes.axhline(truth, zorder=0, **style.TRUTH_LINE)
        if min(ends) <= truth <= max(ends):
            axes.axvline(truth, zorder=0, **style.TRUTH_LINE)
    low, high = min(ends), max(ends)
    reach = max(0.08 * (high - low), 1e-3)
    axes.plot([low - reach, high + reach], [low - reach, high + reach], "k-", lw=0.7, zorder=1)
    axes.set_xlim(low - reach, high + reach)
    axes.set_xlabel("Volume fraction, forest")
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))


def _rows(variances: pd.DataFrame, image, networks) -> list:
    """Return rows from top to bottom: each network's components, then what is beside them."""
    rows = rows_of_image(variances, image)
    found = [
        row
        for network in networks
        for component in COMPONENTS[:4]
        for row in rows[(rows["variant"] == network) & (rows["seeds"] > 0)].itertuples()
        if row.component == component
    ]
    return found + list(rows[rows["seeds"] == 0].itertuples())


def _draw_variances(axes: Axes, rows: list, looks) -> list[str]:
    """Draw a row for each SD; return the names of the rows."""
    names: list[str] = []
    for y, row in enumerate(rows):
        ends = 100 * row.sd_low, 100 * row.sd_high
        if row.seeds:
            colour, mark = looks[row.variant].colour, looks[row.variant].marker
            names.append(f"{row.variant}, {NAMES[row.component]}")
            axes.plot(ends, [y, y], color=colour, lw=1.0)
            axes.plot(100 * row.sd, y, mark, ms=5, mfc=colour, mec="black", mew=0.5, clip_on=False)
        else:
            names.append(f"{row.variant}, user")
            axes.plot(ends, [y, y], color=BESIDE["color"], lw=1.0)
            axes.plot(100 * row.sd, y, "o", ms=3.5, mec=BESIDE["color"], mfc="white", clip_on=False)
    style.name_rows(axes, names)
    axes.tick_params(axis="y", labelsize=5.8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    # An interval of few seeds reaches far; the axis shows where most of them end.
    highs = np.sort([100 * row.sd_high for row in rows])
    most = max(1.15 * max(100 * row.sd for row in rows), np.quantile(highs, 0.8))
    axes.set_xlim(0, most * 1.05 if most > 0 else 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="upper"))
    axes.set_xlabel("SD (points)")
    return names


def _finding(data: FigureData) -> str:
    table = data.tables["network_inheritance"]
    told = []
    for row in table[table["dataset"] != ALL].itertuples():
        if np.isfinite(row.forest_slope):
            told.append(
                f"{row.variant} on {row.dataset}: slope on the forest {row.forest_slope:.2f} "
                f"({row.forest_low:.2f} to {row.forest_high:.2f})"
            )
    return "; ".join(told) + "." if told else inheritance_text(table.iloc[:0])


def _needs(study) -> Needs:
    """Return the datasets on which at least two users' networks are trained."""
    from ..study.networks import base_and_seed, cells_of_networks, networks_of

    users: dict[tuple, set] = {}
    for cell in cells_of_networks(study):
        users.setdefault((cell.dataset, cell.filter, cell.variant), set()).add(cell.user)
    names = {key[0] for key, found in users.items() if len(found) > 1}
    found = base_and_seed(networks_of(study))
    return Needs(
        tuple(name for name in study.datasets if name in names),
        facts={
            "seeds": {name: list(pair) for name, pair in found.items()},
            "drawn": {b: study.variants[name]["drawings_of"] for name, (b, _) in found.items()},
        }
        if names
        else {},
    )


FIGURE = Figure(
    title="Networks of users: their bias, their seeds",
    category=FOLLOWS,
    order=8,
    requires="a variant of the method drawn_network that two users do",
    needs=_needs,
    draw=draw,
    caption="""
Does a network inherit its user's bias, average it out, or add its own? Every network learned from
the drawings that the same user's forest learned from. Upper panels: the volume fraction of each
user's network, trained from several seeds, against that of their forest. Where networks follow the
black line, they find what the forests find; a level line means that users make no difference to
them. Lower panels: standard deviations between users, between seeds (the same for all users) and of
what is left, with 95 % intervals; what one more training changes (another seed); and those of the
same users' forests and thresholds.
""",
    tables=("volume_fractions", "network_variance", "network_inheritance"),
    finding=_finding,
)
