"""The angles and the axis of a scan with a parallel beam.

Projections are (angles, rows, columns); the rows of the detector are the slices of the tomogram,
and the axis of rotation is parallel to its columns' direction. A point at distances x and y from
the axis in a slice (x along its columns, y down its rows) is seen at column
``centre + x cos(angle) - y sin(angle)``. Pixels have their centres at whole numbers.
"""

import numpy as np

# A gap between angles of more than this many mean spacings is a missing wedge. Golden-angle scans
# have gaps of up to 2.7.
_LARGEST_GAP = 5.0


def check_angles(angles_deg: np.ndarray, projections: int) -> np.ndarray:
    """Return the angles of a scan as float64 (angles,), degrees.

    Raises
    ------
    ValueError
        If there is not one finite angle for each projection, or angles are missing.
    """
    angles = np.asarray(angles_deg, dtype=np.float64)
    if angles.shape != (projections,):
        raise ValueError(
            f"expected one angle for each of the {projections} projections, found angles of shape "
            f"{angles.shape}; leave out the projections whose angle is unknown"
        )
    if not np.isfinite(angles).all():
        first = int(np.flatnonzero(~np.isfinite(angles))[0])
        raise ValueError(
            f"angle {first} (counted from 0) is {angles[first]}; leave out that projection"
        )
    if projections < 2 or np.ptp(angles) == 0:
        raise ValueError(f"a scan needs projections at several angles, found {projections}")
    if np.ptp(angles) <= 2 * np.pi + 1e-6 and projections > 20:
        raise ValueError(
            f"the angles range from {angles.min():.6g} to {angles.max():.6g}, so they seem to be "
            "radians; expected degrees"
        )
    half_turn = np.sort(angles % 180.0)
    gaps = np.diff(half_turn, append=half_turn[0] + 180.0)
    if gaps.max() > _LARGEST_GAP * 180.0 / projections:
        place = int(np.argmax(gaps))
        raise ValueError(
            f"the angles cover no half turn: none is between {half_turn[place]:.4g} and "
            f"{half_turn[place] + gaps[place]:.4g} degrees (modulo 180); filtered back-projection "
            "needs all of it"
        )
    return angles


def angular_weights(angles_deg: np.ndarray) -> np.ndarray:
    """Return the share of the half turn that each projection stands for, radians.

    It is half the distance to the next angle on both sides, modulo 180 degrees: projections at 0
    and at 180 degrees, which see the same, share one weight.

    Parameters
    ----------
    angles_deg : numpy.ndarray
        (angles,), degrees, in any order.

    Returns
    -------
    numpy.ndarray
        float64 (angles,); their sum is pi.
    """
    # Rounded, since 180 degrees in single precision may lie just below 180.
    half_turn = np.round(np.asarray(angles_deg, dtype=np.float64) % 180.0, 6) % 180.0
    distinct, which, count = np.unique(half_turn, return_inverse=True, return_counts=True)
    if len(distinct) == 1:
        return np.full(len(half_turn), np.pi / len(half_turn))
    after = np.diff(distinct, append=distinct[0] + 180.0)
    weights = (after + np.roll(after, 1)) / 2
    return np.deg2rad(weights / count)[which]


def seen_radius(columns: int, centre: float) -> float:
    """Return the radius of the circle about the axis that all projections see, pixels."""
    return max(0.0, min(float(centre), columns - 1 - float(centre)))


def seen_by_all(size: int, columns: int, centre: float) -> np.ndarray:
    """Return where a slice about the axis is seen from all angles.

    Parameters
    ----------
    size : int
        Rows and columns of the slice.
    columns : int
        Of the detector.
    centre : float
        Column of the axis.

    Returns
    -------
    numpy.ndarray
        bool (size, size).
    """
    place = np.arange(size) - (size - 1) / 2
    return np.hypot(place[:, None], place) <= seen_radius(columns, centre)
