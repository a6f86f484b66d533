"""NumPy arrays (``.npy``); pickled objects are never loaded."""

from pathlib import Path

import numpy as np

from ..axes import AxesView, masks_as_numbers, volume_axes
from . import Format, VolumeFacts

_SIGNATURE = b"\x93NUMPY"


def _opened(path: Path, labels: bool) -> tuple[AxesView, tuple[str, ...]]:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    axes = volume_axes(path, "the array", array.shape if array.ndim != 2 else (1, *array.shape))
    if array.ndim == 2:
        array = array[None]
    dtype, scale, assumed = masks_as_numbers(array.dtype, labels)
    return AxesView(array, axes, dtype, scale), assumed


def _facts(path: Path, labels: bool) -> VolumeFacts:
    volume, assumed = _opened(path, labels)
    order = "the axes of the array are slices, rows and columns, in this order"
    return VolumeFacts(volume.shape, volume.dtype, assumed=(order, *assumed))


def _map(path: Path, labels: bool) -> AxesView:
    return _opened(path, labels)[0]


def _is_npy(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SIGNATURE)) == _SIGNATURE


FORMAT = Format("a NumPy array", (".npy",), None, _facts, _map, _is_npy)
