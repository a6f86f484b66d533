"""Projections between the steps of a reconstruction: NumPy files, read and written in parts.

They are stored by rows of the detector, float32 (rows, angles, columns), so that a slab of rows is
one piece of the file. Functions take and return (angles, rows, columns) as the steps do.
"""

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .errors import RUN_AGAIN, FileError


def write_slabs(path, shape: tuple[int, int, int], slabs: Iterable[np.ndarray]) -> None:
    """Write projections slab by slab.

    Parameters
    ----------
    path : path-like
    shape : tuple of int
        Angles, rows, columns of the whole.
    slabs : iterable of numpy.ndarray
        float32 (angles, rows, columns), from the first row to the last.

    Raises
    ------
    ValueError
        If slabs do not make up the whole.
    """
    angles, rows, columns = shape
    header = {"descr": "<f4", "fortran_order": False, "shape": (rows, angles, columns)}
    written = 0
    with Path(path).open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for slab in slabs:
            if slab.shape != (angles, slab.shape[1], columns):
                raise ValueError(f"a slab of shape {slab.shape} is no part of {shape}")
            for row in range(slab.shape[1]):
                file.write(np.ascontiguousarray(slab[:, row], dtype="<f4"))
            written += slab.shape[1]
    if written != rows:
        raise ValueError(f"{written} rows were written, expected {rows}")


def write_angles(
    path, shape: tuple[int, int, int], parts: Iterable[tuple[int, np.ndarray]]
) -> None:
    """Write projections some angles at a time.

    Parameters
    ----------
    path : path-like
    shape : tuple of int
        Angles, rows, columns of the whole.
    parts : iterable of (int, numpy.ndarray)
        First angle, and float32 (angles, rows, columns).
    """
    angles, rows, columns = shape
    stored = (rows, angles, columns)
    np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=stored).flush()
    for first, part in parts:
        # Mapped anew each time: what a mapping has touched counts as memory until it is closed.
        mapped = np.lib.format.open_memmap(path, mode="r+")
        mapped[:, first : first + len(part)] = np.moveaxis(part, 0, 1)
        mapped.flush()
        del mapped


def stored_shape(path) -> tuple[int, int, int]:
    """Return angles, rows and columns of a file.

    Raises
    ------
    FileError
    """
    rows, angles, columns = _mapped(path).shape
    return angles, rows, columns


def read_rows(path, first: int, end: int) -> np.ndarray:
    """Return rows of all projections, float32 (angles, rows, columns).

    Raises
    ------
    FileError
        If the file is damaged or has not these rows.
    """
    mapped = _mapped(path)
    if not 0 <= first < end <= len(mapped):
        raise FileError(f"{path}: rows {first} to {end} of {len(mapped)}; {RUN_AGAIN}")
    return np.array(np.moveaxis(mapped[first:end], 0, 1), dtype=np.float32, order="C")


def read_angles(path, first: int, end: int) -> np.ndarray:
    """Return whole projections, float32 (angles, rows, columns); see `read_rows`."""
    mapped = _mapped(path)
    if not 0 <= first < end <= mapped.shape[1]:
        raise FileError(f"{path}: angles {first} to {end} of {mapped.shape[1]}; {RUN_AGAIN}")
    return np.array(np.moveaxis(mapped[:, first:end], 0, 1), dtype=np.float32, order="C")


def _mapped(path) -> np.ndarray:
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, struct.error) as error:
        raise FileError(f"{path}: the projections cannot be read ({error}); {RUN_AGAIN}") from error
    if mapped.ndim != 3 or mapped.dtype != np.dtype("<f4"):
        raise FileError(
            f"{path}: expected float32 (rows, angles, columns), found {mapped.dtype} of shape "
            f"{mapped.shape}; {RUN_AGAIN}"
        )
    return mapped
