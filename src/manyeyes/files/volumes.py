"""Volumes that users name, in any format: read as a whole, or their headers only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .errors import FileError, naming_file
from .formats import Format, VolumeFacts, format_of
from .recognition import what_it_is


def read_volume(path, labels: bool = False, single_slice: bool = False) -> np.ndarray:
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

    Returns
    -------
    ndarray, shape (z, y, x)
        In the file's own dtype.

    Raises
    ------
    FileError
        If the file is absent, of another format, damaged, or not one volume of numbers.
    """
    with reading(path) as (path, format_):
        volume = _whole(path, format_).read(path, labels)
    check_volume(path, volume.shape, volume.dtype, single_slice)
    return volume


def volume_facts(path, labels: bool = False, single_slice: bool = False) -> VolumeFacts:
    """Return shape, dtype and voxel size of a user's volume, from its header only.

    Parameters and errors are those of `read_volume`, as far as the header shows them.
    """
    with reading(path) as (path, format_):
        facts = _whole(path, format_).facts(path, labels)
    check_volume(path, facts.shape, facts.dtype, single_slice)
    return facts


def _whole(path: Path, format_: Format) -> Format:
    """Return a format whose volumes can be read as a whole, or refuse it."""
    if format_.read is None:
        kind, advice = what_it_is(path)
        raise FileError(f"{path}: this is {kind}, not a readable TIFF; {advice}")
    return format_


@contextmanager
def reading(path) -> Iterator[tuple[Path, Format]]:
    """Give a path and its format; any error within becomes a `FileError` that names the file."""
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a volume, such as a TIFF stack")
    format_ = format_of(path)
    with naming_file(path, format_.name):
        yield path, format_


def check_volume(path: Path, shape: tuple, dtype: object, single_slice: bool) -> None:
    """Raise FileError unless an array is one volume of integers or real numbers."""
    if len(shape) == 3 and shape[0] == 1 and not single_slice:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found one image of shape {tuple(shape[1:])}; "
            "save all slices in one file, such as a multi-page TIFF"
        )
    if len(shape) != 3 or 0 in shape:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found an array of shape {tuple(shape)}; export "
            "the volume that you mean by itself"
        )
    if np.dtype(dtype).kind not in "uif":
        raise FileError(f"{path}: expected integer or real values, found {np.dtype(dtype)}")
