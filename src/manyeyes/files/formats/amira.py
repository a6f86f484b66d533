"""AmiraMesh (``.am``) of Amira and Avizo: uniform lattices of grey values or labels.

There is no maintained library. The header is text and is only searched for the few entries that
matter; nothing in it is evaluated. Data are ASCII, binary of either byte order, run lengths
(HxByteRLE) or deflate (HxZip).
"""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import FileError, short
from ..lengths import unit_nm, voxel_edge_nm
from . import Format, VolumeFacts

_BEGINS = re.compile(rb"# (?:AmiraMesh|Avizo)[^\n]*")
_LONGEST_HEADER = 2**22
_LATTICE = re.compile(r"\bdefine\s+Lattice\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})")
_ARRAY = re.compile(
    r"\bLattice\s*\{\s*(\w+)(?:\[(\d{1,6})\])?\s+(\w+)\s*\}\s*=?\s*@(\d{1,4})"
    r"(?:\(\s*(\w+)\s*,\s*(\d{1,18})\s*\))?"
)
_BOX = re.compile(r"\bBoundingBox\s+((?:[-+.\deE]+[ \t]*){6})")
_UNIT = re.compile(r'\bCoordinates\s+"([^"\n]{0,40})"')
_KIND = re.compile(r'\bCoordType\s+"(\w+)"')
_TYPES = {"byte": "u1", "short": "i2", "ushort": "u2", "int": "i4", "float": "f4", "double": "f8"}
# The most by which deflate can shrink, and a run of 127 equal bytes in two.
_MOST_SHRUNK = {"HxZip": 1100, "HxByteRLE": 64, None: 1}


@dataclass(frozen=True)
class _Lattice:
    """One array of a file: where it lies and how it is stored."""

    name: str
    shape: tuple[int, int, int]
    dtype: np.dtype
    coding: str | None
    ascii: bool
    start: int
    length: int
    header: str

    @property
    def bytes(self) -> int:
        """Bytes of its voxels in memory."""
        return math.prod(self.shape) * self.dtype.itemsize


def _lattice(path: Path, dataset: str | None) -> _Lattice:
    """Return the array of a file, once all of it is there."""
    held = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    first = _BEGINS.match(start)
    data = re.search(rb"\r?\n@1[ \t]*\r?\n", start)
    if first is None:
        raise FileError(
            f"{path}: this is no AmiraMesh (its first bytes are {start[:12]!r}); correct its name, "
            "or copy it again"
        )
    if data is None:
        raise FileError(
            f"{path}: the data of this AmiraMesh (@1) do not follow within {_LONGEST_HEADER} bytes "
            "of its beginning; copy it again"
        )
    header = start[: data.start()].decode("utf-8", errors="replace")
    # Parts of the header that programs write about how the volume was made are no declarations.
    size = _LATTICE.search(header)
    if size is None:
        raise FileError(
            f"{path}: expected a lattice (define Lattice x y z), found an AmiraMesh without; "
            "export the volume itself, not a surface or a graph"
        )
    shape = tuple(int(n) for n in size.groups())[::-1]
    arrays = [_Found(*match) for match in _ARRAY.findall(header)]
    chosen = _chosen(path, arrays, dataset)
    if chosen.parts not in ("", "1"):
        raise FileError(
            f"{path}: expected one value in a voxel, found {chosen.parts} in {chosen.name}; "
            "export the one that you mean by itself"
        )
    if chosen.type not in _TYPES:
        raise FileError(
            f"{path}: values of the type {chosen.type} are not read; export {chosen.name} as byte, "
            "short, ushort, int, float or double"
        )
    line = first[0].decode("utf-8", errors="replace")
    is_ascii = "ASCII" in line
    # BINARY alone is big-endian.
    little = "LITTLE-ENDIAN" in line
    dtype = np.dtype(_TYPES[chosen.type]).newbyteorder("<" if little else ">")
    place, length = _place(path, arrays, chosen, shape, data.end(), held, is_ascii)
    found = _Lattice(
        name=chosen.name,
        shape=shape,
        dtype=dtype,
        coding=chosen.coding or None,
        ascii=is_ascii,
        start=place,
        length=length,
        header=header,
    )
    _check(path, found, held)
    return found


