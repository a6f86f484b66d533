"""The volume fraction of each user, a panel for each dataset, with the truth where it is known."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..measures.tables import first_realisation
from . import groups, style, words
from .choosing import tabled
from .figure import DETAILS, Figure, FigureData

USER_MARKERS = ("o", "s", "^", "D", "v", "P")
MOST_MARKED = len(USER_MARKERS)
MOST_COLUMNS = 4
MOST_HANDLES = 5
"""Legend entries side by side above a single panel."""
LONG_NAME = 10
"""Letters of a variant's name that fit below its column without rotation."""
SPREAD = 0.5


def draw_users(
    data: FigureData,
    axes: Axes,
    rows: pd.DataFrame,
    columns: Sequence[tuple[str, str]],
    users: Sequence[str],
) -> None:
    """Draw every user's volume fraction and the mean of each variant.

    Parameters
    ----------
    data : FigureData
        For the methods of the variants.
    axes : Axes
    rows : DataFrame
        Of one dataset: filter, variant, user, active_fraction.
    columns : sequence of (filter, variant)
        From left to right.
    users : sequence of str
        All users of the figure in order, so that each has the same marker throughout.
    """
    styles = style.variant_styles(variant for _, variant in columns)
    marked = len(users) <= MOST_MARKED
    for x, (filter_, variant) in enumerate(columns):
        cell = rows[(rows["filter"] == filter_) & (rows["variant"] == variant)]
        names = list(cell["user"])
        places = np.linspace(-SPREAD / 2, SPREAD / 2, len(names)) if len(names) > 1 else [0.0]
        recorded = groups.is_peoples(data, variant) and bool(set(names) - set(users))
        for user, place, fraction in zip(names, places, cell["active_fraction"], strict=True):
            marker = "*" if recorded else USER_MARKERS[users.index(user)] if marked else "o"
            size = 7 if recorded else 4 if marked else 2.5
            look = {"marker": marker, "ms": size, "mfc": styles[variant].colour, **style.POINT}
            axes.plot(x + place, fraction, zorder=3, **look)
        if len(names) > 1:
            mean = cell["active_fraction"].mean()
            axes.plot([x - 0.38, x + 0.38], [mean, mean], color="black", lw=0.9, zorder=2)


def marked_users(data: FigureData, shown: pd.DataFrame) -> list[str]:
    """Return who has a marker of their own: simulated users, or people if there are no others."""
    by_people = shown["variant"].map(lambda name: groups.is_peoples(data, name)).astype(bool)
    users = list(dict.fromkeys(shown.loc[~by_people, "user"]))
    return users or list(dict.fromkeys(shown["user"]))


def label_columns(axes: Axes, columns: Sequence[tuple[str, str]]) -> None:
    """Write variants along the axis and filters below them."""
    longest = max(len(variant) for _, variant in columns)
    crowded = len(columns) > 7 or longest > LONG_NAME
    variants = [variant for _, variant in columns]
    style.name_columns(axes, variants, rotation=90 if crowded else 0, fontsize=6)
    filters = [words.filter_name(filter_) for filter_, _ in columns]
    style.name_groups(axes, filters, max(29, 4 * longest) if crowded else 13, fontsize=6.5)


def _truth_line(axes: Axes, rows: pd.DataFrame) -> bool:
    """Draw the dataset's true volume fraction, if it is known; return whether it is."""
    known = rows["truth_fraction"].dropna()
    if known.empty:
        return False
    axes.axhline(known.iloc[0], zorder=1, **style.TRUTH_LINE)
    return True


@style.styled
def draw(data: FigureData) -> Drawing:
    """Draw the volume fraction that each user got, a panel for each dataset.

    What only recorded people can do stands beside the variants of the figure.
    """
    rows = data.rows("volume_fractions")
    datasets = data.datasets_in(rows)
    known = (*data.variants, *data.only_peoples)
    with_peoples = replace(data, variants=known).shown(data.tables["volume_fractions"])
    with_peoples = with_peoples[with_peoples["dataset"].isin(datasets)]
    (shown,) = groups.named_by_group(data, first_realisation(with_peoples))
    variants = [*groups.with_people(data.variants), *data.only_peoples]
    users = marked_users(data, shown)
    columns = min(MOST_COLUMNS, len(datasets))
    width = style.DOUBLE_MM if columns > 2 else style.SINGLE_MM * columns
    figure = style.new_figure(width, 62.0 * style.lines_of(len(datasets), columns) + 14.0)
    grid = style.panel_grid(figure, len(datasets), columns, sharey=True)
    has_truth = has_recorded = False
    for axes, dataset, letter in zip(grid.ravel(), datasets, style.letters(), strict=False):
        own = shown[shown["dataset"] == dataset]
        filters = list(dict.fromkeys(own["filter"]))
        pairs = set(zip(own["filter"], own["variant"], strict=True))
        order = [(f, v) for f in filters for v in variants if (f, v) in pairs]
        draw_users(data, axes, own, order, users)
        label_columns(axes, order)
        has_truth |= _truth_line(axes, own)
        has_recorded |= bool(set(own["user"]) - set(users))
        style.panel_letter(axes, letter, dataset)
    for axes in grid[:, 0]:
        axes.set_ylabel("Active-material volume fraction")
    has_mean = bool(shown.duplicated(["dataset", "filter", "variant"]).any())
    handles = _handles(users, has_truth, has_recorded, has_mean)
    fits = columns > 1 or len(handles) <= MOST_HANDLES
    style.legend_above(figure, handles, columns=6 if fits else 4)
    style.footnote(
        figure,
        "" if len(users) <= MOST_MARKED else f"n = {len(users)} users, one dot each.",
        groups.note(data, first_realisation(rows)),
        "The first realisation of each dataset."
        if len(first_realisation(rows)) < len(rows)
        else "",
        words.origin_sentence(data.origins, datasets),
    )
    return figure


def _handles(users: Sequence[str], has_truth: bool, has_recorded: bool, has_mean: bool) -> list:
    point = {"mfc": "#bbbbbb", **style.POINT}
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


def figure_of(method: str, variants: Callable, *, order: int, stands_for: str) -> Figure:
    """Return the figure of each user's volume fraction with the variants of a method.

    Parameters
    ----------
    method : str
        In words.
    variants : callable
        From a study to the variants that the figure shows.
    order : int
        Its place in the report.
    stands_for : str
        The figure of the paper that it replaces.
    """
    return Figure(
        title=f"Each user's volume fraction: {method}",
        category=DETAILS,
        order=order,
        requires=f"{method} on a dataset that is not shown apart",
        needs=tabled(variants, least=1),
        draw=draw,
        caption=f"""
Active-material volume fraction that each user obtained with {method}: the single values behind
the standard deviations. Dashed: the truth, where it is known, internal pores not filled.

Stands for Fig. {stands_for} of Bailey et al. 2023, whose panels were not available.
""",
        tables=("volume_fractions",),
    )
