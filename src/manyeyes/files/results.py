"""Volumes and images that the study's jobs write and read again."""

import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tifffile

from .errors import RUN_AGAIN, FileError
from .formats.tiff import read_tiff


def read_result(path) -> np.ndarray:
    """Return a volume that a job wrote; one page is a volume of one slice.

    Errors are those of `volumes.read_volume`, but the advice is to run the job again.
    """
    return read_tiff(path, advice=RUN_AGAIN)


def read_mask(paths) -> np.ndarray | None:
    """Return a dataset's field of view, from its rule's input.

    Parameters
    ----------
    paths : sequence of path-like, path-like or None
        The mask that `import_mask` wrote; none if the dataset has no mask.

    Returns
    -------
    ndarray of bool, shape (z, y, x), or None
    """
    if not paths:
        return None
    (path,) = [paths] if isinstance(paths, str | Path) else paths
    return read_result(path) != 0


def write_volume(
    path, volume: np.ndarray, voxel_size_nm: float, made_by: str | None = None
) -> None:
    """Write a volume as a compressed TIFF that ImageJ opens with its voxel size.

    Parameters
    ----------
    path : path-like
    volume : ndarray, shape (z, y, x)
        Labels or grey values, uint8 (or float32 for fields).
    voxel_size_nm : float
        Edge of the cubic voxel in nm; written in um, as ImageJ expects.
    made_by : str, optional
        How it was made; ImageJ shows it under Image > Show Info.
    """
    info = {} if made_by is None else {"Info": made_by}
    tifffile.imwrite(path, np.ascontiguousarray(volume), **_for_imagej((voxel_size_nm,) * 3, info))


def write_stack(
    path,
    slices: Iterable[np.ndarray],
    shape: tuple[int, int, int],
    voxel_size_nm: tuple[float, float, float],
) -> None:
    """Write slices one by one into a compressed TIFF stack that ImageJ opens.

    Parameters
    ----------
    path : path-like
    slices : iterable of ndarray of uint8, shape (y, x)
    shape : tuple of int
        Slices, rows, columns.
    voxel_size_nm : tuple of float
        Edges (z, y, x) of a voxel, nm; written in um.
    """
    tifffile.imwrite(
        path,
        data=(np.ascontiguousarray(image, dtype=np.uint8) for image in slices),
        shape=tuple(int(n) for n in shape),
        dtype=np.uint8,
        **_for_imagej(voxel_size_nm, {}),
    )


def _for_imagej(voxel_size_nm: Sequence[float], info: Mapping[str, str]) -> dict:
    """Return options of `tifffile.imwrite` for a compressed stack with voxel sizes."""
    dz, dy, dx = (float(size) for size in voxel_size_nm)
    return {
        "imagej": True,
        "compression": "zlib",
        "resolution": (1000.0 / dx, 1000.0 / dy),
        "metadata": {"axes": "ZYX", "spacing": dz / 1000.0, "unit": "um", **info},
    }


def write_views(path, views: Mapping[str, np.ndarray]) -> None:
    """Write slices (y, x) of any sizes, by name, into one compressed NPZ file."""
    np.savez_compressed(path, **views)


def read_views(path) -> dict[str, np.ndarray]:
    """Return slices by name that `write_views` wrote.

    Raises
    ------
    FileError
    """
    try:
        with np.load(path) as views:
            return {name: views[name] for name in views.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: the slices cannot be read ({error}); {RUN_AGAIN}") from error
