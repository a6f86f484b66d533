"""Fig. 6: raw and filtered slices of the in-house data and two segmentations of each."""

from collections.abc import Mapping

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
    """Return a column for each image: the image, one user's S2 and cWS.

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
    columns = [(d, f) for d in origins for d_, f in images if d_ == d]
    rows = [
        [
            panels.grey(images[d, f], f"{d}, {words.filter_name(f)}", voxel_sizes_nm[d])
            for d, f in columns
        ]
    ]
    for variant in VARIANTS:
        shown = {(d, f): labels for (d, f, v, _), labels in segmentations.items() if v == variant}
        rows.append(
            [
                panels.labels(
                    shown[d, f], f"{d}, {words.filter_name(f)}, {variant}", voxel_sizes_nm[d]
                )
                for d, f in columns
                if (d, f) in shown
            ]
        )
    users = ", ".join(dict.fromkeys(user for *_, user in segmentations))
    return panels.draw_grid(
        rows,
        f"Central slices; segmentations of user {users}. Light: active material, dark: pore and "
        "carbon-binder domain.",
        words.origin_sentence(origins),
    )
