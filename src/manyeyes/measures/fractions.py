"""Volume fractions, and differences between segmentations and users."""

import math

import numpy as np

from ..labels import ACTIVE, OUTSIDE, TWO_PHASES, Phases


def volume_fraction(labels: np.ndarray, phase: int = ACTIVE, phases: Phases = TWO_PHASES) -> float:
    """Return the share of one phase among the voxels inside the field of view.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of the phases; 0 outside the field of view.
    phase : int
        The code of the phase; active material by default.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    float
        Between 0 and 1 (Bailey et al. 2023, section 2.6: voxels counted per label).

    Raises
    ------
    ValueError
        If the labels hold no voxel inside, or other codes.
    """
    check_segmentation(labels, phases)
    return float(np.count_nonzero(labels == phase) / np.count_nonzero(labels))


def percent_different(a: np.ndarray, b: np.ndarray, phases: Phases = TWO_PHASES) -> float:
    """Return the percentage of voxels inside that have different phases in two segmentations.

    Parameters
    ----------
    a, b : ndarray of uint8, shape (z, y, x)
        Two segmentations of one image: codes of the phases, 0 outside the field of view.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    float
        Between 0 and 100 (Bailey et al. 2023, section 2.6.2: subtract the stacks, take absolute
        values, add up, divide by the number of voxels).

    Raises
    ------
    ValueError
        If shapes or fields of view differ, or the labels hold no voxel inside or other codes.
    """
    check_segmentation(a, phases)
    check_segmentation(b, phases)
    if a.shape != b.shape:
        raise ValueError(
            f"two segmentations of one image must have one shape, found {a.shape} and {b.shape}"
        )
    check_same_view(a, b)
    return float(100.0 * np.count_nonzero(a != b) / np.count_nonzero(a))


def sample_sd(values) -> float:
    """Return the sample standard deviation, with n - 1 in the denominator.

    Parameters
    ----------
    values : sequence of float
        One value per user.

    Returns
    -------
    float
        Equation 1 of Bailey et al. 2023; NaN for a single value.

    Raises
    ------
    ValueError
        If there is no value.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size == 0:
        raise ValueError("a standard deviation needs the values of at least one user, found none")
    return float(np.std(values, ddof=1)) if values.size > 1 else math.nan


def check_segmentation(labels: np.ndarray, phases: Phases = TWO_PHASES) -> None:
    """Raise ValueError unless voxels have codes of the phases, or 0 outside the field of view."""
    phases.check(labels)


def check_same_view(a: np.ndarray, b: np.ndarray) -> None:
    """Raise ValueError unless two segmentations of one shape have one field of view."""
    if min(a.min(), b.min()) > OUTSIDE:
        return
    if not np.array_equal(a == OUTSIDE, b == OUTSIDE):
        raise ValueError(
            "two segmentations of one image must have one field of view, found "
            f"{np.count_nonzero(a)} and {np.count_nonzero(b)} voxels inside, or not the same ones; "
            "segment both with the same mask"
        )
