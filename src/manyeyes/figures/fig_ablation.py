"""What each part of the protocol is worth: variants that differ in one thing."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from ..groups import MADE_BY, SIMULATED
from ..statistics.ablations import ablation_text
from ..study.comparisons import shared_cells
from . import groups, style, words
from .choosing import in_order
from .figure import FOLLOWS, Figure, FigureData, Needs

PANEL_MM = 46.0
LOOKS = (("#0b4a78", "o"), ("#d9660a", "D"), ("#046349", "s"), ("#7d3270", "^"), ("#666666", "v"))
MEASURES = (("sd", "SD over users (points)"), ("rmse", "Error to the truth (points)"))


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return a column for each question: standard deviations above, errors (if known) below."""
    table = data.rows("ablation")
    questions = list(dict.fromkeys(table["question"]))
    measures = [entry for entry in MEASURES if table[entry[0]].notna().any()]
    if not groups.both_groups(table):
        # A single group needs no name.
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
    style.legend_above(figure, _handles(images))
    style.footnote(
        figure,
        f"Lines: 95 % intervals, {groups.numbers_of_users(table)}; the last variant of each "
        "panel is the one that the others are compared with. Error: root mean square over users of "
        "measured minus true volume fraction.",
        words.origin_sentence(data.origins, set(table["dataset"])),
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
        # Marks at 0, where a method has no spread, are not cut.
        axes.plot(x, found[measure], zorder=3, clip_on=False, **_point(colour, marker))
    style.name_columns(axes, variants, rotation=30, ha="right")


def _look(images: list, image: tuple) -> tuple[str, str]:
    """Return colour and marker: recorded people have the colour of their image and a star."""
    places = list(dict.fromkeys(one[:2] for one in images))
    colour, marker = LOOKS[places.index(image[:2]) % len(LOOKS)]
    return colour, marker if image[2] == SIMULATED else style.PEOPLES_MARKER


def _point(colour: str, marker: str) -> dict:
    return {**style.POINT, "marker": marker, "ms": 4, "mfc": colour, "mew": 0.4}


def _handles(images: list) -> list:
    handles = []
    for image in images:
        dataset, filter_, made_by = image
        name = f"{dataset}, {words.filter_name(filter_)}"
        name += "" if made_by == SIMULATED else words.PEOPLE
        handles.append(style.line_handle(name, **_point(*_look(images, image))))
    return handles


def _needs(study) -> Needs:
    """Return the datasets on which two users of a group answer a question together."""
    done: dict[tuple, set] = {}
    for cell in shared_cells(study):
        done.setdefault((cell.dataset, cell.filter, cell.made_by), set()).add(cell.variant)
    questions = [set(variants) for variants in study.ablations.values()]
    names = [d for (d, *_), found in done.items() if any(found >= asked for asked in questions)]
    return Needs(tuple(in_order(study, names)))


FIGURE = Figure(
    title="What each part of the protocol is worth",
    category=FOLLOWS,
    order=6,
    requires="the key ablations",
    needs=_needs,
    draw=draw,
    caption="""
Variants that differ in one thing only. Above: the standard deviation of the volume fraction over
users. Below: the error to the truth.

The paper chose its protocol by preliminary work that it describes without numbers (section
2.5.3): seven trained slices spread slightly less than three, correcting a first output lowered
the spread in nearly all cases, and a central slice is to be preferred to the first or last.
""",
    tables=("ablation",),
    finding=lambda data: ablation_text(data.tables["ablation"]).replace("**", ""),
)
