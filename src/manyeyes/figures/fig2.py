"""Fig. 2: raw and filtered slices, with a threshold and a watershed of some of them."""

from itertools import chain

from matplotlib.figure import Figure as Drawing

from ..paper import names as paper
from . import panels, words
from .choosing import other_than_in_house, sliced
from .figure import SLICES, Figure, FigureData


def draw(data: FigureData) -> Drawing:
    """Return images by filter, and one user's segmentations below them, a row a variant.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    filters = list(dict.fromkeys(filter_ for _, filter_ in data.images))
    by_filter = [panels.grey_row(data, [(d, f) for d in data.origins]) for f in filters]
    # One dataset: its filters side by side, as its segmentations are.
    rows = [list(chain(*by_filter))] if len(data.origins) == 1 else by_filter
    rows += [panels.labels_row(data, variant) for variant in data.variants]
    return panels.draw_grid(rows, *panels.notes(data), words.origin_sentence(data.origins))


def _segmented(datasets: list[str]) -> list[str]:
    """Return the paper's two datasets of Fig. 2, or the first two where there is neither."""
    return [d for d in datasets if d in paper.FIG2_SEGMENTED] or datasets[:2]


FIGURE = Figure(
    title="Raw and filtered slices, simple threshold and watershed",
    category=SLICES,
    order=2,
    requires="a simple threshold or a watershed on a dataset other than NEX-V and NEX-U",
    needs=sliced(lambda names: other_than_in_house(names)[: paper.FIG2_MOST_DATASETS], _segmented),
    draw=draw,
    caption="""
Central slices of the datasets, raw and, where the study has it, filtered. Below them, one user's
simple threshold and the more careful watershed of some of them.

Corresponds to Fig. 2 of Bailey et al. 2023.

The paper found that a threshold on raw, noisy images turns bright noise into specks of active
material, that the filter removes them, and that the watershed suffers less from noise.
""",
)
