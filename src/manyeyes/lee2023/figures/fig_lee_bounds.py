"""F1 and squared error against accuracy: what is possible, what the paper states, what we find."""

import numpy as np
from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ..bounds import f1_at_most, mse_at_least
from ..names import INPUTS, LABELS, TEST, TRAINING
from ..stated import NOTEBOOK, PAPER, PORE_AREA
from . import looks

LOWEST = 0.955
NOTEBOOK_SHARE = 1 - NOTEBOOK.accuracy_without_pores


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return F1 and squared error of the paper and of this study, with their bounds."""
    bounds = data.tables["lee_bounds"]
    figure = style.new_figure(style.DOUBLE_MM, 92.0)
    left, right, scores = figure.subplots(1, 3, width_ratios=[1.0, 1.0, 1.0])
    accuracy = np.linspace(LOWEST, 1, 200)
    impossible = {"color": "#d9d9d9", "lw": 0}
    most, least = f1_at_most(1 - accuracy), mse_at_least(1 - accuracy)
    left.fill_between(accuracy, most, 1.0015, **impossible)
    right.fill_between(accuracy, least, 3e-4, **impossible)
    for axes, column in ((left, "f1"), (right, "mse")):
        _draw_paper(axes, bounds, column)
        axes.set_xlim(0.97, 1.0)
        axes.set_xlabel("Accuracy")
        axes.grid()
    left.set(ylim=(0.97, 1.0015), ylabel="F1, of whatever class")
    right.set(yscale="log", ylim=(3e-4, 4e-2), ylabel="Mean squared error")
    ours = data.tables["pore_scores"]
    ours = ours[
        (ours["against"] == LABELS)
        & ours["method"].isin(list(INPUTS))
        & ours["slices"].isin([TRAINING, TEST])
    ]
    _draw_ours(left, ours, "f1_grain")
    _draw_ours(right, ours, "mse")
    _draw_pore(scores, ours, accuracy)
    titles = ("F1 of grain, and the paper's", "Squared error", "F1 of pore")
    for letter, axes, title in zip(style.letters(), (left, right, scores), titles, strict=False):
        style.panel_letter(axes, letter, title)
    left.text(0.9715, 0.9985, "impossible", fontsize=6.5)
    right.text(0.9715, 4e-4, "impossible", fontsize=6.5)
    handles = [
        style.line_handle(
            looks.LOOKS[name].name,
            ls="",
            marker=looks.LOOKS[name].marker,
            color=looks.LOOKS[name].colour,
        )
        for name in INPUTS
    ]
    handles.append(style.line_handle(f"{PAPER}, Table 2", ls="", marker="o", **style.PAPER_MARK))
    style.legend_above(figure, handles)
    style.footnote(
        figure,
        "Grey: no prediction of labels that are 0 or 1, cut at one half, can lie there. Yellow: "
        "Table 2 of the paper, marks as of our inputs, small for the slices learned from. Lines "
        "in c: the most that F1 of pore can be if so much of the area is pore; star: the authors' "
        "notebook.",
    )
    return figure


def _draw_paper(axes, bounds, column: str) -> None:
    for row in bounds[bounds["source"] == PAPER].itertuples():
        size = 6.0 if row.slices == TEST else 4.0
        mark = looks.LOOKS[row.input].marker
        axes.plot(row.accuracy, getattr(row, column), mark, ms=size, zorder=4, **style.PAPER_MARK)


def _draw_ours(axes, scores, column: str) -> None:
    for row in scores.itertuples():
        look = looks.LOOKS[row.method]
        size = 4.5 if row.slices == TEST else 3.0
        axes.plot(row.accuracy, getattr(row, column), look.marker, ms=size, color=look.colour)


def _draw_pore(axes, scores, accuracy) -> None:
    lines = {f"{100 * share:.1f} % pore": share for share in PORE_AREA}
    own = scores["pore_share"].mean()
    lines[f"{100 * own:.1f} % pore, as here"] = own
    lines[f"{100 * NOTEBOOK_SHARE:.1f} % pore, as in the notebook"] = NOTEBOOK_SHARE
    dashes = ((0, (1, 1)), (0, (4, 1.5)), "-", (0, (6, 2, 1, 2)))
    axes.plot(NOTEBOOK.accuracy, NOTEBOOK.f1, "*", ms=8, zorder=4, **style.PAPER_MARK)
    for (text, share), line in zip(lines.items(), dashes, strict=True):
        axes.plot(
            accuracy, f1_at_most(1 - accuracy, share), color="black", lw=0.8, ls=line, label=text
        )
    _draw_ours(axes, scores, "f1_pore")
    axes.set(xlim=(LOWEST, 1.0), ylim=(0, 1.02), xlabel="Accuracy", ylabel="F1 of pore")
    axes.grid()
    axes.legend(loc="lower right", title="at most, with")


def finding(data: FigureData) -> str:
    """Return which numbers cannot be."""
    from ..words import bounds_sentence, expected_sentence

    bounds = data.tables["lee_bounds"]
    return f"{bounds_sentence(bounds)} {expected_sentence(bounds)}"


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    return Needs(particles=tuple(dict.fromkeys(name for fold in networks.folds for name in fold)))


FIGURE = Figure(
    title="What F1 and squared error can be at an accuracy",
    category=PORES,
    order=6,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    finding=finding,
    caption="""
F1 and mean squared error against accuracy, with what is impossible for labels that are 0 or 1.
Panel c shows F1 of pore, which nothing in the paper's Table 2 can be: with the share of pore in
published pictures, its accuracies leave no more than the lines allow.

Not a figure of the paper.
""",
    tables=("lee_bounds", "pore_scores"),
)
