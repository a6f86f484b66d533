"""Segmentations compared with the known truth of a twin."""

from dataclasses import dataclass

import numpy as np

from ..labels import CBD, OUTSIDE, TWO_PHASES, Phases, truth_active
from .fractions import check_segmentation


@dataclass(frozen=True)
class Accuracy:
    """One segmentation compared with the truth.

    Attributes
    ----------
    bias : float
        Volume fraction of the segmentation minus that of the truth, both of the field of view; a
        fraction, -1 to 1.
    dice : float
        Overlap of the two active phases, 2 |A and B| / (|A| + |B|), 0 to 1 (Dice 1945,
        doi:10.2307/1932409); 1 when neither has an active voxel.
    voxel_error : float
        Share of the voxels inside where only one of the two is active, 0 to 1.
    """

    bias: float
    dice: float
    voxel_error: float


def truth_fraction(truth: np.ndarray, *, filled: bool) -> float:
    """Return the truth's volume fraction, 0 to 1; see `truth_active` for the parameters."""
    return float(np.count_nonzero(truth_active(truth, filled=filled)) / np.count_nonzero(truth))


def cbd_called_active(
    labels: np.ndarray, truth: np.ndarray, phases: Phases = TWO_PHASES
) -> tuple[float, float]:
    """Return how much carbon-binder domain the truth has, and how much a segmentation calls active.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of the phases, 0 outside the field of view.
    truth : ndarray of uint8, shape (z, y, x)
        Codes as in `truth_active`.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    tuple of float
        Shares of the voxels inside, 0 to 1: of true carbon-binder domain, and of those of it that
        are labelled active material. The second is what this domain alone adds to the volume
        fraction.
    """
    voxels = np.count_nonzero(labels)
    domain = (truth == CBD) & (labels != OUTSIDE)
    called = domain & (labels == phases["active"].code)
    return float(np.count_nonzero(domain) / voxels), float(np.count_nonzero(called) / voxels)


def accuracy(
    labels: np.ndarray, truth: np.ndarray, *, filled: bool = False, phases: Phases = TWO_PHASES
) -> Accuracy:
    """Return bias, Dice and voxel error of a segmentation.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of the phases, 0 outside the field of view; only active material is compared.
    truth : ndarray of uint8, shape (z, y, x)
        Codes as in `truth_active`.
    filled : bool, default False
        Whether internal pores of the truth count as active material.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If the shapes differ or either array has unknown codes.
    """
    check_segmentation(labels, phases)
    if labels.shape != truth.shape:
        raise ValueError(
            f"the segmentation has shape {labels.shape}, its truth {truth.shape}; "
            "both must be of the same crop"
        )
    voxels = np.count_nonzero(labels)
    expected = truth_active(truth, filled=filled) & (labels != OUTSIDE)
    found = labels == phases["active"].code
    n_expected = np.count_nonzero(expected)
    n_found = np.count_nonzero(found)
    n_both = np.count_nonzero(expected & found)
    n_active = n_expected + n_found
    return Accuracy(
        bias=float((n_found - n_expected) / voxels),
        dice=float(2 * n_both / n_active) if n_active else 1.0,
        voxel_error=float((n_active - 2 * n_both) / voxels),
    )
