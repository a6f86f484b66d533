"""Place slices as they lie on the face, and crop to what all of them show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from .geometry import SliceGeometry

# Shorter shifts are not interpolated, pixels.
_NEGLIGIBLE_PX = 1e-3


@dataclass(frozen=True)
class Crop:
    """A box on the face that every slice shows.

    Attributes
    ----------
    start : tuple of int
        First slice, row and column; rows and columns on the face are counted from the corner of
        the first slice's field, so they may be negative.
    shape : tuple of int
        Slices, rows, columns.
    """

    start: tuple[int, int, int]
    shape: tuple[int, int, int]


def common_field(field_px: np.ndarray, slice_shape: tuple[int, int], first_row: int = 0) -> Crop:
    """Return the largest box that all slices show.

    Parameters
    ----------
    field_px : numpy.ndarray
        float64 (n, 2): where each slice's field begins on the face, rows and columns: shear and
        drift together.
    slice_shape : (int, int)
        Rows and columns of a slice.
    first_row : int
        Row of the first slice where the electrode begins, below a coat.

    Raises
    ------
    ValueError
        If nothing is common to all.
    """
    low = np.ceil(field_px.max(axis=0)).astype(int)
    low[0] = max(low[0], first_row)
    high = np.floor(field_px.min(axis=0) + np.array(slice_shape)).astype(int)
    shape = high - low
    if (shape < 1).any():
        raise ValueError(
            f"no part of the face is common to all {len(field_px)} slices: their fields spread "
            f"over {np.ptp(field_px[:, 0]):.0f} rows and {np.ptp(field_px[:, 1]):.0f} columns of "
            f"slices of {slice_shape[0]} x {slice_shape[1]}; check tilt, thickness, field_shift_nm "
            "and the alignment, or use fewer slices"
        )
    return Crop((0, int(low[0]), int(low[1])), (len(field_px), int(shape[0]), int(shape[1])))


def centred(
    common: Crop, geometry: SliceGeometry, shape: tuple[int, int, int], voxel_size_nm: float
) -> Crop:
    """Return the central part of the common field that a resampled volume needs.

    Parameters
    ----------
    common : Crop
    geometry : SliceGeometry
    shape : tuple of int
        Voxels (z, y, x) of the volume that will be resampled from the crop.
    voxel_size_nm : float
        Edge of its voxels, nm.

    Raises
    ------
    ValueError
        If the common field is too small for it.
    """
    sizes = geometry.voxel_size_nm
    needed = [
        int(np.ceil(n * voxel_size_nm / size - 1e-9)) for n, size in zip(shape, sizes, strict=True)
    ]
    if any(n > there for n, there in zip(needed, common.shape, strict=True)):
        raise ValueError(
            f"a volume of {list(shape)} voxels of {voxel_size_nm:g} nm needs {needed} slices, rows "
            f"and columns, but {list(common.shape)} are common to all slices; ask for a smaller "
            "volume"
        )
    start = [
        at + (there - n) // 2
        for at, there, n in zip(common.start, common.shape, needed, strict=True)
    ]
    return Crop(tuple(start), tuple(needed))


def place_slices(
    slices: Iterable[np.ndarray], field_px: np.ndarray, crop: Crop
) -> Iterator[np.ndarray]:
    """Yield each slice's part of the crop, moved to its place on the face.

    Shear and drift are corrected by one cubic interpolation, whole pixels by none.

    Parameters
    ----------
    slices : iterable of ndarray, shape (y, x)
        All slices of the stack, from the first.
    field_px : numpy.ndarray
        float64 (n, 2), see `common_field`.
    crop : Crop
        Within the common field.

    Yields
    ------
    ndarray of float32, shape (rows, columns) of the crop

    Raises
    ------
    ValueError
        If there are fewer slices than the crop wants.
    """
    first, last = crop.start[0], crop.start[0] + crop.shape[0]
    done = first
    for k, image in enumerate(slices):
        if not first <= k < last:
            continue
        done += 1
        begin = np.array(crop.start[1:]) - field_px[k]
        whole = np.floor(begin).astype(int)
        rest = begin - whole
        # The spline needs neighbours on all sides; with a few more the border is exact.
        reach = 8
        low = np.maximum(whole - reach, 0)
        high = np.minimum(whole + np.array(crop.shape[1:]) + 1 + reach, image.shape)
        part = image[low[0] : high[0], low[1] : high[1]].astype(np.float32)
        if np.abs(rest).max() > _NEGLIGIBLE_PX:
            part = scipy.ndimage.shift(part, -rest, order=3, mode="mirror")
        inner = whole - low
        yield np.ascontiguousarray(
            part[inner[0] : inner[0] + crop.shape[1], inner[1] : inner[1] + crop.shape[2]]
        )
    if done < last:
        raise ValueError(f"the crop wants slices {first} to {last - 1}, but there are only {done}")
