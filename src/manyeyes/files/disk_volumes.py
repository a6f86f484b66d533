"""Volumes that stay on disk: memory-mapped TIFFs and Zarr arrays, read and written in parts."""

import json
import math
from pathlib import Path

import numpy as np
import tifffile
import zarr

from .file_kinds import is_tiff, what_it_is
from .study_files import FileError
from .tiff_files import map_tiff

SUFFIXES = (".tif", ".tiff", ".zarr")
CHUNK = (64, 256, 256)
LARGEST_TIFF = 2**32 - 2**25
LARGEST_CHUNK = 2**30


def kind_of(path) -> str:
    """Return ``tiff`` or ``zarr`` for the name of a result, or say which suffixes are known."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
    return "zarr" if suffix == ".zarr" else "tiff"


class ZarrVolume:
    """A volume (z, y, x) in a Zarr array, read in parts; what cannot be read is named.

    Parameters
    ----------
    path : path-like
        For messages.
    array : zarr.Array
        Its leading axes but for the last three are of length one.
    """

    def __init__(self, path, array):
        self._path, self._array = path, array
        self._leading = (0,) * (array.ndim - 3)
        self.shape = tuple(int(n) for n in array.shape[-3:])
        # Labels of one phase come as 0 and 1.
        self.dtype = np.dtype(np.uint8 if array.dtype.kind == "b" else array.dtype)
        self.ndim = 3
        self.chunk_count = math.prod(
            -(-n // chunk) for n, chunk in zip(array.shape, array.chunks, strict=True)
        )
        self.size = math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> np.ndarray:
        key = key if isinstance(key, tuple) else (key,)
        try:
            return np.asarray(self._array[(*self._leading, *key)]).astype(self.dtype, copy=False)
        except (IndexError, MemoryError):
            raise
        except Exception as error:
            told = " ".join(str(error).split()) or type(error).__name__
            raise FileError(
                f"{self._path}: a chunk of this Zarr array cannot be read, it is damaged or of an "
                f"unknown codec ({told[:200]}); copy it again, or export the volume again"
            ) from error

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[...], dtype=dtype)


def open_volume(path, labels: bool = False):
    """Open a volume (z, y, x) on disk for reading, without reading it.

    Parameters
    ----------
    path : path-like
        A TIFF whose pages lie uncompressed one after the other, or any folder that holds a Zarr
        array, also below a group. Leading axes of length one are left out.
    labels : bool
        Whether the values are codes of phases; see `study_files.read_volume`.

    Returns
    -------
    numpy.memmap or ZarrVolume

    Raises
    ------
    FileError
    """
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file; expected a TIFF stack or a Zarr array")
    try:
        if path.is_file() and is_tiff(path):
            return map_tiff(path, labels)
        if not path.is_dir():
            kind, advice = what_it_is(path)
            raise FileError(f"{path}: this is {kind}, neither a TIFF nor a Zarr folder; {advice}")
        return _open_zarr(path, labels)
    except OSError as error:
        raise FileError(f"{path}: the file cannot be read ({error})") from error


def _open_zarr(path: Path, labels: bool) -> ZarrVolume:
    """Open the Zarr array of a folder, after a look at what it announces."""
    files = {entry.name for entry in path.iterdir()}
    if not files & {"zarr.json", ".zarray", ".zgroup", ".zattrs"}:
        kind, advice = what_it_is(path)
        raise FileError(f"{path}: this is {kind}, and no Zarr array; {advice}")
    try:
        opened = zarr.open(path, mode="r")
    except Exception as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise FileError(
            f"{path}: the header of this Zarr folder cannot be read ({told[:200]}); copy it again, "
            "or export the volume again"
        ) from error
    if not isinstance(opened, zarr.Array):
        arrays = [entry.parent.relative_to(path).as_posix() for entry in _arrays_below(path)]
        found = f"the arrays {', '.join(arrays[:8])}" if arrays else "no array"
        raise FileError(
            f"{path}: expected a Zarr array, found a group with {found}"
            + (f"; name one of them, such as {path / arrays[0]}" if arrays else "")
        )
    _check_zarr(path, opened, labels)
    return ZarrVolume(path, opened)


def _arrays_below(path: Path) -> list[Path]:
    """Return the headers of Zarr arrays in a folder, largest depth three, sorted."""
    found = []
    for pattern in ("*", "*/*", "*/*/*"):
        found += path.glob(f"{pattern}/.zarray")
        for header in path.glob(f"{pattern}/zarr.json"):
            try:
                kind = json.loads(header.read_text(encoding="utf-8")).get("node_type")
            except (ValueError, AttributeError, OSError, RecursionError):
                continue
            if kind == "array":
                found.append(header)
    return sorted(found)


def _check_zarr(path: Path, array, labels: bool) -> None:
    """Stop unless a Zarr array is a volume whose chunks can be held in memory."""
    shape = tuple(array.shape)
    if len(shape) < 3 or any(n != 1 for n in shape[:-3]) or 0 in shape:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found a Zarr array of shape {shape}; "
            "write the channel or time that is meant into an array of its own"
        )
    kinds = "uifb" if labels else "uif"
    if np.dtype(array.dtype).kind not in kinds:
        raise FileError(
            f"{path}: expected integer or real values, found a Zarr array of {array.dtype}"
        )
    unit = getattr(array, "shards", None) or array.chunks
    chunk = math.prod(unit) * np.dtype(array.dtype).itemsize
    if chunk > LARGEST_CHUNK:
        raise FileError(
            f"{path}: a chunk of this Zarr array takes {chunk / 2**30:.3g} GB ({unit} voxels), "
            f"expected {LARGEST_CHUNK / 2**30:.3g} GB at most; write it again in smaller chunks, "
            f"such as {CHUNK}"
        )


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
