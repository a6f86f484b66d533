"""People's labels of filtered slices beside a network that is shown slices before the filters."""

from matplotlib.figure import Figure as Drawing

from ...figures import style
from ...figures.figure import PORES, Figure, FigureData, Needs
from ..names import LABELS, TEST, UNFILTERED
from . import looks

COLUMNS = 4


@style.styled
def draw(data: FigureData) -> Drawing:
    """Return labels of filtered slices, and what a network calls pore with and without filters."""
    filtered, labels, acquired, with_filters, without = data.pores.values()
    shown = looks.depths(len(filtered), COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, 250.0 * 0.94)
    grid = figure.subplots(5, COLUMNS, squeeze=False)
    for column, z in enumerate(shown):
        looks.show_slice(grid[0, column], filtered[z])
        looks.show_pores(grid[1, column], labels[z])
        looks.show_calls(grid[2, column], looks.called(with_filters[z]), labels[z])
        looks.show_slice(grid[3, column], acquired[z])
        looks.show_calls(grid[4, column], looks.called(without[z]), labels[z])
        grid[0, column].set_title(f"slice {z + 1}", loc="left")
    names = ("filtered", "labels", "network on filtered", "as acquired", "network on acquired")
    for axes, name in zip(grid[:, 0], names, strict=True):
        looks.name_row(axes, name)
    style.scale_bar(grid[0, 0], filtered.shape[2], data.facts["pixel_nm"])
    style.legend_above(figure, looks.call_handles("labels"))
    style.footnote(
        figure,
        f"{data.particles[0]}, seen by the network of raw inputs that learned from filtered slices "
        f"of {data.facts['trained_on']}.",
    )
    return figure


def finding(data: FigureData) -> str:
    """Return how much grain is called pore with and without filters."""
    scores = data.tables["pore_scores"]
    rows = scores[(scores["slices"] == TEST) & (scores["against"] == LABELS)]
    pixels = rows[["true_pore", "false_pore", "false_grain", "true_grain"]].sum(axis=1)
    shares = (rows["false_pore"] / pixels).groupby(rows["method"]).mean()
    if not {"raw", UNFILTERED} <= set(shares.index):
        return ""
    return (
        f"The network of raw inputs calls {100 * shares['raw']:.2f} % of the pixels pore that the "
        f"labels call grain; shown slices before the filters, {100 * shares[UNFILTERED]:.2f} %."
    )


def _needs(study) -> Needs:
    networks = study.pore_networks
    if networks is None or "raw" not in networks.inputs:
        return Needs()
    training = next(t for t in networks.trainings() if t.greys == "raw")
    particle = networks.tested_on(training.trained_on)
    predictions = [networks.prediction_of(name, training, particle) for name in ("raw", UNFILTERED)]
    return Needs(
        particles=(particle,),
        pores=(
            *networks.volume_names(particle, "filtered", "labels", "acquired"),
            *map(networks.volume_name, predictions),
        ),
        facts={
            "trained_on": training.trained_on,
            "pixel_nm": networks.pixel_nm(particle),
        },
    )


FIGURE = Figure(
    title="Labels of filtered slices, and a network that sees slices before the filters",
    category=PORES,
    order=9,
    requires="a network of raw inputs (the key pore_networks)",
    needs=_needs,
    draw=draw,
    finding=finding,
    label="Fig. S3 of Lee et al. ",
    caption="""
Filtered slices and their labels, what the network of raw inputs calls pore in them, and what the
same network calls pore if it is shown the slices before the filters.

Corresponds to Fig. S3 of Lee et al. 2023, by which false positives increase notably without
preprocessing. The paper does not say which part of it is left out there; here the filters are.
""",
    tables=("pore_scores",),
)
