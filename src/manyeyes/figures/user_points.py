"""Volume fractions user by user, a panel for each dataset, with the truth where it is known."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..measures.tables import first_realisation
from ..paper import names as paper
from . import groups, style, words
from .figure import FigureData

USER_MARKERS = ("o", "s", "^", "D", "v", "P")
MOST_MARKED = len(USER_MARKERS)
MOST_COLUMNS = 4
MOST_HANDLES = 5
"""Legend entries side by side above a single panel."""
LONG_NAME = 10
"""Letters of a variant's name that fit below its column."""
SPREAD = 0.5


def user_places(users: Sequence[str]) -> dict[str, float]:
    """Return each user's sideways offset from the middle of a variant, in order."""
    if len(users) == 1:
        return {users[0]: 0.0}
    return dict(zip(users, np.linspace(-SPREAD / 2, SPREAD / 2, len(users)), strict=True))


def draw_users(
    axes: Axes, rows: pd.DataFrame, columns: Sequence[tuple[str, str]], users: Sequence[str]
) -> None:
    """Draw every user's volume fraction and the mean of each variant.

    Parameters
    ----------
    axes : Axes
    rows : DataFrame
        Of one dataset: filter, variant, user, active_fraction.
    columns : sequence of (filter, variant)
        From left to right.
    users : sequence of str
        All users of the figure in order, so that each has one sign throughout.
    """
    styles = style.variant_styles(variant for _, variant in columns)
    marked = len(users) <= MOST_MARKED
    for x, (filter_, variant) in enumerate(columns):
        cell = rows[(rows["filter"] == filter_) & (rows["variant"] == variant)]
        names = list(cell["user"])
        places = user_places(names)
        recorded = groups.is_peoples(variant) and bool(set(names) - set(users))
        for user, fraction in zip(names, cell["active_fraction"], strict=True):
            marker = "*" if recorded else USER_MARKERS[users.index(user)] if marked else "o"
            axes.plot(
                x + places[user],
                fraction,
                marker,
                ms=7 if recorded else 4 if marked else 2.5,
                mfc=styles[variant].colour,
                mec="black",
                mew=0.5,
                zorder=3,
            )
        if len(names) > 1:
            mean = cell["active_fraction"].mean()
            axes.plot([x - 0.38, x + 0.38], [mean, mean], color="black", lw=0.9, zorder=2)


def marked_users(shown: pd.DataFrame) -> list[str]:
    """Return who has a mark of their own: simulated users, or people where they are alone."""
    by_people = shown["variant"].map(groups.is_peoples).astype(bool)
    users = list(dict.fromkeys(shown.loc[~by_people, "user"]))
    return users or list(dict.fromkeys(shown["user"]))


def label_columns(axes: Axes, columns: Sequence[tuple[str, str]]) -> None:
    """Write variants along the axis and filters below them, with a line between filters."""
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_xticks(range(len(columns)))
    longest = max(len(variant) for _, variant in columns)
    crowded = len(columns) > 7 or longest > LONG_NAME
    axes.set_xticklabels(
        [variant for _, variant in columns], rotation=90 if crowded else 0, fontsize=6
    )
    axes.tick_params(axis="x", length=0)
    for filter_ in dict.fromkeys(f for f, _ in columns):
        places = [i for i, (f, _) in enumerate(columns) if f == filter_]
        axes.annotate(
            words.filter_name(filter_),
            xy=(np.mean(places), 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -max(29, 4 * longest) if crowded else -13),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=6.5,
        )
        if places[0] > 0:
            axes.axvline(places[0] - 0.5, color="#bbbbbb", linewidth=0.5, zorder=0)


def _truth_line(axes: Axes, rows: pd.DataFrame) -> bool:
    """Draw the dataset's true volume fraction, if it is known; return whether it is."""
    known = rows["truth_fraction"].dropna()
    if known.empty:
        return False
    axes.axhline(known.iloc[0], zorder=1, **style.TRUTH_LINE)
    return True


