"""What networks and a threshold call pore, on slices of a particle that no network saw."""

from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ...pores.codes import PORE
from ..measuring import thresholded
from ..names import THRESHOLD
from . import looks

COLUMNS = 5


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return rows of slices: grey values, labels, and what each method calls pore."""
    filtered, labels, *predictions = data.pores.values()
    shown = looks.depths(len(filtered), COLUMNS)
    calls = {
        look.name: looks.called(volume)
        for look, volume in zip(
            (looks.LOOKS[greys] for greys in data.facts["inputs"]), predictions, strict=True
        )
    }
    calls[looks.LOOKS[THRESHOLD].name] = thresholded(filtered, data.facts["threshold"]) == PORE
    rows = 2 + len(calls)
    figure = style.new_figure(style.DOUBLE_MM, 38.0 * rows + 22.0)
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for column, z in enumerate(shown):
        looks.show_slice(grid[0, column], filtered[z])
        looks.show_pores(grid[1, column], labels[z])
        for row, pore in zip(grid[2:, column], calls.values(), strict=True):
            looks.show_calls(row, pore[z], labels[z])
        grid[0, column].set_title(f"slice {z + 1}", loc="left")
    for axes, name in zip(grid[:, 0], ("filtered", "labels", *calls), strict=True):
        looks.name_row(axes, name)
    style.scale_bar(grid[0, 0], filtered.shape[2], data.facts["pixel_nm"])
    style.legend_above(figure, looks.call_handles("labels"))
    style.footnote(
        figure,
        f"Slices of {data.facts['test']}, which the networks never saw; they learned from "
        f"{data.facts['train']}. The threshold is one for the whole stack; where it lies is an "
        "assumption.",
    )
    return figure


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None:
        return Needs()
    fold = networks.folds[0]
    trainings = [t for t in networks.trainings() if t.trained_on == fold.train and t.seed == "1"]
    pores = [networks.prediction_of(t.greys, t, fold.test) for t in trainings]
    return Needs(
        particles=(fold.test,),
        pores=(
            *networks.volume_names(fold.test, "filtered", "labels"),
            *map(networks.volume_name, pores),
        ),
        facts={
            "inputs": [training.greys for training in trainings],
            "threshold": networks.threshold["share"],
            "train": fold.train,
            "test": fold.test,
            "pixel_nm": networks.pixel_nm(fold.test),
        },
    )


FIGURE = Figure(
    title="What networks and a threshold call pore on another particle",
    category=PORES,
    order=4,
    requires="networks that find pores (the key pore_networks)",
    needs=_needs,
    draw=draw,
    label="Fig. 6 of Lee et al. ",
    caption="""
Slices of the particle that the networks of the first fold are tested on, its labels, what the
networks call pore and what one global threshold does. Orange: called pore where the labels have
grain; blue: pores of the labels that are missed.

Corresponds to Fig. 6 of Lee et al. 2023, which shows outputs without the errors.
""",
)
