"""Stacks of slices on disk: voxels that are no cubes, written slice by slice, read from folders."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import tifffile

from rule_script import note
from study_files import FileError, read_volume

_TIFF = {".tif", ".tiff"}


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
    dz, dy, dx = (float(size) for size in voxel_size_nm)
    tifffile.imwrite(
        path,
        data=(np.ascontiguousarray(image, dtype=np.uint8) for image in slices),
        shape=tuple(int(n) for n in shape),
        dtype=np.uint8,
        imagej=True,
        compression="zlib",
        resolution=(1000.0 / dx, 1000.0 / dy),
        metadata={"axes": "ZYX", "spacing": dz / 1000.0, "unit": "um"},
    )


def write_views(path, views: Mapping[str, np.ndarray]) -> None:
    """Write slices of several sizes, by name, into one compressed NPZ file.

    Parameters
    ----------
    path : path-like
    views : mapping of str to ndarray, shape (y, x)
    """
    np.savez_compressed(path, **views)


def read_views(path) -> dict[str, np.ndarray]:
    """Return slices by name that `write_views` wrote."""
    with np.load(path) as views:
        return {name: views[name] for name in views.files}


def read_slices(path) -> tuple[list[np.ndarray], list[int]]:
    """Return a user's slices, from a multi-page TIFF or a folder with one TIFF a slice.

    Parameters
    ----------
    path : path-like
        Files of a folder are taken in the order of their names; the last number in each name is
        the slice's.

    Returns
    -------
    slices : list of ndarray, shape (y, x)
        In the files' own dtype.
    numbers : list of int
        Slice numbers; from 0 for a multi-page TIFF.

    Raises
    ------
    FileError
        If nothing is there, a file cannot be read or is no single grey image, or a name has no
        number.
    """
    path = Path(path)
    if not path.is_dir():
        volume = read_volume(path)
        return list(volume), list(range(len(volume)))
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _TIFF)
    if not files:
        raise FileError(f"{path}: no TIFF files in this folder; expected one for each slice")
    slices, numbers = [], []
    for file in files:
        digits = re.findall(r"\d+", file.stem)
        if not digits:
            raise FileError(f"{file}: expected the slice's number in the file's name")
        try:
            image = tifffile.imread(file)
            # A file without a readable page comes as an empty array, with a mere murmur.
            if image.size == 0:
                raise ValueError("no page in it")
        except Exception as error:
            raise FileError(
                f"{file}: this is not a readable TIFF, it may be truncated ({error}); copy it again"
            ) from error
        if image.ndim != 2:
            raise FileError(f"{file}: expected one grey image (y, x), found shape {image.shape}")
        slices.append(image)
        numbers.append(int(digits[-1]))
    return slices, numbers


def with_progress(snakemake, items: Iterable, total: int, doing: str) -> Iterator:
    """Yield items, and note in the job's log each tenth that is done."""
    told = 0
    for done, item in enumerate(items, start=1):
        yield item
        if done * 10 // total > told:
            told = done * 10 // total
            note(snakemake, f"{doing}: {done} of {total}")
