"""Fig. 2: raw and filtered slices of the open-source data and two segmentations of some."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
from matplotlib.figure import Figure

from . import panels, words

VARIANTS = ("S2", "cWS")


def draw(
    images: Mapping[tuple[str, str], np.ndarray],
    segmentations: Mapping[tuple[str, str, str, str], np.ndarray],
    origins: Mapping[str, str],
    voxel_sizes_nm: Mapping[str, float],
) -> Figure:
    """Return images by filter, and one user's S2 and cWS below them.

    Parameters
    ----------
    images : mapping of (dataset, filter) to ndarray of uint8, shape (y, x)
        Central slices in grey levels.
    segmentations : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (y, x)
        Central slices in labels, of one user.
    origins : mapping of dataset to origin
        The datasets to show, in order.
    voxel_sizes_nm : mapping of dataset to float

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    filters = list(dict.fromkeys(filter_ for _, filter_ in images))
    by_filter = [
        [
            panels.grey(images[d, f], f"{d}, {words.filter_name(f)}", voxel_sizes_nm[d])
            for d in origins
            if (d, f) in images
        ]
        for f in filters
    ]
    # One dataset: its filters side by side, as its segmentations are.
    rows = [list(chain(*by_filter))] if len(origins) == 1 else by_filter
    rows += [
        [
            panels.labels(labels, f"{d}, {words.filter_name(f)}, {v}", voxel_sizes_nm[d])
            for (d, f, v, _), labels in segmentations.items()
            if v == variant
        ]
        for variant in VARIANTS
    ]
    users = ", ".join(dict.fromkeys(user for *_, user in segmentations))
    return panels.draw_grid(
        rows,
        f"Central slices; segmentations of user {users}. Light: active material, dark: pore and "
        "carbon-binder domain.",
        words.origin_sentence(origins),
    )
