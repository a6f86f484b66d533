"""Volumes on disk, for `manyeyes classify`: read and written in parts."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tifffile

from .errors import FileError
from .formats.zarr import CHUNK
from .volumes import check_volume, reading

RESULT_SUFFIXES = (".tif", ".tiff", ".zarr")
LARGEST_TIFF = 2**32 - 2**25


def result_kind(path) -> str:
    """Return ``tiff`` or ``zarr`` for the name of a result, or refuse other suffixes."""
    suffix = Path(path).suffix.lower()
    if suffix not in RESULT_SUFFIXES:
        raise FileError(f"{path}: expected a name that ends in {', '.join(RESULT_SUFFIXES)}")
    return "zarr" if suffix == ".zarr" else "tiff"


def open_volume(path, labels: bool = False, settings: Mapping | None = None):
    """Open a volume (z, y, x) on disk for reading, without reading it.

    Parameters
    ----------
    path : path-like
        Of a format that can be read in parts: an uncompressed TIFF, a folder of slices, Zarr, HDF5,
        NumPy, raw voxels or an uncompressed AmiraMesh.
    labels : bool
        Whether the values are phase codes; see `volumes.read_volume`.
    settings : mapping, optional
        How the file is read; see `formats.settings_of`.

    Returns
    -------
    numpy.memmap, or another array that is read in parts, such as `formats.zarr.ZarrVolume`

    Raises
    ------
    FileError
    """
    with reading(path, settings) as (path, format_, known):
        if format_.map is None:
            raise FileError(
                f"{path}: this is {format_.name}, which cannot be read in parts; convert it to an "
                "uncompressed TIFF stack or to Zarr"
            )
        volume = format_.map(path, labels, **known)
    check_volume(path, volume.shape, volume.dtype, single_slice=False)
    return volume


def create_labels(
    path, shape: tuple[int, int, int], kind: str, made_by: str = "manyeyes", info: str = ""
):
    """Create an empty volume of labels (uint8) on disk; its parts can be written in any order.

    Parameters
    ----------
    path : path-like
    shape : tuple of int
    kind : {"tiff", "zarr"}
    made_by : str
        The program: the TIFF's Software tag, the Zarr array's attribute ``made_by``.
    info : str
        How it was made; ImageJ shows it under Image > Show Info.
    """
    if kind == "tiff":
        # ImageJ reads TIFFs of up to 4 GB by itself.
        large = int(np.prod(shape)) > LARGEST_TIFF
        form = {"bigtiff": True} if large else {"imagej": True}
        return tifffile.memmap(
            path,
            shape=shape,
            dtype=np.uint8,
            metadata={"axes": "ZYX", "Info": info},
            software=made_by,
            **form,
        )
    import zarr

    chunks = tuple(min(a, b) for a, b in zip(CHUNK, shape, strict=True))
    attributes = {"made_by": made_by, "info": info}
    return zarr.create_array(path, shape=shape, dtype="uint8", chunks=chunks, attributes=attributes)


def reopen_labels(path, kind: str):
    """Open unfinished labels to resume them."""
    if kind == "tiff":
        return tifffile.memmap(path, mode="r+")
    import zarr

    return zarr.open_array(path, mode="r+")


def flush(labels) -> None:
    """Pass what was written to the system, so that a killed process does not lose it."""
    if isinstance(labels, np.memmap):
        labels.flush()
