"""File formats of volumes: one module per format, found automatically.

A module of this package contains one ``FORMAT = Format(...)``. Volumes of a study, the checks
before a run, `manyeyes new-study` and `manyeyes classify` then accept its suffixes. Import the
library of a format inside the functions: all modules are loaded to read any volume.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
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
    assumed : tuple of str
        What was decided in reading that the file does not say by itself: plain sentences without
        the file's name, for the log and the study's record of the dataset.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    voxel_size_nm: tuple[float | None, float | None, float | None] = (None, None, None)
    assumed: tuple[str, ...] = ()


SETTINGS = ("dataset", "raw")
"""Keys of a file's entry in a config that say how it is read; see `Format.settings`."""


def settings_of(entry: Mapping) -> dict:
    """Return the part of a file's entry in a config that says how the file is read."""
    return {key: entry[key] for key in SETTINGS if key in entry}


def _never(path: Path) -> bool:
    return False


def _nothing(path: Path, **settings) -> list[Path]:
    return []


@dataclass(frozen=True)
class Format:
    """How volumes are read from one file format.

    Errors that a function raises become a `FileError` that names the file; raise `FileError`
    itself to say what was found and what to do. Functions get the format's `settings` as keywords
    where the config has them.

    Attributes
    ----------
    name : str
        For messages, with its article: ``a NumPy array``.
    suffixes : tuple of str
        In lower case, with the dot.
    read : callable or None
        (path, labels) -> ndarray (z, y, x) in native byte order. ``labels``: the values are phase
        codes. None if the whole is read by ``map`` or ``part``.
    facts : callable
        (path, labels) -> VolumeFacts, from the header only.
    map : callable or None
        (path, labels) -> array-like (z, y, x) of which any part is read quickly, as often as
        needed; None if the format cannot.
    recognises : callable
        path -> bool, for an existing file or folder whose suffix no format has.
    part : callable or None
        (path, labels, start, stop) -> ndarray, the voxels from `start` to `stop` (z, y, x), for
        formats that can leave out the rest of the file. By default it is taken from ``map``, or
        from the whole.
    settings : tuple of str
        Those of `SETTINGS` that the format takes.
    companions : callable
        path -> list of Path, further files that hold a part of the volume.
    held_whole : bool
        Whether some files of the format are in memory as a whole, unpacked, while a part is read.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, bool], np.ndarray] | None
    facts: Callable[[Path, bool], VolumeFacts]
    map: Callable[[Path, bool], object] | None = None
    recognises: Callable[[Path], bool] = _never
    part: Callable[[Path, bool, Sequence[int], Sequence[int]], np.ndarray] | None = None
    settings: tuple[str, ...] = ()
    companions: Callable[[Path], list[Path]] = _nothing
    held_whole: bool = False


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


def module_name(path, settings: Mapping | None = None) -> str:
    """Return the name of the module that reads a path.

    The layout of raw voxels that `settings` declare comes first, then the suffix, then the content;
    of a folder, its content comes before its name.
    """
    path = Path(path)
    name = path.name.lower()
    if "raw" in (settings or {}):
        return "raw"
    by_name = [
        module
        for module, format_ in formats().items()
        if any(name.endswith(suffix) and name != suffix for suffix in format_.suffixes)
    ]
    # A folder of slices may be called as a file is.
    if path.exists() and (path.is_dir() or not by_name):
        by_name = [m for m, format_ in formats().items() if format_.recognises(path)] or by_name
    return by_name[0] if by_name else DEFAULT


def format_of(path, settings: Mapping | None = None) -> Format:
    """Return the format of a path; see `module_name`."""
    return formats()[module_name(path, settings)]


def module_file(path, settings: Mapping | None = None) -> Path:
    """Return the file of the module that reads a path, for the digest of a job's code."""
    return Path(__path__[0]) / f"{module_name(path, settings)}.py"


def module_files(path, settings: Mapping | None = None) -> list[Path]:
    """Return the files of all modules that read a path: of a folder also that of its slices."""
    format_ = format_of(path, settings)
    files = [module_file(path, settings)]
    if Path(path).is_dir() and format_.companions is not _nothing:
        files += [module_file(slice_) for slice_ in format_.companions(Path(path))[:1]]
    return files
