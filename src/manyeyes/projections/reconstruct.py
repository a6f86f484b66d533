"""Filtered back-projection of a scan with a parallel beam, slice by slice."""

from collections.abc import Callable, Iterator

import numpy as np

from ..devices import check_device
from .beams import LANES, back_project, out_of_groups
from .filtering import ramp_filtered
from .geometry import angular_weights, check_angles


def reconstruct(
    attenuation: np.ndarray,
    angles_deg: np.ndarray,
    centre: float | np.ndarray,
    *,
    window: str = "hann",
    size: int | None = None,
    field: tuple[int, int, int, int] | None = None,
    extend: bool = True,
    device: str = "cpu",
) -> np.ndarray:
    """Reconstruct slices by filtered back-projection.

    Parameters
    ----------
    attenuation : numpy.ndarray
        float32 (angles, rows, columns), minus the logarithm of the transmission.
    angles_deg : numpy.ndarray
        (angles,), degrees; over a half turn or a whole number of them, evenly spaced or not.
    centre : float or numpy.ndarray
        Column of the axis of rotation; or one for each projection, if it drifts.
    window : str
        One of `manyeyes.projections.filtering.WINDOWS`.
    size : int, optional
        Rows and columns of the whole slice, the axis at its middle; the detector's columns unless
        given.
    field : tuple of int, optional
        First and end row, first and end column of the part of the slice that is wanted.
    extend : bool
        Whether the sample reaches beyond the detector, see
        `manyeyes.projections.filtering.ramp_filtered`.
    device : {"cpu", "gpu"}
        Where beams are projected back; see `manyeyes.projections.gpu_beams`. Values of the two
        differ by a millionth of the largest.

    Returns
    -------
    numpy.ndarray
        float32 (rows, y, x), attenuation per pixel: divide by the pixel's edge for a coefficient.
        A slice's values depend on neither the number of threads nor the other rows.

    Raises
    ------
    ValueError
        If shapes, angles, the centre, the field or the window do not fit, or the device is missing.
    """
    check_device(device)
    projections, rows, columns = _shape(attenuation)
    angles = check_angles(angles_deg, projections)
    centres = _centres(centre, projections, columns)
    size = columns if size is None else size
    first_y, end_y, first_x, end_x = check_field(field, size)
    turned = np.deg2rad(angles)
    directions = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    weights = angular_weights(angles).astype(np.float32)[:, None]
    corner = (first_y - (size - 1) / 2, first_x - (size - 1) / 2)
    out = np.empty((rows, end_y - first_y, end_x - first_x), dtype=np.float32)
    for first in range(0, rows, LANES):
        count = min(LANES, rows - first)
        filtered = np.zeros((projections, columns, LANES), dtype=np.float32)
        for lane in range(count):
            sinogram = np.ascontiguousarray(attenuation[:, first + lane], dtype=np.float32)
            filtered[:, :, lane] = weights * ramp_filtered(sinogram, window, extend)
        if device == "gpu":
            from . import gpu_beams

            group = gpu_beams.back_project(filtered, directions, centres, corner, out.shape[1:])
        else:
            group = np.zeros((*out.shape[1:], LANES), dtype=np.float32)
            back_project(filtered, directions, centres, corner, group)
        out[first : first + count] = out_of_groups(group[None], count)
    return out


def slabs(first: int, end: int, height: int) -> list[tuple[int, int]]:
    """Return the first and end row of slabs that cover rows, the last one maybe thinner.

    Raises
    ------
    ValueError
        If there are no rows, or the height is not positive.
    """
    if not 0 <= first < end or height < 1:
        raise ValueError(
            f"expected rows from 0 on and a height of 1 at least, found rows {first} "
            f"to {end} and a height of {height}"
        )
    return [(row, min(row + height, end)) for row in range(first, end, height)]


def reconstruct_slabs(
    read: Callable[[int, int], np.ndarray],
    rows: tuple[int, int],
    angles_deg: np.ndarray,
    centre: float | np.ndarray,
    *,
    height: int = LANES,
    progress: Callable[[int, int], None] | None = None,
    **settings: object,
) -> Iterator[tuple[int, np.ndarray]]:
    """Reconstruct a scan that does not fit into memory, slab by slab.

    Parameters
    ----------
    read : callable
        (first, end) -> attenuation (angles, rows, columns) of these rows of the detector.
    rows : tuple of int
        First and end row that are wanted.
    angles_deg, centre
        See `reconstruct`.
    height : int
        Rows of a slab; multiples of 16 are fastest.
    progress : callable, optional
        Called with the slices that are done, and their number in all.
    **settings
        The other parameters of `reconstruct`.

    Yields
    ------
    first : int
        The slab's first row on the detector.
    slices : numpy.ndarray
        float32 (rows, y, x).
    """
    parts = slabs(*rows, height)
    for first, end in parts:
        yield first, reconstruct(read(first, end), angles_deg, centre, **settings)
        if progress is not None:
            progress(end - rows[0], rows[1] - rows[0])


def check_field(field: tuple[int, int, int, int] | None, size: int) -> tuple[int, int, int, int]:
    """Return the part of a slice that is wanted: first and end row, first and end column.

    Raises
    ------
    ValueError
        If it is empty or outside the slice.
    """
    if field is None:
        return 0, size, 0, size
    first_y, end_y, first_x, end_x = (int(edge) for edge in field)
    if not (0 <= first_y < end_y <= size and 0 <= first_x < end_x <= size):
        raise ValueError(
            f"field must be first and end row, first and end column within a slice of {size} x "
            f"{size} pixels, found {tuple(field)}"
        )
    return first_y, end_y, first_x, end_x


def _shape(attenuation: np.ndarray) -> tuple[int, int, int]:
    if np.ndim(attenuation) != 3 or 0 in np.shape(attenuation):
        raise ValueError(
            f"expected projections (angles, rows, columns), found shape {np.shape(attenuation)}"
        )
    return np.shape(attenuation)


def _centres(centre: float | np.ndarray, projections: int, columns: int) -> np.ndarray:
    """Return the column of the axis in each projection, float64 (angles,)."""
    centres = np.asarray(centre, dtype=np.float64)
    if centres.shape not in ((), (projections,)):
        raise ValueError(
            f"expected one centre, or one for each of the {projections} projections, found shape "
            f"{centres.shape}"
        )
    if not (np.isfinite(centres).all() and (centres >= 0).all() and (centres < columns).all()):
        raise ValueError(
            f"the centre must be a column of the detector, 0 to {columns - 1}, found {centre}"
        )
    return np.ascontiguousarray(np.broadcast_to(centres, projections))
