"""Scans: projections with their whites, darks and angles, one module per file format.

A module of this package contains one ``FORMAT = ScanFormat(...)`` and is found by the suffix of a
file. Import the library of a format inside the functions.
"""

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from ..errors import FileError, naming_file


class ScanFile(Protocol):
    """An open scan, of which only the wanted rows of the detector are read.

    Attributes
    ----------
    shape : tuple of int
        Projections, rows, columns.
    angles_deg : numpy.ndarray
        float64 (projections,), degrees.
    pixel_nm : float or None
        Edge of a pixel in the sample; None if the file does not tell it.
    energy_kev : float or None
        Photon energy.
    """

    shape: tuple[int, int, int]
    angles_deg: np.ndarray
    pixel_nm: float | None
    energy_kev: float | None

    def counts(self, first: int, end: int) -> np.ndarray:
        """Return rows of all projections, (projections, rows, columns), in the file's dtype."""

    def whites(self, first: int, end: int) -> np.ndarray:
        """Return rows of the images of the open beam, (frames, rows, columns)."""

    def darks(self, first: int, end: int) -> np.ndarray | None:
        """Return rows of the images without beam; None if the counts contain no offset."""


@dataclass(frozen=True)
class ScanFormat:
    """How scans are read from one file format.

    Attributes
    ----------
    name : str
        For messages, with its article.
    suffixes : tuple of str
        In lower case, with the dot.
    opened : callable
        path -> context manager that gives a `ScanFile`. Errors become a `FileError` that names
        the file.
    """

    name: str
    suffixes: tuple[str, ...]
    opened: Callable[[Path], object]


@cache
def scan_formats() -> dict[str, ScanFormat]:
    """Return all formats by the names of their modules, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").FORMAT for name in names}


def scan_module_file(path) -> Path:
    """Return the file of the module that reads a path, for the digest of a job's code.

    Raises
    ------
    FileError
        If no format has the path's suffix.
    """
    return Path(__path__[0]) / f"{_module_name(Path(path))}.py"


@contextmanager
def open_scan(path) -> Iterator[ScanFile]:
    """Open a user's scan.

    Parameters
    ----------
    path : path-like
        DXchange HDF5 (``.h5``, ``.hdf5``, ``.hdf``) or Zeiss (``.txrm``).

    Yields
    ------
    ScanFile

    Raises
    ------
    FileError
        If the file is absent, damaged, of another format, or lacks what a reconstruction needs;
        also while it is read within the context.
    """
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a scan, such as DXchange HDF5")
    if not path.is_file():
        raise FileError(f"{path}: this is no file; name the scan's file itself")
    format_ = scan_formats()[_module_name(path)]
    with naming_file(path, format_.name), format_.opened(path) as scan:
        yield scan


def _module_name(path: Path) -> str:
    for name, format_ in scan_formats().items():
        if path.suffix.lower() in format_.suffixes:
            return name
    known = ", ".join(suffix for format_ in scan_formats().values() for suffix in format_.suffixes)
    raise FileError(
        f"{path}: projections are read from files with the suffixes {known}; convert the scan to "
        "DXchange HDF5"
    )


def check_rows(path: Path, first: int, end: int, rows: int) -> None:
    """Raise FileError unless rows are within the detector."""
    if not 0 <= first < end <= rows:
        raise FileError(
            f"{path}: rows {first} to {end} were asked for, but the detector has {rows}; choose "
            "rows within it"
        )


def check_kind(path: Path, what: str, dtype: object) -> None:
    """Raise FileError unless values are integers or real numbers."""
    if np.dtype(dtype).kind not in "uif":
        raise FileError(
            f"{path}: expected integer or real values in {what}, found {np.dtype(dtype)}; export "
            "the scan again"
        )


def check_finite_rows(path: Path, what: str, values: np.ndarray) -> np.ndarray:
    """Return values, or raise FileError if one of them is not a finite number."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        frame, row, column = (int(place[0]) for place in np.nonzero(~np.isfinite(values)))
        bad = int(np.count_nonzero(~np.isfinite(values)))
        raise FileError(
            f"{path}: {bad} of {values.size} values read from {what} are not finite, the first in "
            f"frame {frame}, row {row} of those read, column {column}; export the scan again, or "
            "leave these frames out"
        )
    return values
