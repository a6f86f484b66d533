"""Labels that a person exported or drew, in any format: volumes, and formats that hold only labels.

A module of this package contains one ``LABEL_FORMAT = LabelFormat(...)``. Whatever suffix none of
them has is read as a volume (`manyeyes.files.volumes`). Import the library of a format inside the
functions: all modules are loaded to read any labels.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

from ..errors import FileError, naming_file
from ..formats import formats, module_files
from ..volumes import read_volume, volume_facts


@dataclass(frozen=True)
class Labels:
    """Labels of a file.

    Attributes
    ----------
    labels : ndarray, shape (z, y, x)
        Values as the file has them; 0 where nothing is labelled.
    names : dict of int to str
        What the file calls its values, if it names them.
    remarks : tuple of str
        Sentences for the log: what was found in the file besides labels.
    """

    labels: np.ndarray
    names: dict[int, str]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelFormat:
    """How labels are read from a format that holds no volume of grey values.

    Errors that a function raises become a `FileError` that names the file.

    Attributes
    ----------
    name : str
        For messages, with its article.
    suffixes : tuple of str
        In lower case, with the dot.
    read : callable
        (path, shapes) -> Labels. ``shapes`` are those that the labels may have (z, y, x): of the
        dataset, and of the file that it is cropped from. What is allocated is of one of these.
    check : callable
        path -> None, or an error: whether the file holds labels, as far as is quickly seen.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Sequence[tuple[int, int, int]]], Labels]
    check: Callable[[Path], None]


@cache
def label_formats() -> dict[str, LabelFormat]:
    """Return the formats that hold only labels, by the names of their modules, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").LABEL_FORMAT for name in names}


def label_suffixes() -> tuple[str, ...]:
    """Return the suffixes of all files that labels are read from, in lower case."""
    known = (*formats().values(), *label_formats().values())
    return tuple(dict.fromkeys(suffix for format_ in known for suffix in format_.suffixes))


def _module_of(path: Path) -> str | None:
    name = path.name.lower()
    for module, format_ in label_formats().items():
        if name.endswith(format_.suffixes):
            return module
    return None


def label_module_files(path, settings: Mapping | None = None) -> list[Path]:
    """Return the files of the modules that read a path's labels, for the digest of a job's code."""
    module = _module_of(Path(path))
    return [Path(__path__[0]) / f"{module}.py"] if module else module_files(path, settings)


def read_labels(
    path,
    shape: Sequence[int],
    source_shape: Sequence[int] | None = None,
    settings: Mapping | None = None,
) -> Labels:
    """Return the labels of a person's file.

    Parameters
    ----------
    path : path-like
    shape : sequence of int
        Of the dataset (z, y, x).
    source_shape : sequence of int, optional
        Of the volume that the dataset is cropped from.
    settings : mapping, optional
        What the config says about how a volume is read; see `formats.settings_of`.

    Returns
    -------
    Labels
        Of the shape that the file has, which need not be one of these.

    Raises
    ------
    FileError
        If the file is absent, of another format, damaged, or holds no labels.
    """
    path = Path(path)
    module = _module_of(path)
    if module is None:
        return Labels(read_volume(path, labels=True, settings=settings), {})
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected labels")
    format_ = label_formats()[module]
    shapes = [tuple(shape)] + ([tuple(source_shape)] if source_shape is not None else [])
    with naming_file(path, format_.name):
        return format_.read(path, list(dict.fromkeys(shapes)))


def labels_shape(path, settings: Mapping | None = None) -> tuple[int, int, int] | None:
    """Return the shape (z, y, x) of a person's labels from the header.

    None for labels that lie in any volume; that they are some is checked.

    Raises
    ------
    FileError
        See `read_labels`, as far as the header shows it.
    """
    path = Path(path)
    module = _module_of(path)
    if module is None:
        return volume_facts(path, labels=True, settings=settings).shape
    format_ = label_formats()[module]
    with naming_file(path, format_.name):
        format_.check(path)
    return None
