"""Volumes in HDF5: exports of ilastik, DXchange reconstructions, NeXus, and plain arrays.

The array is the one that the config names (``dataset``), the one that NeXus marks as the signal, or
the only one that can be a volume.
"""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ..axes import AxesView, masks_as_numbers, volume_axes
from ..errors import FileError, short
from ..lengths import unit_nm, voxel_edge_nm
from ..libraries import library
from ..trial import LARGEST_TRIED, try_first
from . import Format, VolumeFacts

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Where an HDF5 file may begin, behind a block of a user's own.
_PLACES = (0, 512, 1024, 2048)
_LISTED = 8
_MOST_ENTRIES = 10_000
_LARGEST_CHUNK = 2**30
_FILTERS = {32001: "Blosc", 32004: "LZ4", 32008: "Bitshuffle", 32013: "ZFP", 32015: "Zstandard"}


def _h5py(path: Path):
    found = library(path, "h5py", "HDF5 files", "h5py")
    with suppress(ImportError):
        # Registers the compressions of synchrotrons, where it is installed.
        import hdf5plugin  # noqa: F401
    return found


@contextmanager
def _opened(path: Path, dataset: str | None) -> Iterator[tuple]:
    """Give the array of a file, and why it is this one (None if the config says so)."""
    h5py = _h5py(path)
    if not _is_hdf5(path):
        with path.open("rb") as file:
            start = file.read(8)
        raise FileError(
            f"{path}: this is no HDF5 file (its first bytes are {start!r}); correct its name, or "
            "copy it again"
        )
    try_first(path, ("hdf5", dataset), lambda: _beginning(path, dataset))
    with h5py.File(path, "r") as file:
        array, why = _array(path, file, dataset)
        _check(path, array)
        yield array, why