@dataclass(frozen=True)
class _Found:
    """An array as the header declares it, all as text."""

    type: str
    parts: str
    name: str
    number: str
    coding: str
    length: str


def _chosen(path: Path, arrays: list[_Found], dataset: str | None) -> _Found:
    names = [array.name for array in arrays]
    if not arrays:
        raise FileError(f"{path}: there is no array on the lattice of this AmiraMesh")
    if dataset is None and len(arrays) > 1:
        raise FileError(
            f"{path}: there are {len(arrays)} arrays in this AmiraMesh, {', '.join(names[:8])}; "
            f"name the one that you mean, such as dataset: {names[0]}"
        )
    if dataset is not None and dataset not in names:
        raise FileError(
            f"{path}: there is no array {dataset!r} (dataset) in this AmiraMesh; there is "
            f"{', '.join(names[:8])}"
        )
    return arrays[0 if dataset is None else names.index(dataset)]


def _place(path, arrays, chosen, shape, begin, held, is_ascii) -> tuple[int, int]:
    """Return where the bytes of an array begin, and how many there are."""
    in_order = sorted(arrays, key=lambda array: int(array.number))
    if in_order[0].number != "1" or (is_ascii and chosen.number != "1"):
        raise FileError(
            f"{path}: only the first array of this AmiraMesh is read; export {chosen.name} alone"
        )
    place = begin
    for array in in_order:
        each = np.dtype(_TYPES.get(array.type, "u1")).itemsize * int(array.parts or 1)
        length = int(array.length) if array.coding else math.prod(shape) * each
        if array is chosen:
            return place, (held - place if is_ascii else length)
        place += length
        with path.open("rb") as file:
            file.seek(min(place, held))
            mark = re.match(rb"\s*@\d+[ \t]*\r?\n", file.read(64))
        if mark is None:
            raise FileError(
                f"{path}: the data behind {array.name} do not begin where its size says (byte "
                f"{place}); copy it again"
            )
        place += mark.end()
    raise FileError(f"{path}: {chosen.name} has no data")


def _check(path: Path, found: _Lattice, held: int) -> None:
    if found.coding not in _MOST_SHRUNK:
        raise FileError(
            f"{path}: the compression {found.coding} is not read; save it without compression"
        )
    if found.coding == "HxByteRLE" and found.dtype.itemsize != 1:
        raise FileError(
            f"{path}: run lengths are read of bytes only, found {found.dtype}; save it without "
            "compression"
        )
    if 0 in found.shape:
        raise FileError(f"{path}: the header announces a lattice of shape {found.shape}")
    there = held - found.start
    # As text, a voxel takes at least a digit and a blank.
    least = math.prod(found.shape) * 2 - 1 if found.ascii else found.length
    if least > there:
        raise FileError(
            f"{path}: the header announces {found.length} bytes of {found.name} (shape "
            f"{found.shape}), {max(0, there)} are there; it may be truncated, copy it again"
        )
    if not found.ascii and found.bytes > _MOST_SHRUNK[found.coding] * found.length:
        raise FileError(
            f"{path}: {found.length} bytes of {found.coding} cannot hold {found.name} of shape "
            f"{found.shape}; it is damaged, copy it again"
        )


def _mapped(path: Path, found: _Lattice) -> np.memmap:
    return np.memmap(path, found.dtype, "r", found.start, found.shape)


