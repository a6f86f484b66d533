"""Volumes that stay on disk: memory-mapped TIFFs and Zarr arrays, read and written in parts."""

from pathlib import Path

import numpy as np
import tifffile
import zarr

from study_files import FileError

SUFFIXES = (".tif", ".tiff", ".zarr")
CHUNK = (64, 256, 256)
LARGEST_TIFF = 2**32 - 2**25


def kind_of(path) -> str:
    """Return ``tiff`` or ``zarr``, or say which suffixes are known."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
    return "zarr" if suffix == ".zarr" else "tiff"


def open_volume(path):
    """Open a volume (z, y, x) on disk for reading, without reading it.

    Parameters
    ----------
    path : path-like
        A TIFF whose pages lie uncompressed one after the other, or the folder of a Zarr array.

    Returns
    -------
    numpy.memmap or zarr.Array
    """
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a TIFF stack or a Zarr array")
    if kind_of(path) == "tiff":
        try:
            volume = tifffile.memmap(path, mode="r")
        except Exception as error:
            raise FileError(
                f"{path}: this TIFF cannot be mapped into memory ({error}); save it uncompressed, "
                "all slices in one file, or convert it to Zarr"
            ) from error
    else:
        try:
            volume = zarr.open_array(path, mode="r")
        except Exception as error:
            raise FileError(
                f"{path}: expected a Zarr array, and not a group of them ({error})"
            ) from error
    if volume.ndim != 3:
        raise FileError(f"{path}: expected a volume (z, y, x), found shape {tuple(volume.shape)}")
    return volume


def create_labels(
    path, shape: tuple[int, int, int], kind: str, made_by: str = "manyeyes", info: str = ""
):
    """Make an empty volume of labels (uint8) on disk; its parts can be written in any order.

    Parameters
    ----------
    path : path-like
    shape : tuple of int
    kind : str
        ``tiff`` or ``zarr``.
    made_by : str
        The program: the TIFF's Software tag, the Zarr array's attribute ``made_by``.
    info : str
        How it is made; ImageJ shows it under Image > Show Info.
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
    chunks = tuple(min(a, b) for a, b in zip(CHUNK, shape, strict=True))
    attributes = {"made_by": made_by, "info": info}
    return zarr.create_array(path, shape=shape, dtype="uint8", chunks=chunks, attributes=attributes)


def reopen_labels(path, kind: str):
    """Open labels that were begun, to go on with them."""
    return tifffile.memmap(path, mode="r+") if kind == "tiff" else zarr.open_array(path, mode="r+")


def flush(labels) -> None:
    """Hand what was written to the system, so that a killed process loses nothing of it."""
    if isinstance(labels, np.memmap):
        labels.flush()