def _beginning(path: Path, dataset: str | None) -> None:
    """Read all that is read of a file's header, and a part of its values."""
    import h5py

    with h5py.File(path, "r") as file:
        array, _ = _array(path, file, dataset)
        _check(path, array)
        axes, _ = _axes(path, array)
        _voxel_size(array, axes)
        slices = max(1, LARGEST_TRIED * array.shape[0] // max(1, array.nbytes))
        array[:slices]


def _array(path: Path, file, dataset: str | None) -> tuple:
    import h5py

    if dataset is not None:
        found = file.get(dataset)
        if not isinstance(found, h5py.Dataset):
            what = "a group" if found is not None else "nothing"
            raise FileError(
                f"{path}: expected an array at {dataset!r} (dataset), found {what}; there are "
                f"{_listed(_datasets(file))}"
            )
        return found, None
    arrays = _datasets(file)
    signal = _nexus_signal(file)
    if signal is not None and _may_be_volume(signal):
        return signal, f"NeXus marks {signal.name[1:]} as the signal"
    volumes = [array for array in arrays if _may_be_volume(array)]
    if "exchange/data" in file and {"theta", "data_white"} & set(file["exchange"]):
        raise FileError(
            f"{path}: this holds the projections of a scan (DXchange), not a tomogram; use source: "
            "{kind: projections}, or name an array of a volume by dataset"
        )
    if not volumes:
        raise FileError(f"{path}: there is no volume in this HDF5 file, only {_listed(arrays)}")
    if len(volumes) > 1:
        names = [array.name[1:] for array in volumes]
        raise FileError(
            f"{path}: there are {len(volumes)} volumes in this HDF5 file, {_listed(volumes)}; name "
            f"the one that you mean, such as dataset: {names[0]}"
        )
    return volumes[0], f"{volumes[0].name[1:]} is the only volume in the file"


def _datasets(file) -> list:
    """Return all arrays of a file itself, links to other files left out."""
    import h5py

    found, seen = [], 0

    def visit(name, entry):
        nonlocal seen
        seen += 1
        if isinstance(entry, h5py.Dataset):
            found.append(entry)
        return True if seen >= _MOST_ENTRIES else None

    file.visititems(visit)
    return found


def _listed(arrays: list) -> str:
    if not arrays:
        return "no array"
    names = [f"{array.name[1:]} {tuple(array.shape or ())}" for array in arrays[:_LISTED]]
    more = f" and {len(arrays) - _LISTED} more" if len(arrays) > _LISTED else ""
    return ", ".join(names) + more


def _may_be_volume(array) -> bool:
    shape = array.shape or ()
    return array.dtype.kind in "uifb" and sum(n > 1 for n in shape) >= 3 and 0 not in shape


def _nexus_signal(file):
    """Return the array that NeXus' default path leads to, or None."""
    import h5py

    place, depth = file, 0
    while isinstance(place, h5py.Group) and depth < 8:
        below = place.get(_text(place.attrs.get("default", "")) or "\0")
        if below is None:
            break
        place, depth = below, depth + 1
    if isinstance(place, h5py.Dataset):
        return place
    signal = place.get(_text(place.attrs.get("signal", "")) or "\0")
    return signal if isinstance(signal, h5py.Dataset) else None


def _text(value) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _check(path: Path, array) -> None:
    """Refuse an array that cannot be read as it is, before any of it is read."""
    import h5py

    name = array.name[1:]
    if not array.shape or 0 in array.shape or array.dtype.kind not in "uifb":
        raise FileError(
            f"{path}: expected a volume of numbers in {name}, found shape {array.shape} of "
            f"{array.dtype}; name another array by dataset"
        )
    if array.external:
        raise FileError(
            f"{path}: the voxels of {name} lie in other files ({short(array.external[0][0], 60)}); "
            "write them into one"
        )
    if array.is_virtual:
        return
    create = array.id.get_create_plist()
    for k in range(create.get_nfilters()):
        code = create.get_filter(k)[0]
        if not h5py.h5z.filter_avail(code):
            raise FileError(
                f"{path}: {name} is compressed by {_FILTERS.get(code, f'filter {code}')}, which "
                "h5py does not read by itself; install the library by `pip install hdf5plugin`, or "
                "write the file again with gzip"
            )
    if array.chunks is None:
        stored, wanted, what = (
            array.id.get_storage_size(),
            array.size * array.dtype.itemsize,
            "bytes",
        )
    else:
        stored, what = array.id.get_num_chunks(), "chunks"
        wanted = math.prod(
            -(-edge // chunk) for edge, chunk in zip(array.shape, array.chunks, strict=True)
        )
        one = math.prod(array.chunks) * array.dtype.itemsize
        if one > _LARGEST_CHUNK:
            raise FileError(
                f"{path}: a chunk of {name} takes {one / 2**30:.3g} GB ({array.chunks} values), "
                f"expected {_LARGEST_CHUNK / 2**30:.3g} GB at most; write it in smaller chunks"
            )
    if stored < wanted:
        raise FileError(
            f"{path}: only {stored} of {wanted} {what} of {name} were written, the others would "
            "read as zeros; copy the file again, or export it to its end"
        )


def _letters(array) -> tuple[str | None, list | None]:
    """Return the letters of an array's axes, as ilastik and vigra write them, and their tags."""
    tags = array.attrs.get("axistags")
    if tags is None:
        return None, None
    try:
        axes = json.loads(_text(tags))["axes"]
        return "".join(str(axis["key"]) for axis in axes), axes
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, None


def _axes(path: Path, array) -> tuple[tuple[int, int, int], tuple[str, ...]]:
    name = array.name[1:]
    letters, _ = _letters(array)
    if array.ndim == 2:
        raise FileError(f"{path}: expected a volume in {name}, found one image {array.shape}")
    axes = volume_axes(path, name, array.shape, letters)
    if letters and len(letters) == array.ndim:
        return axes, (f"its axes are {letters.lower()} (axistags)",)
    return axes, ("the axes of the array are slices, rows and columns, in this order",)


def _voxel_size(array, axes) -> tuple:
    """Return the edges (z, y, x) in nm that an array's attributes state."""
    import h5py

    stated = array.attrs.get("element_size_um")
    if stated is not None and np.shape(stated) == (3,):
        # ImageJ's HDF5 plugin; z, y, x in um.
        return tuple(voxel_edge_nm(edge, 1e3) for edge in stated)
    _, tags = _letters(array)
    if tags and len(tags) == array.ndim:
        units = array.attrs.get("axis_units")
        with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
            units = json.loads(_text(units)) if units is not None else {}
            return tuple(
                voxel_edge_nm(tags[a].get("resolution"), unit_nm(units.get(tags[a]["key"])))
                for a in axes
            )
    names = array.parent.attrs.get("axes")
    if names is None or np.ndim(names) != 1 or len(names) != array.ndim:
        return (None, None, None)
    sizes = []
    for axis in axes:
        along = array.parent.get(_text(names[axis]) or "\0")
        usable = (
            isinstance(along, h5py.Dataset)
            and along.shape == (array.shape[axis],)
            and along.dtype.kind in "uif"
            and along.shape[0] > 1
            and not along.external
        )
        if not usable:
            sizes.append(None)
            continue
        nm = unit_nm(_text(along.attrs.get("units", "")))
        step = (float(along[-1]) - float(along[0])) / (along.shape[0] - 1)
        sizes.append(voxel_edge_nm(step, nm))
    return tuple(sizes)


def _facts(path: Path, labels: bool, dataset: str | None = None) -> VolumeFacts:
    with _opened(path, dataset) as (array, why):
        axes, assumed = _axes(path, array)
        dtype, _, told = masks_as_numbers(array.dtype, labels)
        shape = tuple(array.shape[axis] for axis in axes)
        sizes = _voxel_size(array, axes)
    return VolumeFacts(shape, dtype, sizes, ((why,) if why else ()) + assumed + told)


class _Array:
    """An array of an HDF5 file that is opened for each part; one process may read many files."""

    def __init__(self, path: Path, dataset: str | None):
        self._path, self._dataset = path, dataset
        with _opened(path, dataset) as (array, _):
            self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, key) -> np.ndarray:
        import h5py

        with h5py.File(self._path, "r") as file:
            array, _ = _array(self._path, file, self._dataset)
            try:
                return array[key]
            except OSError as error:
                raise FileError(
                    f"{self._path}: voxels of {array.name[1:]} cannot be read ({short(error)}); "
                    "copy the file again"
                ) from error


def _map(path: Path, labels: bool, dataset: str | None = None) -> AxesView:
    array = _Array(path, dataset)
    with _opened(path, dataset) as (opened, _):
        axes, _ = _axes(path, opened)
    dtype, scale, _ = masks_as_numbers(array.dtype, labels)
    return AxesView(array, axes, dtype, scale)


def _is_hdf5(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        for place in _PLACES:
            file.seek(place)
            if file.read(len(_SIGNATURE)) == _SIGNATURE:
                return True
    return False


FORMAT = Format(
    name="an HDF5 file",
    suffixes=(".h5", ".hdf5", ".hdf", ".nxs", ".nx5", ".he5"),
    read=None,
    facts=_facts,
    map=_map,
    recognises=_is_hdf5,
    settings=("dataset",),
)
