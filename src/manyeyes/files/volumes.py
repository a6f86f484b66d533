"""Volumes that users name, in any format: the whole, a part, or their headers only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .errors import FileError, naming_file
from .formats import Format, VolumeFacts, format_of

_KEYS = {
    "dataset": "dataset names an array within a file",
    "raw": "raw describes voxels without a header",
}


def read_volume(
    path, labels: bool = False, single_slice: bool = False, settings: Mapping | None = None
) -> np.ndarray:
    """Return the grey values or labels of a user's file.

    Parameters
    ----------
    path : path-like
        Of any format in `manyeyes.files.formats`.
    labels : bool
        Whether the values are phase codes, which are returned as stored: indices of a palette,
        1-bit values as 0 and 1, no inversion where zero is white.
    single_slice : bool
        Whether one image is a volume of one slice, and not an error.
    settings : mapping, optional
        What the config says about how the file is read; see `formats.settings_of`.

    Returns
    -------
    ndarray, shape (z, y, x)
        In the file's own dtype.

    Raises
    ------
    FileError
        If the file is absent, of another format, damaged, or not one volume of numbers.
    """
    with reading(path, settings) as (path, format_, known):
        if format_.read is not None:
            volume = format_.read(path, labels, **known)
        else:
            shape = format_.facts(path, labels, **known).shape
            volume = _part(path, format_, labels, (0, 0, 0), shape, known)
    check_volume(path, volume.shape, volume.dtype, single_slice)
    return volume


def read_part(
    path,
    start: Sequence[int],
    stop: Sequence[int],
    labels: bool = False,
    settings: Mapping | None = None,
) -> np.ndarray:
    """Return a part of a user's volume; where the format allows, the rest is not read.

    Parameters
    ----------
    path : path-like
    start, stop : sequence of int
        First voxel along z, y, x, and the one behind the last.
    labels, settings
        As in `read_volume`.

    Returns
    -------
    ndarray, shape (z, y, x)

    Raises
    ------
    FileError
        As `read_volume`, and if the part does not lie within the volume.
    """
    facts = volume_facts(path, labels, single_slice=True, settings=settings)
    if not all(
        0 <= first < last <= size
        for first, last, size in zip(start, stop, facts.shape, strict=True)
    ):
        raise FileError(
            f"{path}: the part from {list(start)} to {list(stop)} (z, y, x) does not lie within "
            f"the volume of {list(facts.shape)} voxels"
        )
    with reading(path, settings) as (path, format_, known):
        part = _part(path, format_, labels, start, stop, known)
    expected = tuple(last - first for first, last in zip(start, stop, strict=True))
    if part.shape != expected:
        raise FileError(
            f"{path}: expected {expected} voxels from {list(start)} on, found {part.shape}; the "
            "file may be damaged, copy it again"
        )
    return part


def volume_facts(
    path, labels: bool = False, single_slice: bool = False, settings: Mapping | None = None
) -> VolumeFacts:
    """Return shape, dtype, voxel size and what was assumed of a user's volume, from its header.

    Parameters and errors are those of `read_volume`, as far as the header shows them.
    """
    with reading(path, settings) as (path, format_, known):
        facts = format_.facts(path, labels, **known)
    check_volume(path, facts.shape, facts.dtype, single_slice)
    return facts


class SourceVolume:
    """A user's volume (z, y, x) of which only the parts that are asked for are read.

    Attributes
    ----------
    path : Path
    facts : VolumeFacts
    shape : tuple of int
    dtype : numpy.dtype
    """

    ndim = 3

    def __init__(self, path, labels: bool = False, settings: Mapping | None = None):
        self.path = Path(path)
        self._labels, self._settings = labels, settings
        self.facts = volume_facts(path, labels, settings=settings)
        self.shape, self.dtype = self.facts.shape, np.dtype(self.facts.dtype)

    def __getitem__(self, key) -> np.ndarray:
        """Return a part, by up to three slices without a step."""
        key = key if isinstance(key, tuple) else (key,)
        key = (*key, *[slice(None)] * (3 - len(key)))
        ends = [part.indices(size) for part, size in zip(key, self.shape, strict=True)]
        return read_part(
            self.path,
            [first for first, _, _ in ends],
            [last for _, last, _ in ends],
            self._labels,
            self._settings,
        )


def _part(path, format_: Format, labels, start, stop, known) -> np.ndarray:
    """Return a part by the best way that a format has."""
    crop = tuple(slice(first, last) for first, last in zip(start, stop, strict=True))
    if format_.part is not None:
        return format_.part(path, labels, start, stop, **known)
    if format_.map is not None:
        # A copy, so that nothing depends on the file from here on.
        part = np.array(format_.map(path, labels, **known)[crop])
    else:
        part = np.array(format_.read(path, labels, **known)[crop])
    return part.astype(part.dtype.newbyteorder("="), copy=False)


@contextmanager
def reading(path, settings: Mapping | None = None) -> Iterator[tuple[Path, Format, dict]]:
    """Give a path, its format and the settings it takes; errors within name the file."""
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a volume, such as a TIFF stack")
    format_ = format_of(path, settings)
    known = dict(settings or {})
    for key in known:
        if key not in format_.settings:
            raise FileError(
                f"{path}: {_KEYS.get(key, key)}, but this is read as {format_.name}; leave the key "
                "out, or correct the name of the file"
            )
    with naming_file(path, format_.name):
        yield path, format_, known


def check_volume(path: Path, shape: tuple, dtype: object, single_slice: bool) -> None:
    """Raise FileError unless an array is one volume of integers or real numbers."""
    if len(shape) == 3 and shape[0] == 1 and not single_slice:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found one image of shape {tuple(shape[1:])}; "
            f"{_where_the_others_are(path)}"
        )
    if len(shape) != 3 or 0 in shape:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found an array of shape {tuple(shape)}; export "
            "the volume that you mean by itself"
        )
    if np.dtype(dtype).kind not in "uif":
        raise FileError(f"{path}: expected integer or real values, found {np.dtype(dtype)}")


def _where_the_others_are(path: Path) -> str:
    """Return what to do about a single image: others of its kind may lie beside it."""
    pattern = re.sub(r"\d+", lambda _: r"\d+", re.escape(path.name))
    alike = 0
    if r"\d" in pattern and path.is_file():
        alike = sum(re.fullmatch(pattern, other.name) is not None for other in _beside(path))
    if alike > 1:
        return (
            f"{alike} files beside it are named like it: if they are its slices, name their folder "
            f"instead ({path.parent})"
        )
    return "save all slices in one file, such as a multi-page TIFF, or name the folder of slices"


def _beside(path: Path) -> list[Path]:
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []
