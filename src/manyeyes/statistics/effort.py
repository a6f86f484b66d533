"""What segmentation costs a user: the number of manually labelled voxels."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

COLUMNS = ["dataset", "filter", "variant", "user", "made_by", "labelled_voxels", "labelled_share"]


def effort_table(
    drawings: Iterable[tuple], voxels: int, voxels_inside: int | None = None
) -> pd.DataFrame:
    """Return how many voxels each user labelled manually.

    Parameters
    ----------
    drawings : iterable of (cell, ndarray of uint8 or None)
        Cells have ``dataset``, ``filter``, ``variant``, ``user`` and ``made_by``. The label volume
        (z, y, x) of what was drawn, 0 unlabelled; None if a user sets grey levels and labels
        nothing manually: thresholds, watershed, and forests whose seeds come from thresholds.
    voxels : int
        Number of voxels of the whole image.
    voxels_inside : int, optional
        Number of voxels of its field of view, if it has a mask.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, labelled_voxels, labelled_share (of the image's
        field of view, 0 to 1).

    Raises
    ------
    ValueError
        If a label volume and the image differ in size.
    """
    rows = []
    for cell, labels in drawings:
        if labels is not None and labels.size != voxels:
            raise ValueError(
                f"the labels of {cell.dataset}/{cell.filter}/{cell.variant}/{cell.user} have "
                f"{labels.size} voxels, the image {voxels}; give labels of the whole crop"
            )
        labelled = 0 if labels is None else int(np.count_nonzero(labels))
        names = (cell.dataset, cell.filter, cell.variant, cell.user, cell.made_by)
        share = labelled / (voxels if voxels_inside is None else voxels_inside)
        rows.append((*names, labelled, share))
    return pd.DataFrame(rows, columns=COLUMNS)
