"""The pieces of a phase: which percolate, end blindly or are isolated; Euler number."""

from dataclasses import dataclass

import cc3d
import numpy as np


@dataclass(frozen=True)
class Connectivity:
    """Shares of a phase's voxels along one axis; NaN where the phase is empty.

    A piece is cut by the faces of the volume: what looks blind or isolated may be connected outside
    it. Larger volumes have less of both.

    Attributes
    ----------
    percolating : float
        In pieces that touch both end faces of the axis, 0 to 1.
    dead_end : float
        In pieces that touch one of them.
    isolated : float
        In pieces that touch neither. The three shares add up to 1.
    isolated_at_sides : float
        In those of the isolated pieces that touch a side face, and may continue outside.
    """

    percolating: float
    dead_end: float
    isolated: float
    isolated_at_sides: float


def connectivity(mask: np.ndarray, axis: int) -> Connectivity:
    """Return which shares of a phase are connected to the end faces of an axis.

    Voxels of one piece share faces.

    Parameters
    ----------
    mask : ndarray of bool, shape (z, y, x)
        The phase.
    axis : int
        0, 1 or 2.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        If the mask is not a volume of bool, or there is no such axis.
    """
    check_phase(mask, axis)
    pieces = cc3d.connected_components(np.ascontiguousarray(mask), connectivity=6)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    if not sizes.any():
        return Connectivity(*4 * [float("nan")])
    first, last = (_touching(pieces, axis, end, sizes.size) for end in (0, -1))
    sides = np.zeros(sizes.size, dtype=bool)
    for side in {0, 1, 2} - {axis}:
        for end in (0, -1):
            sides |= _touching(pieces, side, end, sizes.size)
    isolated = ~(first | last)

    def share(chosen: np.ndarray) -> float:
        return float(sizes[chosen].sum() / sizes.sum())

    return Connectivity(
        percolating=share(first & last),
        dead_end=share(first ^ last),
        isolated=share(isolated),
        isolated_at_sides=share(isolated & sides),
    )


def percolating(mask: np.ndarray, axis: int) -> np.ndarray:
    """Return those voxels of a phase whose pieces touch both end faces of an axis.

    Parameters
    ----------
    mask : ndarray of bool, shape (z, y, x)
        The phase.
    axis : int
        0, 1 or 2.

    Returns
    -------
    ndarray of bool, shape (z, y, x)

    Raises
    ------
    ValueError
        If the mask is not a volume of bool, or there is no such axis.
    """
    check_phase(mask, axis)
    pieces, number = cc3d.connected_components(
        np.ascontiguousarray(mask), connectivity=6, return_N=True
    )
    first, last = (_touching(pieces, axis, end, number + 1) for end in (0, -1))
    both = first & last
    both[0] = False
    return both[pieces]


def euler_number(mask: np.ndarray) -> int:
    """Return the Euler number of a phase in a volume: pieces - tunnels + enclosed cavities.

    Voxels of the phase are neighbours if they share a face (6 neighbours); voxels of the rest also
    if they share an edge or a corner (26). The rest surrounds the volume: where a face cuts the
    phase, the phase ends. Divide by the volume to compare volumes of different size. By
    `skimage.measure.euler_number`.

    Parameters
    ----------
    mask : ndarray of bool, shape (z, y, x)
        The phase.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the mask is not a volume of bool.
    """
    from skimage import measure

    check_phase(mask)
    return int(measure.euler_number(mask, connectivity=1))


def check_phase(mask: np.ndarray, axis: int = 0) -> None:
    """Raise ValueError unless a mask is a volume of bool with voxels and has this axis."""
    if mask.dtype != bool or mask.ndim != 3 or mask.size == 0:
        raise ValueError(
            "a phase is given as a volume of bool with axes (z, y, x), "
            f"found {mask.dtype} of shape {mask.shape}"
        )
    if axis not in (0, 1, 2):
        raise ValueError(f"the axis must be 0 (z), 1 (y) or 2 (x), found {axis}")


def _touching(pieces: np.ndarray, axis: int, end: int, number: int) -> np.ndarray:
    """Return which pieces touch one face, bool of shape (number,)."""
    touching = np.zeros(number, dtype=bool)
    touching[pieces.take(end, axis=axis)] = True
    return touching