def _whole(path: Path, found: _Lattice) -> np.ndarray:
    """Return all voxels of an array that is stored as text or compressed."""
    with path.open("rb") as file:
        file.seek(found.start)
        stored = file.read(found.length)
    count = math.prod(found.shape)
    if found.ascii:
        # Another array may follow.
        words = stored.partition(b"\n@")[0].split(maxsplit=count)[:count]
        if len(words) != count:
            raise FileError(f"{path}: expected {count} values of {found.name}, found {len(words)}")
        values = np.array(words).astype(np.float64)
        if found.dtype.kind != "f":
            limits = np.iinfo(found.dtype)
            if not ((values >= limits.min) & (values <= limits.max)).all():
                raise FileError(f"{path}: {found.name} has values that are no {found.dtype}")
        return values.astype(found.dtype.newbyteorder("=")).reshape(found.shape)
    if found.coding == "HxZip":
        try:
            unpacked = zlib.decompressobj().decompress(stored, found.bytes + 1)
        except zlib.error as error:
            raise FileError(
                f"{path}: the compressed data are damaged ({short(error)}); copy it again"
            ) from error
    else:
        unpacked = _runs(stored, found.bytes)
    if len(unpacked) != found.bytes:
        raise FileError(
            f"{path}: expected {found.bytes} bytes of {found.name}, found "
            f"{'more than that' if len(unpacked) > found.bytes else len(unpacked)}; it is damaged, "
            "copy it again"
        )
    return np.frombuffer(unpacked, found.dtype).reshape(found.shape)


def _runs(stored: bytes, most: int) -> bytes:
    """Return what run lengths of bytes mean: n, byte: n times; 128 + n: n bytes as they are."""
    out, place = bytearray(), 0
    while place + 1 < len(stored) and len(out) <= most:
        count = stored[place]
        if count > 127:
            count -= 128
            out += stored[place + 1 : place + 1 + count]
            place += 1 + count
        else:
            out += stored[place + 1 : place + 2] * count
            place += 2
    return bytes(out)


def _voxel_size(found: _Lattice) -> tuple[tuple, tuple[str, ...]]:
    """Return the edges (z, y, x) in nm that the header states, and what was assumed."""
    box, unit = _BOX.search(found.header), _UNIT.search(found.header)
    kind = _KIND.search(found.header)
    if box is None or (kind is not None and kind[1] != "uniform"):
        return (None, None, None), ()
    try:
        ends = [float(number) for number in box[1].split()]
    except ValueError:
        return (None, None, None), ()
    # The box runs from the middle of the first voxel to that of the last.
    edges = [
        abs(ends[2 * k + 1] - ends[2 * k]) / (n - 1) if n > 1 else math.nan
        for k, n in enumerate(found.shape[::-1])
    ][::-1]
    nm = unit_nm(unit[1].replace("\ufffd", "µ")) if unit else None
    if nm is None:
        return (None, None, None), ("its bounding box has no unit of length and was ignored",)
    return tuple(voxel_edge_nm(float(f"{edge:.6g}"), nm) for edge in edges), ()


def _facts(path: Path, labels: bool, dataset: str | None = None) -> VolumeFacts:
    found = _lattice(path, dataset)
    sizes, assumed = _voxel_size(found)
    return VolumeFacts(found.shape, found.dtype.newbyteorder("="), sizes, assumed)


def _part(
    path: Path,
    labels: bool,
    start: Sequence[int],
    stop: Sequence[int],
    dataset: str | None = None,
) -> np.ndarray:
    found = _lattice(path, dataset)
    in_parts = found.coding is None and not found.ascii
    volume = _mapped(path, found) if in_parts else _whole(path, found)
    crop = tuple(slice(first, last) for first, last in zip(start, stop, strict=True))
    return np.array(volume[crop]).astype(found.dtype.newbyteorder("="), copy=False)


def _map(path: Path, labels: bool, dataset: str | None = None) -> np.memmap:
    found = _lattice(path, dataset)
    if found.coding is not None or found.ascii:
        how = found.coding or "as text"
        raise FileError(
            f"{path}: this AmiraMesh cannot be read in parts (it is stored {how}); save it as "
            "binary without compression, or convert it to Zarr"
        )
    return _mapped(path, found)


def _is_amira(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _BEGINS.match(file.read(64)) is not None


FORMAT = Format(
    name="an AmiraMesh",
    suffixes=(".am",),
    read=None,
    facts=_facts,
    map=_map,
    recognises=_is_amira,
    part=_part,
    settings=("dataset",),
    held_whole=True,
)
