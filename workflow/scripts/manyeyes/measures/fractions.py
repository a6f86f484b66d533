"""Volume fractions and how far two segmentations, or several users, are apart."""

import math

import numpy as np

ACTIVE = 1
REST = 2


def volume_fraction(labels: np.ndarray) -> float:
    """Return the share of voxels that are active material.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        1 active material, 2 pore and carbon-binder domain.

    Returns
    -------
    float
        Between 0 and 1 (Bailey et al. 2023, section 2.6: voxels counted per label).

    Raises
    ------
    ValueError
        If the labels are empty or hold anything but 1 and 2.
    """
    check_segmentation(labels)
    return float(np.count_nonzero(labels == ACTIVE) / labels.size)


def percent_different(a: np.ndarray, b: np.ndarray) -> float:
    """Return the percentage of voxels to which two segmentations give different phases.

    Parameters
    ----------
    a, b : ndarray of uint8, shape (z, y, x)
        Two segmentations of one image: 1 active material, 2 pore and carbon-binder domain.

    Returns
    -------
    float
        Between 0 and 100 (Bailey et al. 2023, section 2.6.2: subtract the stacks, take absolute
        values, add up, divide by the number of voxels).

    Raises
    ------
    ValueError
        If the shapes differ, or the labels are empty or hold anything but 1 and 2.
    """
    check_segmentation(a)
    check_segmentation(b)
    if a.shape != b.shape:
        raise ValueError(
            f"two segmentations of one image must have one shape, found {a.shape} and {b.shape}"
        )
    return float(100.0 * np.count_nonzero(a != b) / a.size)


def sample_sd(values) -> float:
    """Return the sample standard deviation, with n - 1 in the denominator.

    Parameters
    ----------
    values : sequence of float
        One value per user.

    Returns
    -------
    float
        Equation 1 of Bailey et al. 2023; NaN for a single value, whose spread is unknown.

    Raises
    ------
    ValueError
        If there is no value.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size == 0:
        raise ValueError("a standard deviation needs the values of at least one user, found none")
    return float(np.std(values, ddof=1)) if values.size > 1 else math.nan


def check_segmentation(labels: np.ndarray) -> None:
    """Raise ValueError unless every voxel is 1 (active material) or 2 (the rest)."""
    if labels.size == 0:
        raise ValueError("a segmentation needs voxels, found an empty array")
    low, high = labels.min(), labels.max()
    if low < ACTIVE or high > REST:
        raise ValueError(
            "a segmentation holds 1 (active material) and 2 (pore and carbon-binder domain) only, "
            f"found values from {low} to {high}; unlabelled voxels must be segmented first"
        )