@style.styled
def draw_figure(
    volume_fractions: pd.DataFrame, origins: Mapping[str, str], variants: Sequence[str]
) -> Drawing:
    """Draw the volume fraction that each user got, a panel for each dataset.

    A recorded user's segmentation, where there is one, stands beside the others.

    Parameters
    ----------
    volume_fractions : DataFrame
        Table of the study.
    origins : mapping of dataset to origin
        Which datasets to show, in order.
    variants : sequence of str
        Which variants to show, in order.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    (table,) = groups.named_by_group(first_realisation(volume_fractions))
    variants = groups.with_people(variants)
    wanted = table[table["variant"].isin(list(variants))]
    datasets = [d for d in origins if d in set(wanted["dataset"])]
    if not datasets:
        raise ValueError(
            f"nothing to draw: the table has no row of {', '.join(variants)} on "
            f"{', '.join(origins) or 'any dataset'}"
        )
    shown_rows = first_realisation(volume_fractions)
    shown_rows = shown_rows[shown_rows["dataset"].isin(datasets)]
    shown_rows = shown_rows[shown_rows["variant"].isin(variants)]
    shown = table[
        table["variant"].isin([*variants, paper.RECORDED]) & table["dataset"].isin(datasets)
    ]
    users = marked_users(shown)
    columns = min(MOST_COLUMNS, len(datasets))
    lines = -(-len(datasets) // columns)
    width = style.DOUBLE_MM if columns > 2 else style.SINGLE_MM * columns
    figure = style.new_figure(width, 62.0 * lines + 14.0)
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes in grid.ravel()[len(datasets) :]:
        axes.set_axis_off()
    has_truth = has_recorded = False
    for axes, dataset, letter in zip(grid.ravel(), datasets, style.letters(), strict=False):
        rows = shown[shown["dataset"] == dataset]
        filters = list(dict.fromkeys(rows["filter"]))
        pairs = set(zip(rows["filter"], rows["variant"], strict=True))
        order = [(f, v) for f in filters for v in [*variants, paper.RECORDED] if (f, v) in pairs]
        draw_users(axes, rows, order, users)
        label_columns(axes, order)
        has_truth |= _truth_line(axes, rows)
        has_recorded |= bool(set(rows["user"]) - set(users))
        axes.grid(axis="y")
        style.panel_letter(axes, letter, dataset)
    for axes in grid[:, 0]:
        axes.set_ylabel("Active-material volume fraction")
    has_mean = bool(shown.duplicated(["dataset", "filter", "variant"]).any())
    handles = _handles(users, has_truth, has_recorded, has_mean)
    fits = columns > 1 or len(handles) <= MOST_HANDLES
    style.legend_above(figure, handles, columns=6 if fits else 4)
    notes = [] if len(users) <= MOST_MARKED else [f"n = {len(users)} users, one dot each."]
    notes.append(groups.note(shown_rows))
    if len(table) < len(volume_fractions):
        notes.append("The first realisation of each dataset.")
    shown_origins = {dataset: origins[dataset] for dataset in datasets}
    style.footnote(figure, *notes, words.origin_sentence(shown_origins))
    return figure


def _handles(users: Sequence[str], has_truth: bool, has_recorded: bool, has_mean: bool) -> list:
    point = {"mfc": "#bbbbbb", "mec": "black", "mew": 0.5, "ls": ""}
    handles = []
    if len(users) <= MOST_MARKED:
        handles = [
            style.line_handle(f"user {user}", marker=marker, ms=4, **point)
            for user, marker in zip(users, USER_MARKERS, strict=False)
        ]
    if has_mean:
        handles.append(style.line_handle("mean", color="black", lw=0.9))
    if has_recorded:
        handles.append(style.line_handle("recorded people", marker="*", ms=7, **point))
    if has_truth:
        handles.append(style.line_handle("truth", **style.TRUTH_LINE))
    return handles


def draw_data(data: FigureData) -> Drawing:
    """Draw the volume fraction of each user for what a figure shows."""
    return draw_figure(data.tables["volume_fractions"], data.origins, data.variants)
