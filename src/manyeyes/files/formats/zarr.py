"""Zarr arrays (versions 2 and 3), also below a group, read in parts."""

import json
import math
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import FileError, short
from ..recognition import what_it_is
from . import Format, VolumeFacts

CHUNK = (64, 256, 256)
LARGEST_CHUNK = 2**30
_HEADERS = {"zarr.json", ".zarray", ".zgroup", ".zattrs"}


class ZarrVolume:
    """A volume (z, y, x) in a Zarr array, read in parts; errors name the file.

    Parameters
    ----------
    path : path-like
        For messages.
    array : zarr.Array
        All axes before the last three have length one.
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
            raise FileError(
                f"{self._path}: a chunk of this Zarr array cannot be read, it is damaged or of an "
                f"unknown codec ({short(error)}); copy it again, or export the volume again"
            ) from error

    @cached_property
    def doubt(self) -> str | None:
        """How many chunks are missing, or None; they read as the fill value, without an error.

        This is only a warning, since programs may leave out chunks that contain only that value.
        """
        try:
            missing = self._array.nchunks - self._array.nchunks_initialized
        except Exception as error:
            return (
                f"{self._path}: the chunks of this Zarr array cannot be counted ({short(error)}); "
                "missing ones would read as the fill value without a word"
            )
        if not missing:
            return None
        return (
            f"{self._path}: {missing} of {self._array.nchunks} chunks are missing and read as "
            f"{self._array.fill_value}; if the volume was copied, check that all of it is here"
        )

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[...], dtype=dtype)


def open_zarr(path: Path, labels: bool = False) -> ZarrVolume:
    """Open the Zarr array of a folder; only its header is read.

    Raises
    ------
    FileError
        If it is no array, no volume, or its chunks are too large to be held in memory.
    """
    import zarr

    if not is_zarr(path):
        kind, advice = what_it_is(path)
        raise FileError(f"{path}: this is {kind}, and no Zarr array; {advice}")
    try:
        opened = zarr.open(path, mode="r")
    except Exception as error:
        raise FileError(
            f"{path}: the header of this Zarr folder cannot be read ({short(error)}); copy it "
            "again, or export the volume again"
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
    """Return the headers of Zarr arrays up to three levels below a folder, sorted."""
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
    """Raise FileError unless a Zarr array is a volume whose chunks fit into memory."""
    shape = tuple(array.shape)
    if len(shape) < 3 or any(n != 1 for n in shape[:-3]) or 0 in shape:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found a Zarr array of shape {shape}; "
            "write the channel or time that you mean into an array of its own"
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


def is_zarr(path: Path) -> bool:
    """Return whether a folder holds a Zarr array or group."""
    return path.is_dir() and any((path / name).exists() for name in _HEADERS)


def _facts(path: Path, labels: bool) -> VolumeFacts:
    array = open_zarr(path, labels)
    return VolumeFacts(array.shape, array.dtype)


# Only read in parts: Snakemake sees neither the size of a folder's volume nor an edit within it.
FORMAT = Format("a Zarr array", (".zarr",), None, _facts, open_zarr, is_zarr)
