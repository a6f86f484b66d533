"""Zarr arrays (versions 2 and 3), plain or in an OME-Zarr image (0.4 and 0.5), read in parts."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from ..axes import masks_as_numbers, volume_axes
from ..errors import FileError, short, what_it_is
from ..lengths import unit_nm, voxel_edge_nm
from ..libraries import library
from . import Format, VolumeFacts

CHUNK = (64, 256, 256)
LARGEST_CHUNK = 2**30
_COUNTED = 50_000
# What zarr raises at a damaged header: one that is no JSON, not of its form, nested too deeply, or
# that cannot be opened. Its own errors are ValueErrors.
_DAMAGED = (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
_HEADERS = {"zarr.json", ".zarray", ".zgroup", ".zattrs"}


class ZarrVolume:
    """A volume (z, y, x) in a Zarr array, read in parts; errors name the file.

    Parameters
    ----------
    path : path-like
        For messages.
    array : zarr.Array
        All axes before the last three have length one.
    labels : bool
        Whether true and false are 0 and 1, or else the grey values 0 and 255.
    voxel_size_nm : tuple of (float or None)
        Edges (z, y, x) that the metadata states.
    assumed : tuple of str
        See `manyeyes.files.formats.VolumeFacts`.
    """

    def __init__(
        self, path, array, labels: bool = True, voxel_size_nm=(None, None, None), assumed=()
    ):
        self._path, self._array = path, array
        self._leading = (0,) * (array.ndim - 3)
        self.shape = tuple(int(n) for n in array.shape[-3:])
        self.dtype, self._scale, told = masks_as_numbers(array.dtype, labels)
        self.voxel_size_nm, self.assumed = voxel_size_nm, (*assumed, *told)
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
            values = np.asarray(self._array[(*self._leading, *key)])
            values = values.astype(self.dtype, copy=False)
            return values * self.dtype.type(self._scale) if self._scale != 1 else values
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


def open_zarr(path: Path, labels: bool = False, dataset: str | None = None) -> ZarrVolume:
    """Open the Zarr array of a folder; only its header is read.

    Parameters
    ----------
    path : Path
        An array, an OME-Zarr image (of which the full resolution is taken), or a group with one
        array that can be a volume.
    labels : bool
    dataset : str, optional
        Path of the array within the group.

    Raises
    ------
    FileError
        If there is no array, more than one that could be meant, no volume, or its chunks are too
        large to be held in memory.
    """
    zarr = library(path, "zarr", "Zarr folders", "zarr")
    if not is_zarr(path):
        kind, advice = what_it_is(path)
        raise FileError(f"{path}: this is {kind}, and no Zarr array; {advice}")
    place, why = path, ()
    if dataset is not None:
        if ".." in PurePosixPath(dataset).parts or PurePosixPath(dataset).is_absolute():
            raise FileError(f"{path}: dataset: expected a path within the folder, found {dataset}")
        place = path / dataset
    opened = _open(zarr, path, place)
    levels, unusable = _levels(opened, place)
    if isinstance(opened, zarr.Group) and levels is None:
        # The converter bioformats2raw puts each image of a file into a group of its own.
        if "0" in opened and "bioformats2raw.layout" in _metadata(opened):
            levels, unusable = _levels(opened["0"], place / "0")
        if levels is not None:
            opened, place, why = opened["0"], place / "0", ("the first image in it was taken",)
    if isinstance(opened, zarr.Group) and levels is not None:
        name = levels.names[0]
        place = place / name
        opened = _open(zarr, path, place)
        if len(levels.names) > 1:
            why += (f"of {len(levels.names)} resolutions the first was taken ({name})",)
    if not isinstance(opened, zarr.Array):
        place = _only_array(path, place, _arrays_below(place))
        opened = _open(zarr, path, place)
        why += (f"{place.relative_to(path).as_posix()} is the only array in it",)
    if levels is None and place != path:
        levels, place_name, around = _levels_around(zarr, path, place)
        # The group itself may be among those above its array.
        unusable = tuple(dict.fromkeys((*unusable, *around)))
    else:
        place_name = place.name
    letters = levels.letters if levels and len(levels.letters) == opened.ndim else None
    _check_zarr(path, opened, labels, letters)
    size, told = levels.voxel_size(place_name) if levels else ((None,) * 3, ())
    return ZarrVolume(path, opened, labels, size, (*why, *told, *unusable))


def _open(zarr, path: Path, place: Path):
    if not is_zarr(place):
        raise FileError(
            f"{path}: there is no Zarr array at {place.relative_to(path).as_posix()!r}; there are "
            f"{', '.join(e.parent.relative_to(path).as_posix() for e in _arrays_below(path)[:8])}"
        )
    try:
        return zarr.open(place, mode="r")
    except Exception as error:
        raise FileError(
            f"{path}: the header of this Zarr folder cannot be read ({short(error)}); copy it "
            "again, or export the volume again"
        ) from error


class _Levels:
    """What the metadata of an OME-Zarr image says: its arrays, their axes and voxel sizes."""

    def __init__(self, image: Mapping):
        axes = image.get("axes", [])
        # Version 0.3 lists letters, the others what each axis is.
        named = [axis if isinstance(axis, Mapping) else {"name": axis} for axis in axes]
        self.letters = "".join(str(axis.get("name", "?"))[:1] for axis in named)
        self._units = [axis.get("unit") for axis in named]
        entries = [entry for entry in image["datasets"] if isinstance(entry, Mapping)]
        self.names = [str(entry["path"]).strip("/") for entry in entries]
        if not all(
            name and ".." not in PurePosixPath(name).parts and not name.startswith("/")
            for name in self.names
        ):
            raise ValueError("a path leads out of the folder")
        common = self._scale(image)
        self._scales = {
            name: [a * b for a, b in zip(self._scale(entry), common, strict=True)]
            for name, entry in zip(self.names, entries, strict=True)
        }

    def _scale(self, entry: Mapping) -> list[float]:
        scale = [1.0] * len(self.letters)
        for step in entry.get("coordinateTransformations", []):
            numbers = step.get("scale") if step.get("type") == "scale" else None
            if isinstance(numbers, Sequence) and len(numbers) == len(scale):
                scale = [a * float(b) for a, b in zip(scale, numbers, strict=True)]
        return scale

    def voxel_size(self, name: str) -> tuple[tuple, tuple[str, ...]]:
        """Return the edges (z, y, x) of the voxels of an array, and what was assumed."""
        if name not in self._scales or not set("zyx") <= set(self.letters):
            return (None, None, None), ()
        places = [self.letters.index(letter) for letter in "zyx"]
        units = [self._units[place] for place in places]
        sizes = tuple(
            voxel_edge_nm(self._scales[name][place], unit_nm(unit))
            for place, unit in zip(places, units, strict=True)
        )
        if not any(units) and any(self._scales[name][place] != 1 for place in places):
            return (None, None, None), ("its scale has no unit of length and was ignored",)
        return sizes, ()


def _metadata(group) -> Mapping:
    attributes = dict(group.attrs)
    # OME-Zarr 0.5 has them below a key of their own.
    ome = attributes.get("ome")
    return {**attributes, **ome} if isinstance(ome, Mapping) else attributes


def _levels(group, place: Path) -> tuple[_Levels | None, tuple[str, ...]]:
    """Return what a group says of an OME-Zarr image, None if it is none, and what is unusable."""
    images = _metadata(group).get("multiscales")
    try:
        return (_Levels(images[0]) if images else None), ()
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        # Without usable metadata, the arrays themselves are looked for.
        return None, (
            f"what {place.name} says of its image (multiscales) cannot be used "
            f"({type(error).__name__}: {short(error)}): a voxel size that it may state is lost",
        )


def _levels_around(zarr, path: Path, place: Path) -> tuple[_Levels | None, str, tuple[str, ...]]:
    """Return what the image says that an array lies in, the array's name in it, what is unusable.

    The array can be read whatever becomes of the groups above it.
    """
    told: tuple[str, ...] = ()
    for above in place.parents:
        if not above.is_relative_to(path):
            break
        if not is_zarr(above):
            continue
        try:
            levels, unusable = _levels(zarr.open(above, mode="r"), above)
        except _DAMAGED as error:
            levels = None
            unusable = (
                f"the group {above.name} above the array cannot be read "
                f"({type(error).__name__}: {short(error)}): a voxel size that it may state is lost",
            )
        if levels is not None:
            return levels, place.relative_to(above).as_posix(), told
        told += unusable
    return None, place.name, told


def _only_array(path: Path, place: Path, headers: list[Path]) -> Path:
    """Return the only array below a group that can be a volume, or say which there are."""
    arrays = list(dict.fromkeys(header.parent for header in headers))
    found = [array.relative_to(path).as_posix() for array in arrays]
    if len(arrays) == 1:
        return arrays[0]
    listed = f"the arrays {', '.join(found[:8])}" if found else "no array"
    raise FileError(
        f"{path}: expected a Zarr array, found a group with {listed}"
        + (f"; name one of them, such as {path / found[0]}" if found else "")
        + (f", or dataset: {found[0]} in a config" if found else "")
    )


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


def _check_zarr(path: Path, array, labels: bool, letters: str | None) -> None:
    """Raise FileError unless a Zarr array is a volume whose chunks fit into memory."""
    shape = tuple(array.shape)
    if letters is not None and volume_axes(path, "the image", shape, letters) != tuple(
        range(len(shape) - 3, len(shape))
    ):
        raise FileError(
            f"{path}: expected axes that end in z, y, x, found {letters}; write the volume again"
        )
    if len(shape) < 3 or any(n != 1 for n in shape[:-3]) or 0 in shape:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found a Zarr array of shape {shape}; "
            "write the channel or time that you mean into an array of its own"
        )
    if np.dtype(array.dtype).kind not in "uifb":
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


def _facts(path: Path, labels: bool, dataset: str | None = None) -> VolumeFacts:
    array = open_zarr(path, labels, dataset)
    # Counting many chunks takes long.
    doubt = array.doubt if array.chunk_count <= _COUNTED else None
    told = (doubt.removeprefix(f"{path}: "),) if doubt else ()
    return VolumeFacts(array.shape, array.dtype, array.voxel_size_nm, (*array.assumed, *told))


FORMAT = Format(
    "a Zarr array",
    (".zarr",),
    None,
    _facts,
    open_zarr,
    is_zarr,
    settings=("dataset",),
)
