"""Fig. 6: raw and filtered slices of the in-house data, a threshold and a watershed of each."""

from matplotlib.figure import Figure as Drawing

from ...figures import panels, words
from ...figures.choosing import sliced
from ...figures.figure import SLICES, Figure, FigureData


def draw(data: FigureData) -> Drawing:
    """Return a column for each image: the image, and one user's segmentations of it."""
    columns = [(d, f) for d in data.origins for d_, f in data.images if d_ == d]
    rows = [panels.grey_row(data, columns)]
    rows += [panels.labels_row(data, variant, columns) for variant in data.variants]
    return panels.draw_grid(rows, *panels.notes(data), words.origin_sentence(data.origins))


FIGURE = Figure(
    title="Slices of the in-house data, simple threshold and watershed",
    category=SLICES,
    order=6,
    requires="a simple threshold or a watershed on a dataset that is shown apart",
    needs=sliced(apart=True, segmented=lambda study, names: names),
    draw=draw,
    caption="""
Central slices of the in-house datasets, raw and filtered, with one user's simple threshold and
careful watershed of each.

Corresponds to Fig. 6 of Bailey et al. 2023.

The paper found these images less noisy than all open-source ones. On raw NEX-V some bright noise
is still segmented as small particles; it is gone after filtering.
""",
)
