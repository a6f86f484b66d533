"""Raw voxels without a header, whose layout the config declares."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import FileError
from . import Format, VolumeFacts

_EXAMPLE = "raw: {shape: [slices, rows, columns], dtype: uint16, byte_order: little, offset: 0}"


def _layout(path: Path, raw: Mapping | None) -> tuple[tuple[int, int, int], np.dtype, int]:
    """Return shape, dtype and the bytes before the first voxel, once they fit the file."""
    if raw is None:
        raise FileError(
            f"{path}: these are raw voxels without a header; say in the config what they are, "
            f"beside file: {_EXAMPLE}"
        )
    shape = tuple(int(n) for n in raw["shape"])
    dtype = np.dtype(raw["dtype"])
    if dtype.kind not in "uif":
        raise FileError(f"{path}: raw.dtype: expected integers or real numbers, found {dtype}")
    dtype = dtype.newbyteorder({"little": "<", "big": ">"}[raw.get("byte_order", "little")])
    offset = int(raw.get("offset", 0))
    held, wanted = path.stat().st_size, math.prod(shape) * dtype.itemsize
    if held != offset + wanted:
        more = held - offset - wanted
        hint = (
            f"if a header of {more} bytes comes first, set raw.offset: {offset + more}"
            if more > 0
            else "the file may be truncated, or its shape or type is another"
        )
        raise FileError(
            f"{path}: raw voxels of shape {shape} and type {dtype.newbyteorder('=')} behind "
            f"{offset} bytes take {offset + wanted} bytes, the file has {held}; {hint}"
        )
    return shape, dtype, offset


def _facts(path: Path, labels: bool, raw: Mapping | None = None) -> VolumeFacts:
    shape, dtype, _ = _layout(path, raw)
    told = "" if "byte_order" in raw or dtype.itemsize == 1 else ", in little-endian order"
    assumed = (f"the file has no header: shape and type are the config's{told}",)
    return VolumeFacts(shape, dtype.newbyteorder("="), assumed=assumed)


def _map(path: Path, labels: bool, raw: Mapping | None = None) -> np.memmap:
    shape, dtype, offset = _layout(path, raw)
    return np.memmap(path, dtype, "r", offset, shape)


FORMAT = Format(
    name="raw voxels",
    suffixes=(".raw", ".vol"),
    read=None,
    facts=_facts,
    map=_map,
    settings=("raw",),
)
