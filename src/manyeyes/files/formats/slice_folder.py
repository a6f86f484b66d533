"""A folder with one image for each slice of a tomogram: TIFF, PNG or BMP."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..errors import FileError
from ..slices import SLICE_SUFFIXES, slice_files
from ..volumes import read_part, volume_facts
from . import Format, VolumeFacts

_HEADERS = {"zarr.json", ".zarray", ".zgroup", ".zattrs"}
_LISTED = 8


def _ordered(path: Path) -> tuple[list[Path], list[int]]:
    """Return the files of the slices by their numbers, of which none is missing."""
    files, numbers = slice_files(path)
    order = sorted(range(len(files)), key=numbers.__getitem__)
    files, numbers = [files[k] for k in order], [numbers[k] for k in order]
    steps = [after - before for before, after in pairwise(numbers)]
    step = min(steps, default=1)
    missing = [
        number
        for before, after in pairwise(numbers)
        for number in range(before + step, min(after, before + step * (_LISTED + 1)), step)
    ]
    if missing:
        listed = ", ".join(map(str, missing[:_LISTED])) + (
            ", ..." if len(missing) > _LISTED else ""
        )
        raise FileError(
            f"{path}: slices are missing between {files[0].name} and {files[-1].name}: {listed}; "
            "find them, or move what is behind the gap to another folder"
        )
    return files, numbers


def _facts(path: Path, labels: bool) -> VolumeFacts:
    files, _ = _ordered(path)
    first = volume_facts(files[0], labels, single_slice=True)
    if first.shape[0] != 1:
        raise FileError(
            f"{files[0]}: expected one image in each file of {path.name}, found {first.shape[0]}; "
            "name the file itself if it is the whole volume"
        )
    last = volume_facts(files[-1], labels, single_slice=True)
    if (last.shape, last.dtype) != (first.shape, first.dtype):
        raise FileError(
            f"{files[-1]}: is {last.shape[1:]} of {last.dtype}, {files[0].name} is "
            f"{first.shape[1:]} of {first.dtype}; move what is no slice out of {path.name}"
        )
    order = (
        f"{len(files)} files are slices in the order of their numbers, {files[0].name} to "
        f"{files[-1].name}"
    )
    return VolumeFacts(
        (len(files), *first.shape[1:]), first.dtype, first.voxel_size_nm, (order, *first.assumed)
    )


def _part(path: Path, labels: bool, start: Sequence[int], stop: Sequence[int]) -> np.ndarray:
    files, _ = _ordered(path)
    facts = _facts(path, labels)
    shape = tuple(last - first for first, last in zip(start, stop, strict=True))
    volume = np.empty(shape, facts.dtype)
    for number, file in enumerate(files[start[0] : stop[0]]):
        found = volume_facts(file, labels, single_slice=True)
        if (found.shape, found.dtype) != ((1, *facts.shape[1:]), facts.dtype):
            raise FileError(
                f"{file}: is {found.shape[1:]} of {found.dtype}, the other slices of {path.name} "
                f"are {facts.shape[1:]} of {facts.dtype}; move what is no slice to another folder"
            )
        rows, columns = (slice(start[k], stop[k]) for k in (1, 2))
        ends = (0, rows.start, columns.start), (1, rows.stop, columns.stop)
        volume[number] = read_part(file, *ends, labels)[0]
    return volume


class _Slices:
    """Slices in files, of which those that are asked for are read."""

    ndim = 3

    def __init__(self, path: Path, labels: bool):
        self._path, self._labels = path, labels
        facts = _facts(path, labels)
        self.shape, self.dtype = facts.shape, facts.dtype
        self.size = int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> np.ndarray:
        key = key if isinstance(key, tuple) else (key,)
        key = tuple(part for part in key if part is not Ellipsis)
        key = (*key, *(slice(None),) * (3 - len(key)))
        one = [isinstance(part, int | np.integer) for part in key]
        ends = [
            (part % size, part % size + 1) if single else part.indices(size)[:2]
            for part, size, single in zip(key, self.shape, one, strict=True)
        ]
        start = [first for first, _ in ends]
        stop = [max(first, last) for first, last in ends]
        found = _part(self._path, self._labels, start, stop)
        return found[tuple(0 if single else slice(None) for single in one)]

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[:, :, :], dtype=dtype)


def _is_folder(path: Path) -> bool:
    if not path.is_dir():
        return False
    names = {entry.name for entry in path.iterdir()}
    return not names & _HEADERS and any(
        Path(name).suffix.lower() in SLICE_SUFFIXES and not name.startswith(".") for name in names
    )


def _companions(path: Path) -> list[Path]:
    return slice_files(path)[0]


FORMAT = Format(
    name="a folder of slices",
    suffixes=(),
    read=None,
    facts=_facts,
    map=_Slices,
    recognises=_is_folder,
    part=_part,
    companions=_companions,
)
