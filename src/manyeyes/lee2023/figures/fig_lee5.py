"""Six panels of learning curves, with the numbers of the paper and the score of finding nothing."""

from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ..metrics import NEAR_END, epochs_to_settle
from ..names import INPUTS, LABELS, TEST, TRAINING
from ..stated import EPOCHS, TABLE_2
from . import looks

MEASURES = {"accuracy": "Accuracy", "f1_pore": "F1 of pore", "mse": "Mean squared error"}
STATED = {"accuracy": "accuracy", "f1_pore": "f1", "mse": "mse"}


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return accuracy, F1 and squared error by epoch, of training and test."""
    curves, scores = data.tables["training_curves"], data.tables["pore_scores"]
    figure = style.new_figure(style.DOUBLE_MM, 178.0)
    grid = figure.subplots(len(MEASURES), 2, sharex=True, sharey="row")
    last = int(curves["epoch"].max())
    letters = iter(style.letters())
    for row, (measure, title) in zip(grid, MEASURES.items(), strict=True):
        for axes, slices in zip(row, (TRAINING, TEST), strict=True):
            _draw_curves(axes, curves, slices, measure)
            _draw_nothing(axes, scores, slices, measure)
            for greys in dict.fromkeys(curves["input"]):
                stated = getattr(TABLE_2[greys, slices], STATED[measure])
                mark = looks.LOOKS[greys].marker
                axes.plot(last, stated, mark, ms=5, clip_on=False, zorder=5, **style.PAPER_MARK)
            style.panel_letter(axes, next(letters), f"{title}, {slices} slices")
            axes.grid(axis="y")
        row[0].set_ylabel(title)
    _limit(grid, curves)
    for axes in grid[-1]:
        axes.set_xlabel("Epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    handles = [
        style.line_handle(
            looks.LOOKS[greys].name, color=looks.LOOKS[greys].colour, ls=looks.LOOKS[greys].line
        )
        for greys in dict.fromkeys(curves["input"])
    ]
    handles.append(style.line_handle("no pore predicted at all", **NOTHING))
    handles.append(style.line_handle("Table 2 of the paper", ls="", marker="o", **style.PAPER_MARK))
    style.legend_above(figure, handles)
    style.footnote(
        figure,
        "One line for each training. Our F1 is that of pore, the paper's of an unstated class. "
        "Scores of training slices are means over an epoch, while the weights change. The yellow "
        "marks stand at the last epoch, and have the shape of their input: square raw, triangle "
        "stretched, circle equalised. Accuracies below 0.9 are not shown; squared errors are on a "
        "logarithmic axis. Data: digital twins of particles.",
    )
    return figure


NOTHING = {"color": "black", "lw": 0.8, "ls": (0, (6, 2, 1, 2))}


def _draw_curves(axes, curves, slices: str, measure: str) -> None:
    for (greys, *_), curve in curves.groupby(["input", "trained_on", "seed"], sort=False):
        look = looks.LOOKS[greys]
        axes.plot(
            curve["epoch"], curve[f"{slices}_{measure}"], color=look.colour, ls=look.line, lw=0.9
        )


def _draw_nothing(axes, scores, slices: str, measure: str) -> None:
    """Draw what predicting no pore would score; its F1 of pore is 0."""
    if measure == "f1_pore":
        axes.axhline(0, **NOTHING)
        return
    rows = scores[
        (scores["slices"] == slices)
        & (scores["against"] == LABELS)
        & scores["method"].isin(list(INPUTS))
    ]
    axes.axhline(rows[f"{measure}_no_pore"].mean(), **NOTHING)


def _limit(grid, curves) -> None:
    """Leave out of the panels of accuracy what is far below all that is claimed."""
    columns = [f"{slices}_accuracy" for slices in (TRAINING, TEST)]
    lowest = curves.loc[curves["epoch"] > 1, columns].min(axis=None)
    for axes in grid[0]:
        axes.set_ylim(max(0.9, min(lowest, 0.97) - 0.003), 1.0)
    for axes in grid[1]:
        axes.set_ylim(-0.02, 1.02)
    for axes in grid[2]:
        axes.set_yscale("log")


def finding(data: FigureData) -> str:
    """Return when learning settles, by input."""
    curves = data.tables["training_curves"]
    epochs = int(curves["epoch"].max())
    by_input: dict[str, list[int]] = {}
    for (greys, *_), curve in curves.groupby(["input", "trained_on", "seed"], sort=False):
        by_input.setdefault(greys, []).append(epochs_to_settle(curve))
    words = "; ".join(
        f"{looks.LOOKS[greys].name} after epoch "
        + " and ".join(str(epoch) if epoch <= epochs else "the last (not yet)" for epoch in found)
        for greys, found in by_input.items()
    )
    text = (
        f"The error on the other particle stays within {100 * NEAR_END:.0f} % of that at the end: "
        f"{words}."
    )
    if epochs < EPOCHS:
        text += f" With {epochs} epochs in place of {EPOCHS} this is no test of the paper's claim."
    return text


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    return Needs(particles=tuple(dict.fromkeys(name for fold in networks.folds for name in fold)))


FIGURE = Figure(
    title="Learning curves of every training",
    category=PORES,
    order=3,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    finding=finding,
    label="Fig. 5 of Lee et al. ",
    caption="""
Accuracy, F1 of pore and mean squared error after every epoch, on the slices that a network learns
from and on those of another particle, against the labels. Dash-dotted: predicting no pore at all.

Corresponds to Fig. 5 of Lee et al. 2023. The paper reports that equalised inputs settle a little
earlier than raw ones, and that stretched ones need 20 epochs more; its F1 is of an unstated class.
""",
    tables=("training_curves", "pore_scores"),
)
