"""A particle with irregular pores that no network learned from."""

from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ..names import LABELS
from . import looks

COLUMNS = 4


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return slices of the particle, its labels, and what a network calls pore."""
    filtered, labels, prediction = data.pores.values()
    shown = looks.depths(len(filtered), COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, 156.0)
    grid = figure.subplots(3, COLUMNS, squeeze=False)
    for column, z in enumerate(shown):
        looks.show_slice(grid[0, column], filtered[z])
        looks.show_pores(grid[1, column], labels[z])
        looks.show_calls(grid[2, column], looks.called(prediction[z]), labels[z])
        grid[0, column].set_title(f"slice {z + 1}", loc="left")
    for axes, name in zip(grid[:, 0], ("filtered", "labels", "network, equalised"), strict=True):
        looks.name_row(axes, name)
    style.scale_bar(grid[0, 0], filtered.shape[2], data.facts["pixel_nm"])
    style.legend_above(figure, looks.call_handles("labels"))
    style.footnote(
        figure,
        f"{data.particles[0]} is in no fold: the network learned from {data.facts['trained_on']}, "
        "whose pores are smaller and rounder.",
    )
    return figure


def finding(data: FigureData) -> str:
    """Return the scores on this particle, and that of predicting no pore."""
    scores = data.tables["pore_scores"]
    rows = scores[
        scores["particle"].isin(data.facts["others"] if data.facts else set(scores["particle"]))
        & (scores["slices"] == "other")
        & (scores["against"] == LABELS)
        & (scores["method"] == "equalised")
    ]
    if rows.empty:
        return ""
    accuracy, f1 = rows["accuracy"], rows["f1_pore"]
    return (
        f"Networks of equalised inputs agree with the labels of this particle in "
        f"{_ends(100 * accuracy, '.1f')} % of the pixels, with an F1 of pore of "
        f"{_ends(f1, '.2f')}; predicting no pore at all would agree in "
        f"{100 * rows['accuracy_no_pore'].mean():.1f} %."
    )


def _ends(values, form: str) -> str:
    return " to ".join(dict.fromkeys(format(value, form) for value in (values.min(), values.max())))


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None or not networks.others or "equalised" not in networks.inputs:
        return Needs()
    particle = networks.others[0]
    training = next(t for t in networks.trainings() if t.greys == "equalised")
    prediction = networks.prediction_of("equalised", training, particle)
    return Needs(
        particles=(particle,),
        pores=(
            *networks.volume_names(particle, "filtered", "labels"),
            networks.volume_name(prediction),
        ),
        facts={
            "others": list(networks.others),
            "trained_on": training.trained_on,
            "pixel_nm": networks.pixel_nm(particle),
        },
    )


FIGURE = Figure(
    title="A particle with irregular pores that no network learned from",
    category=PORES,
    order=8,
    requires="a particle in no fold, and equalised inputs (the key pore_networks)",
    needs=_needs,
    draw=draw,
    finding=finding,
    label="Fig. S2 of Lee et al. ",
    caption="""
Slices of a particle with larger, irregular pores, its labels, and what a network that learned from
another particle calls pore.

Corresponds to Fig. S2 of Lee et al. 2023, by which an accuracy above 97 % is maintained on such a
particle.
""",
    tables=("pore_scores",),
)
