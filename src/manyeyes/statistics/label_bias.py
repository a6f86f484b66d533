"""How far the labels that people draw are from the truth below them."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..labels import UNLABELLED, Phases, truth_in_phases

COLUMNS = [
    "dataset",
    "filter",
    "variant",
    "user",
    "made_by",
    "labelled_voxels",
    "active_share",
    "true_active_share",
    "bias",
    "wrong_share",
]


def label_bias_table(drawings: Iterable[tuple], truth: np.ndarray, phases: Phases) -> pd.DataFrame:
    """Return how the labels of each drawing differ from the truth of the same voxels.

    Parameters
    ----------
    drawings : iterable of (cell, ndarray of uint8, shape (z, y, x))
        Cells have ``dataset``, ``filter``, ``variant``, ``user`` and ``made_by``; 0 is unlabelled.
    truth : ndarray of uint8, shape (z, y, x)
        Codes of `manyeyes.labels.TRUTH_PHASES`. Pores inside particles count as pore, as they are.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, labelled_voxels, active_share (of the labels, 0 to
        1), true_active_share (of the same voxels), bias (the first less the second) and wrong_share
        (labels whose voxel is another phase). Shares are NaN where nothing is labelled.

    Raises
    ------
    ValueError
        If a drawing and the truth differ in shape.
    """
    true = truth_in_phases(truth, phases)
    active = phases["active"].code
    rows = []
    for cell, labels in drawings:
        if labels.shape != true.shape:
            raise ValueError(
                f"the labels of {cell.dataset}/{cell.filter}/{cell.variant}/{cell.user} have the "
                f"shape {labels.shape}, the truth {true.shape}; both must be of the same crop"
            )
        drawn = labels != UNLABELLED
        count = int(np.count_nonzero(drawn))
        found, wanted = labels[drawn], true[drawn]
        shares = (
            [np.count_nonzero(values == active) / count for values in (found, wanted)]
            if (count)
            else [np.nan, np.nan]
        )
        wrong = np.count_nonzero(found != wanted) / count if count else np.nan
        names = (cell.dataset, cell.filter, cell.variant, cell.user, cell.made_by)
        rows.append((*names, count, *shares, shares[0] - shares[1], wrong))
    return pd.DataFrame(rows, columns=COLUMNS)
