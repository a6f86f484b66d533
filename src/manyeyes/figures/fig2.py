"""Fig. 2: raw and filtered slices, with a threshold and a watershed of some of them."""

from itertools import chain

from matplotlib.figure import Figure as Drawing

from . import panels, words
from .choosing import of_each_family, sliced
from .figure import SLICES, Figure, FigureData


def draw(data: FigureData) -> Drawing:
    """Return images by filter and, below, one user's segmentations, a row for each variant."""
    filters = list(dict.fromkeys(filter_ for _, filter_ in data.images))
    by_filter = [panels.grey_row(data, [(d, f) for d in data.origins]) for f in filters]
    # One dataset: its filters side by side, as its segmentations are.
    rows = [list(chain(*by_filter))] if len(data.origins) == 1 else by_filter
    rows += [panels.labels_row(data, variant) for variant in data.variants]
    return panels.draw_grid(rows, *panels.notes(data), words.origin_sentence(data.origins))


MOST_DATASETS = 4

FIGURE = Figure(
    title="Raw and filtered slices, simple threshold and watershed",
    category=SLICES,
    order=2,
    requires="a simple threshold or a watershed on a dataset that is not shown apart",
    needs=sliced(most=MOST_DATASETS, segmented=of_each_family),
    draw=draw,
    caption="""
Central slices of the datasets, raw and, where the study has it, filtered. Below them, one user's
simple threshold and the more careful watershed of some of them.

Corresponds to Fig. 2 of Bailey et al. 2023.

The paper found that a threshold on raw, noisy images turns bright noise into specks of active
material, that the filter removes them, and that the watershed suffers less from noise.
""",
)
