"""Slices of a stack that show the effect of each step of the chain.

They are copies, since a view would keep its whole volume in memory.
"""

from dataclasses import dataclass

import numpy as np

from .crop import Crop


@dataclass(frozen=True)
class Planes:
    """The planes that are shown: a face in the middle of the crop, and a section across slices.

    Attributes
    ----------
    slice : int
        The face's place in the crop.
    column : int
        The section's place in the crop.
    raw_slice : int
        The face's place in the stack as acquired.
    raw_row, raw_column : int
        Row and column of that slice, as acquired, where the crop's corner lies.
    rows : int
        Rows of the crop.
    slices : range
        Slices of the stack that the crop holds.
    """

    slice: int
    column: int
    raw_slice: int
    raw_row: int
    raw_column: int
    rows: int
    slices: range


def central_planes(crop: Crop, field_px: np.ndarray) -> Planes:
    """Return the planes through the middle of a crop.

    Parameters
    ----------
    crop : Crop
    field_px : numpy.ndarray
        float64 (n, 2): where each slice's field begins on the face, rows and columns.
    """
    middle = crop.shape[0] // 2
    corner = np.rint(np.array(crop.start[1:]) - field_px[crop.start[0] + middle]).astype(int)
    return Planes(
        slice=middle,
        column=crop.shape[2] // 2,
        raw_slice=crop.start[0] + middle,
        raw_row=int(corner[0]),
        raw_column=int(corner[1]),
        rows=crop.shape[1],
        slices=range(crop.start[0], crop.start[0] + crop.shape[0]),
    )


def face(volume: np.ndarray, planes: Planes) -> np.ndarray:
    """Return the face of a volume on the crop's grid (z, y, x); (y, x)."""
    return volume[planes.slice].copy()


def section(volume: np.ndarray, planes: Planes) -> np.ndarray:
    """Return the section of a volume on the crop's grid, rows down, slices to the right."""
    return volume[:, :, planes.column].T.copy()


def raw_section(raw: np.ndarray, planes: Planes) -> np.ndarray:
    """Return the section (row, slice) of the stack as acquired, as if nothing had moved."""
    rows = slice(planes.raw_row, planes.raw_row + planes.rows)
    return raw[
        planes.slices.start : planes.slices.stop, rows, planes.raw_column + planes.column
    ].T.copy()


def resampled_section(
    volume: np.ndarray, voxel_size_nm: float, planes: Planes, pixel_size_nm: float
) -> np.ndarray:
    """Return the section of a resampled volume that lies where the others do; (y, z)."""
    x = int((planes.column + 0.5) * pixel_size_nm / voxel_size_nm)
    return volume[:, :, min(x, volume.shape[2] - 1)].T.copy()
