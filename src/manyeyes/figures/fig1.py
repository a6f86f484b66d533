"""Fig. 1: what three users make of one slice, and where they differ."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

from . import panels, words


def draw(
    slices: Mapping[tuple[str, str, str, str], np.ndarray],
    origins: Mapping[str, str],
    voxel_sizes_nm: Mapping[str, float],
) -> Figure:
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
    Figure
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
