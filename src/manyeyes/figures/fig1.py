"""Fig. 1: what three users make of one slice, and where they differ."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure as Drawing

from ..paper import names as paper
from ..study.comparisons import shared_cells
from . import panels, words
from .choosing import USUAL_COVERAGE, by_coverage, by_enough_users, other_than_in_house, raw_filter
from .figure import SLICES, Figure, Needs


def draw(
    slices: Mapping[tuple[str, str, str, str], np.ndarray],
    origins: Mapping[str, str],
    voxel_sizes_nm: Mapping[str, float],
) -> Drawing:
    """Return each user's central slice and the differences of each two of them.

    Parameters
    ----------
    slices : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (y, x)
        Labels of two or three users for each dataset, in order.
    origins : mapping of dataset to origin
        The datasets to show, in order.
    voxel_sizes_nm : mapping of dataset to float

    Returns
    -------
    Drawing
        Two rows of panels for each dataset.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    rows = []
    for dataset in origins:
        cells = [cell for cell in slices if cell[0] == dataset]
        rows += _rows(cells, slices, voxel_sizes_nm[dataset])
    shown = sorted({f"{c[2]}, {words.filter_name(c[1])} image" for c in slices})
    return panels.draw_grid(
        rows,
        f"Central slices; {'; '.join(shown)}. Light: active material, dark: pore and "
        "carbon-binder domain, red: the two users differ.",
        words.origin_sentence(origins),
    )


def _rows(cells: Sequence[tuple], slices: Mapping, voxel_size_nm: float) -> list[list]:
    users = [
        panels.labels(slices[cell], f"{cell[0]}, user {cell[3]}", voxel_size_nm) for cell in cells
    ]
    differences = [
        panels.difference(
            slices[a],
            slices[b],
            f"{a[3]} - {b[3]}: {100 * np.mean(slices[a] != slices[b]):.1f} % of the slice",
            voxel_size_nm,
        )
        for a, b in combinations(cells, 2)
    ]
    return [users, differences]


def _needs(study) -> Needs:
    filter_ = raw_filter(study)
    drawn = sorted(
        by_coverage(study),
        key=lambda name: abs(study.variants[name]["coverage_percent"] - USUAL_COVERAGE),
    )
    shared = {cell.variant for cell in shared_cells(study) if cell.filter == filter_}
    variant = next((v for v in [*drawn, *study.variants] if v in shared), None)
    groups = by_enough_users(study, [variant], 2, [filter_])
    names = [d for d, *_ in groups]
    open_ones = other_than_in_house(names)
    preferred = [name for name in open_ones if name == paper.FIG1_OPEN] or open_ones[:1]
    of_both = (*preferred, *paper.in_house(names)[:1])
    chosen = of_both if paper.of_paper(names) else tuple(open_ones[:2])
    cells = [cell for d in chosen for cell in groups[d, filter_, variant][:3]]
    return Needs(chosen, cells=tuple(cells))


FIGURE = Figure(
    title="One slice, user by user: segmentations and differences",
    category=SLICES,
    order=1,
    requires="an image that two users segment with one variant",
    needs=_needs,
    draw=lambda data: draw(data.labels, data.origins, data.voxel_sizes_nm),
    caption="""
Central slices of a raw image as each user segmented it, and where each two users differ. The
variant is the drawn seeds whose coverage is nearest to 25 %, or another one where nobody draws.

Corresponds to Fig. 1 of Bailey et al. 2023, which does not name its datasets; NMC-2 and NEX-V are
taken since its scale bars fit their width.

The paper shows these slices as examples of its image subtraction: users mostly disagree along the
outlines of particles.
""",
)
