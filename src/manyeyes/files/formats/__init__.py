"""File formats of volumes: one module per format, found automatically.

A module of this package contains one ``FORMAT = Format(...)``. Volumes of a study, the checks
before a run and `manyeyes classify` then accept its suffixes. Import the library of a format inside
the functions: all modules are loaded to read any volume.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

DEFAULT = "tiff"
"""The module whose format is tried if no other fits."""


@dataclass(frozen=True)
class VolumeFacts:
    """What the header of a file says about its volume.

    Attributes
    ----------
    shape : tuple of int
        Slices, rows, columns.
    dtype : numpy.dtype
        Of the values as `read_volume` returns them.
    voxel_size_nm : tuple of (float or None)
        Edges (z, y, x) of a voxel; None if unknown.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    voxel_size_nm: tuple[float | None, float | None, float | None] = (None, None, None)


def _never(path: Path) -> bool:
    return False


@dataclass(frozen=True)
class Format:
    """How volumes are read from one file format.

    Errors that a function raises become a `FileError` that names the file; raise `FileError`
    itself to say what was found and what to do.

    Attributes
    ----------
    name : str
        For messages, with its article: ``a NumPy array``.
    suffixes : tuple of str
        In lower case, with the dot.
    read : callable or None
        (path, labels) -> ndarray (z, y, x) in native byte order. ``labels``: the values are phase
        codes. None if volumes of this format can only be read in parts, by ``map``.
    facts : callable
        (path, labels) -> VolumeFacts, from the header only.
    map : callable or None
        (path, labels) -> array-like (z, y, x) that is read in parts; None if the format cannot.
    recognises : callable
        path -> bool, for an existing file or folder whose suffix no format has.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, bool], np.ndarray] | None
    facts: Callable[[Path, bool], VolumeFacts]
    map: Callable[[Path, bool], object] | None = None
    recognises: Callable[[Path], bool] = _never


@cache
def formats() -> dict[str, Format]:
    """Return all formats by the names of their modules, sorted.

    Raises
    ------
    ValueError
        If two formats have the same suffix.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = {name: import_module(f"{__name__}.{name}").FORMAT for name in names}
    owners: dict[str, str] = {}
    for name, format_ in found.items():
        for suffix in format_.suffixes:
            if suffix in owners:
                raise ValueError(f"{suffix}: both formats.{owners[suffix]} and {name} read it")
            owners[suffix] = name
    return found


def module_name(path) -> str:
    """Return the name of the module that reads a path: by its suffix, else by its content."""
    path = Path(path)
    for name, format_ in formats().items():
        if path.suffix.lower() in format_.suffixes:
            return name
    for name, format_ in formats().items():
        if path.exists() and format_.recognises(path):
            return name
    return DEFAULT


def format_of(path) -> Format:
    """Return the format of a path; see `module_name`."""
    return formats()[module_name(path)]


def module_file(path) -> Path:
    """Return the file of the module that reads a path, for the digest of a job's code."""
    return Path(__path__[0]) / f"{module_name(path)}.py"
