"""Stacks of slices on disk: voxels that are no cubes, written slice by slice, read from folders."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import tifffile

from ..running.rule_script import note
from .slice_names import slice_numbers
from .study_files import (
    RUN_AGAIN,
    FileError,
    VolumeFacts,
    read_volume,
    volume_facts,
)

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


def read_slices(path) -> tuple[list[np.ndarray], list[int]]:
    """Return a user's slices, from a multi-page TIFF or a folder with one TIFF a slice.

    Parameters
    ----------
    path : path-like
        Files of a folder are taken in the order of their names, those whose names begin with a dot
        are passed over; which number in the names is the slice's, `slice_numbers` tells.

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
    files, numbers = _slice_files(path)
    slices = []
    for file in files:
        image = read_volume(file, single_slice=True)
        if len(image) > 1:
            raise FileError(
                f"{file}: expected one grey image (y, x), found {len(image)} pages in it"
            )
        slices.append(image[0])
    return slices, numbers


def stack_facts(path) -> VolumeFacts:
    """Return what headers say of a user's slices, a multi-page TIFF or a folder.

    Parameters
    ----------
    path : path-like
        As in `read_slices`.

    Returns
    -------
    VolumeFacts
        Shape and type of a folder's first file, times their number.

    Raises
    ------
    FileError
    """
    path = Path(path)
    if not path.is_dir():
        return volume_facts(path)
    files, _ = _slice_files(path)
    first = volume_facts(files[0], single_slice=True)
    return replace(first, shape=(len(files), *first.shape[1:]))


def _slice_files(folder: Path) -> tuple[list[Path], list[int]]:
    """Return the files of a folder of slices and their numbers."""
    # Names that begin with a dot are of the system: macOS puts a ._ file beside each on a stick.
    shown = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    files = [file for file in shown if file.suffix.lower() in _TIFF]
    if not files:
        raise FileError(
            f"{folder}: no TIFF files in this folder{_instead(shown)}; expected one for each slice"
        )
    return files, slice_numbers([file.stem for file in files], folder)


def _instead(files: list[Path]) -> str:
    """Say of what kind the files are, where they are no TIFFs."""
    suffixes = Counter(file.suffix.lower() or "no suffix" for file in files)
    told = ", ".join(f"{count} of {suffix}" for suffix, count in suffixes.most_common(3))
    return f", but {told}" if told else ""


def with_progress(snakemake, items: Iterable, total: int, doing: str) -> Iterator:
    """Yield items, and note in the job's log each tenth that is done."""
    told = 0
    for done, item in enumerate(items, start=1):
        yield item
        if done * 10 // total > told:
            told = done * 10 // total
            note(snakemake, f"{doing}: {done} of {total}")
