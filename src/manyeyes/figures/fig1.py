"""Fig. 1: one slice as three users segment it, and where they differ."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure as Drawing

from ..study.comparisons import shared_cells
from . import panels, words
from .choosing import USUAL_COVERAGE, by_coverage, by_enough_users, in_order, raw_filter
from .figure import SLICES, Figure, FigureData, Needs


def draw(data: FigureData) -> Drawing:
    """Return each user's central slice and, below, the differences of each two users."""
    rows = []
    for dataset in data.origins:
        slices = {cell: page for cell, page in data.labels.items() if cell[0] == dataset}
        size = data.voxel_sizes_nm[dataset]
        rows.append(
            [
                panels.labels(page, f"{dataset}, user {user}", size)
                for (*_, user), page in slices.items()
            ]
        )
        rows.append(
            [
                panels.difference(
                    slices[a],
                    slices[b],
                    f"{a[3]} - {b[3]}: {100 * np.mean(slices[a] != slices[b]):.1f} % of the slice",
                    size,
                )
                for a, b in combinations(slices, 2)
            ]
        )
    shown = sorted({f"{c[2]}, {words.filter_name(c[1])} image" for c in data.labels})
    return panels.draw_grid(
        rows,
        f"Central slices; {'; '.join(shown)}. {panels.colours('red: the two users differ')}",
        words.origin_sentence(data.origins),
    )


def _needs(study) -> Needs:
    """Two datasets: one of those shown apart, if there are any, and one or two of the others."""
    filter_ = raw_filter(study)
    drawn = sorted(
        by_coverage(study),
        key=lambda name: abs(study.variants[name]["coverage_percent"] - USUAL_COVERAGE),
    )
    shared = {cell.variant for cell in shared_cells(study) if cell.filter == filter_}
    variant = next((v for v in [*drawn, *study.variants] if v in shared), None)
    groups = by_enough_users(study, [variant], 2, [filter_])
    together, apart = (in_order(study, (d for d, *_ in groups), apart=a) for a in (False, True))
    chosen = (*together[:1], *apart[:1]) if apart else tuple(together[:2])
    cells = [cell for d in chosen for cell in groups[d, filter_, variant][:3]]
    return Needs(chosen, cells=tuple(cells))


FIGURE = Figure(
    title="One slice, user by user: segmentations and differences",
    category=SLICES,
    order=1,
    requires="an image that two users segment with one variant",
    needs=_needs,
    draw=draw,
    caption="""
Central slices of a raw image as each user segmented it, and where each two users differ. The
variant is the drawn seeds whose coverage is closest to 25 %, or another one if nobody draws.

Corresponds to Fig. 1 of Bailey et al. 2023, which does not name its datasets; NMC-2 and NEX-V are
taken since its scale bars fit their width.

The paper shows these slices as examples of its image subtraction: users mostly disagree along the
outlines of particles.
""",
)
