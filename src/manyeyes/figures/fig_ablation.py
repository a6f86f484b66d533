"""What each part of the protocol is worth: variants that differ in one thing."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..groups import MADE_BY, SIMULATED
from ..paper import names as paper
from ..statistics.ablations import ablation_text
from ..study.comparisons import shared_cells
from . import groups, style, words
from .figure import FOLLOWS, Figure, Needs

PANEL_MM = 46.0
LOOKS = (("#0b4a78", "o"), ("#d9660a", "D"), ("#046349", "s"), ("#7d3270", "^"), ("#666666", "v"))
MEASURES = (("sd", "SD over users (points)"), ("rmse", "Error to the truth (points)"))


@style.styled
def draw(ablation: pd.DataFrame, origins: Mapping[str, str]) -> Drawing:
    """Return a column for each question: standard deviations above, errors below.

    Parameters
    ----------
    ablation : DataFrame
        Made by `manyeyes.statistics.ablation_table`.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Drawing
        The lower line is left out where no truth is known.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    table = ablation[ablation["dataset"].isin(list(origins))]
    if table.empty:
        raise ValueError("nothing to draw: no variants were held against each other")
    questions = list(dict.fromkeys(table["question"]))
    measures = [entry for entry in MEASURES if table[entry[0]].notna().any()]
    if not groups.both_groups(table):
        # The only group there is needs no name.
        table = table.assign(**{MADE_BY: SIMULATED})
    images = list(
        dict.fromkeys(zip(table["dataset"], table["filter"], table[MADE_BY], strict=True))
    )
    figure = style.new_figure(style.DOUBLE_MM, PANEL_MM * len(measures) + 30.0)
    grid = figure.subplots(len(measures), len(questions), squeeze=False, sharey="row", sharex="col")
    letters = style.letters()
    for place, (line, (measure, label)) in enumerate(zip(grid, measures, strict=True)):
        for axes, question in zip(line, questions, strict=True):
            rows = table[table["question"] == question]
            _draw_panel(axes, rows, measure, images)
            title = fill(question, 30) if place == 0 else ""
            style.panel_letter(axes, next(letters), title)
        line[0].set_ylabel(label)
        line[0].set_ylim(0, None)
    for axes, question in zip(grid[-1], questions, strict=True):
        variants = list(dict.fromkeys(table.loc[table["question"] == question, "variant"]))
        axes.set_xticks(range(len(variants)), variants, rotation=30, ha="right")
    style.legend_above(figure, _handles(images))
    style.footnote(
        figure,
        f"Lines: 95 % intervals, {groups.numbers_of_users(table)}; the last variant of each "
        "panel is the one that the others are held against. Error: root mean square over users of "
        "measured minus true volume fraction.",
        words.origin_sentence({d: origins[d] for d in origins if d in set(table["dataset"])}),
    )
    return figure


def _draw_panel(axes: Axes, rows: pd.DataFrame, measure: str, images: list) -> None:
    variants = list(dict.fromkeys(rows["variant"]))
    step = 0.5 / len(images)
    for index, image in enumerate(images):
        colour, marker = _look(images, image)
        here = (rows["dataset"] == image[0]) & (rows["filter"] == image[1])
        found = rows[here & (rows[MADE_BY] == image[2])]
        found = 100 * found.set_index("variant")[[measure, f"{measure}_low", f"{measure}_high"]]
        found = found.reindex(variants)
        x = np.arange(len(variants)) + (index - (len(images) - 1) / 2) * step
        axes.vlines(x, found[f"{measure}_low"], found[f"{measure}_high"], colors=colour)
        look = {"ms": 4, "ls": "", "mfc": colour, "mec": "black", "mew": 0.4}
        # nobody's spread is 0, and its mark is to be seen whole
        axes.plot(x, found[measure], marker, zorder=3, clip_on=False, **look)
    axes.set_xlim(-0.6, len(variants) - 0.4)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")


def _look(images: list, image: tuple) -> tuple[str, str]:
    """Return colour and mark: recorded people have the colour of their image and a star."""
    places = list(dict.fromkeys(one[:2] for one in images))
    colour, marker = LOOKS[places.index(image[:2]) % len(LOOKS)]
    return colour, marker if image[2] == SIMULATED else style.PEOPLES_MARKER


def _handles(images: list) -> list:
    handles = []
    for dataset, filter_, made_by in images:
        colour, marker = _look(images, (dataset, filter_, made_by))
        look = {"marker": marker, "ms": 4, "ls": "", "mfc": colour, "mec": "black", "mew": 0.4}
        name = f"{dataset}, {words.filter_name(filter_)}"
        name += "" if made_by == SIMULATED else words.PEOPLE
        handles.append(style.line_handle(name, **look))
    return handles


def _needs(study) -> Needs:
    """Datasets on which two users of a group answer a question together."""
    names = {}
    done: dict[tuple, set] = {}
    for cell in shared_cells(study):
        done.setdefault((cell.dataset, cell.filter, cell.made_by), set()).add(cell.variant)
    for variants in study.ablations.values():
        for (dataset, *_), found in done.items():
            if found >= set(variants):
                names[dataset] = None
    return Needs(tuple(paper.in_paper_order(names)))


FIGURE = Figure(
    title="What each part of the protocol is worth",
    category=FOLLOWS,
    order=6,
    requires="the key ablations",
    needs=_needs,
    draw=lambda data: draw(data.tables["ablation"], data.origins),
    caption="""
Variants that differ in one thing alone. Above: the standard deviation of the volume fraction over
users. Below: the error to the truth.

The paper chose its protocol by preliminary work that it describes without numbers (section
2.5.3): seven trained slices spread slightly less than three, correcting a first output lowered
the spread in nearly all cases, and a central slice is to be preferred to the first or last.
""",
    tables=("ablation",),
    finding=lambda data: ablation_text(data.tables["ablation"]).replace("**", ""),
)
