"""Labels of an ilastik project (.ilp): HDF5, with the labels of each image (lane) in blocks.

As ilastik 1.2 to 1.4 write it: ``PixelClassification/LabelSets/labels000`` holds the blocks of the
first lane, each with its place as text in the attribute ``blockSlice`` (``[0:2,1:8,2:10,0:1]``).
Their axes are those of the image, with the channel moved to the end. ``Input Data/infos/lane0000``
says which image it is. Projects hold pickled objects too, which are not read.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..errors import FileError
from ..trial import try_first
from . import LabelFormat, Labels

OUR_FEATURES = (
    "the forest of this study always uses GaussianSmoothing at 0.3, 0.7, 1, 1.6, 3.5, 5, 10 and "
    "the other five features of ilastik at the six larger of these, all in 3D"
)

_SLICES = re.compile(r"\[\d{1,9}:\d{1,9}(,\d{1,9}:\d{1,9}){1,4}\]")
_SETS = "PixelClassification/LabelSets"
_LANES = "Input Data/infos"
_MOST_BLOCKS = 1_000_000
_LONGEST_TEXT = 100_000
# CPU seconds that reading may take, and bytes of the file for each one more.
_LEAST_S, _BYTES_A_S = 4, 1_000_000


def read(path: Path, shapes: Sequence[tuple[int, int, int]]) -> Labels:
    """Return the labels of the lane whose image is as large as the dataset or as its file."""
    # HDF5 runs without end, or ends the process, over some damaged files.
    shapes = tuple(tuple(shape) for shape in shapes)
    _try_first(path, ("ilastik", shapes), lambda: _read(path, shapes))
    return _read(path, shapes)


def check(path: Path) -> None:
    """Refuse a file that is no project of pixel classification with labels."""
    _try_first(path, ("ilastik",), lambda: _check(path))
    _check(path)


def _try_first(path: Path, what: tuple, attempt: Callable[[], object]) -> None:
    # Many small blocks take longer than their bytes.
    try_first(path, what, attempt, _LEAST_S, _BYTES_A_S)


def _read(path: Path, shapes: Sequence[tuple[int, int, int]]) -> Labels:
    import h5py

    with h5py.File(path, "r") as file:
        sets = _label_sets(path, file)
        lanes = {name: _Lane(path, file, number) for number, name in enumerate(sorted(sets))}
        fitting = {n: lane.fits(shapes, _group(sets, n)) for n, lane in lanes.items()}
        chosen = [name for name, shape in fitting.items() if shape and len(_group(sets, name))]
        if len(chosen) != 1:
            described = "; ".join(lane.described() for lane in lanes.values()) or "none"
            wanted = " or ".join(str(shape) for shape in shapes)
            found = "no image with labels" if not chosen else f"{len(chosen)} images with labels"
            raise FileError(
                f"{path}: {found} in this ilastik project is of the dataset's size, {wanted} (z, "
                f"y, x); its images are {described}. Keep one image of that size in a project"
            )
        (name,) = chosen
        labels = np.zeros(fitting[name], np.uint8)
        for block in sorted(_group(sets, name)):
            _put(path, labels, _dataset(_group(sets, name), block), lanes[name], block)
        names = dict(enumerate(_texts(file.get("PixelClassification/LabelNames")), start=1))
        return Labels(labels, names, _remarks(file, names))


def _check(path: Path) -> None:
    import h5py

    with h5py.File(path, "r") as file:
        _label_sets(path, file)


def _label_sets(path: Path, file):
    import h5py

    found = file.get(_SETS, getlink=True)
    group = file.get(_SETS) if isinstance(found, h5py.HardLink) else None
    if not isinstance(group, h5py.Group):
        flow = _text(file.get("workflowName")) or "of an unknown workflow"
        raise FileError(
            f"{path}: expected an ilastik project of Pixel Classification with labels, found one "
            f"{flow!r:.60} without; export the labels or the segmentation from ilastik"
        )
    if not any(len(_group(group, name)) for name in group):
        raise FileError(f"{path}: nobody has labelled anything in this ilastik project")
    return group


def _group(parent, name: str):
    import h5py

    # A link may lead to another file.
    link = parent.get(name, getlink=True)
    found = parent.get(name) if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Group) or len(found) > _MOST_BLOCKS:
        raise FileError(f"{parent.file.filename}: {name} is no group of labels; save it again")
    return found


def _dataset(parent, name: str):
    import h5py

    link = parent.get(name, getlink=True)
    found = parent.get(name) if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
        raise FileError(f"{parent.file.filename}: {name} is no block of labels; save it again")
    return found


class _Lane:
    """What a project says of one of its images."""

    def __init__(self, path: Path, file, number: int):
        info = file.get(f"{_LANES}/lane{number:04d}/Raw Data")
        # Before 1.0 there was one role only.
        info = file.get(f"{_LANES}/lane{number:04d}") if info is None else info
        self.name = (
            (_text(info.get("filePath")) or f"image {number}") if info else f"image {number}"
        )
        self.axes = _axes(path, info) if info else None
        self.shape = _shape(info) if info else None

    def spatial_axes(self, dimensions: int) -> str:
        """Return the axes of blocks with so many dimensions, without the channel at their end."""
        known = self.axes.replace("c", "") if self.axes else ""
        usual = {3: "yx", 4: "zyx", 5: "tzyx"}.get(dimensions, "")
        return known if len(known) + 1 == dimensions else usual

    def fits(self, shapes, blocks) -> tuple[int, int, int] | None:
        """Return which of some shapes (z, y, x) its image has, if any."""
        if self.shape and self.axes and len(self.shape) == len(self.axes):
            size = dict(zip(self.axes, self.shape, strict=True))
            own = tuple(size.get(axis, 1) for axis in "zyx")
            return own if own in shapes and size.get("t", 1) == 1 else None
        # Older projects do not say how large the image is; the blocks must lie within it.
        return next((shape for shape in shapes if self._holds(shape, blocks)), None)

    def _holds(self, shape, blocks) -> bool:
        ends = dict.fromkeys("zyx", 0)
        for name in blocks:
            block = _dataset(blocks, name)
            place = _place(block)
            if place is None:
                return False
            axes = self.spatial_axes(len(place))
            for axis, (_, stop) in zip(axes, place, strict=False):
                ends[axis] = max(ends.get(axis, 0), stop)
        return all(ends[a] <= n for a, n in zip("zyx", shape, strict=True))

    def described(self) -> str:
        """Return the image's name and size in words."""
        size = f" {self.axes} {self.shape}" if self.shape else ""
        return f"{self.name}{size}"


def _axes(path: Path, info) -> str | None:
    """Return the letters of an image's axes."""
    text = _text(info.get("axistags"))
    try:
        keys = [axis["key"] for axis in json.loads(text)["axes"]] if text else None
    except (ValueError, KeyError, TypeError, RecursionError):
        keys = None
    if keys is None or not all(isinstance(key, str) and len(key) == 1 for key in keys):
        return _text(info.get("axisorder"))
    return "".join(keys) if len(set(keys)) == len(keys) else None


def _shape(info) -> tuple[int, ...] | None:
    import h5py

    stored = info.get("shape")
    if not isinstance(stored, h5py.Dataset) or stored.size > 6 or stored.dtype.kind not in "ui":
        return None
    return tuple(int(n) for n in np.ravel(stored[()]))


def _place(block) -> list[tuple[int, int]] | None:
    """Return first and end index along each axis of a block; None if it does not say."""
    text = block.attrs.get("blockSlice")
    text = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    if not isinstance(text, str) or not _SLICES.fullmatch(text):
        return None
    return [tuple(map(int, part.split(":"))) for part in text[1:-1].split(",")]


def _put(path: Path, labels: np.ndarray, block, lane: _Lane, name: str) -> None:
    """Put the labels of a block where they belong."""
    place = _place(block)
    what = f"{path}: {name} of {lane.name}"
    if place is None or tuple(stop - start for start, stop in place) != block.shape:
        raise FileError(f"{what}: its size {block.shape} is not that of its place; save it again")
    if block.dtype.kind != "u" or block.dtype.itemsize > 4:
        raise FileError(f"{what}: labels are whole numbers, found {block.dtype}; save it again")
    axes = lane.spatial_axes(len(place))
    if not axes or set(axes) - set("tzyx") or not set("yx") <= set(axes):
        raise FileError(
            f"{what}: its axes are {lane.axes or 'not known'}; use an image with the axes z, y, x"
        )
    ends = dict(zip(axes, place, strict=False))
    region = [ends.get(axis, (0, 1)) for axis in "zyx"]
    if any(
        start >= stop or stop > n for (start, stop), n in zip(region, labels.shape, strict=True)
    ):
        raise FileError(f"{what}: {place} lies outside the image {labels.shape}; save it again")
    if place[-1] != (0, 1) or ends.get("t", (0, 1)) != (0, 1):
        raise FileError(f"{what}: labels of several channels or times cannot be told apart")
    values = np.asarray(block)[..., 0]
    order = [axes.index(axis) for axis in "tzyx" if axis in axes]
    values = values.transpose(order).reshape([stop - start for start, stop in region])
    if values.max(initial=0) > 255:
        raise FileError(f"{what}: expected labels up to 255, found {values.max()}; save it again")
    labels[tuple(slice(start, stop) for start, stop in region)] = values


def _remarks(file, names: dict[int, str]) -> tuple[str, ...]:
    """Return what the project says of itself: its version, labels, and the features in use."""
    version = _text(file.get("ilastikVersion")) or "of an unknown version"
    listed = ", ".join(f"{number} {name}" for number, name in names.items()) or "without names"
    found = [f"ilastik project ({version}); its labels are {listed}"]
    features = _features(file)
    if features:
        found.append(f"the project's own classifier uses {features}; {OUR_FEATURES}")
    return tuple(found)


def _features(file) -> str:
    """Return the selected features and their scales in words."""
    ids = _texts(file.get("FeatureSelections/FeatureIds"))
    scales = _numbers(file.get("FeatureSelections/Scales"))
    chosen = _numbers(file.get("FeatureSelections/SelectionMatrix"))
    flat = _numbers(file.get("FeatureSelections/ComputeIn2d"))
    if not ids or scales is None or chosen is None or chosen.shape != (len(ids), scales.size):
        return ""
    in_2d = np.zeros(scales.size, bool)
    if flat is not None and flat.size == scales.size:
        in_2d = flat.ravel() != 0
    parts = []
    for name, row in zip(ids, chosen, strict=True):
        sigmas = [
            f"{sigma:g}{' in 2D' if two else ''}"
            for sigma, use, two in zip(scales.ravel(), row, in_2d, strict=True)
            if use
        ]
        if sigmas:
            parts.append(f"{name} at {', '.join(sigmas)}")
    return "; ".join(parts)


def _text(stored) -> str | None:
    """Return a short text of a project, or None."""
    import h5py

    if not isinstance(stored, h5py.Dataset) or stored.shape != ():
        return None
    # Opaque values are pickled objects; they are not read.
    if h5py.check_string_dtype(stored.dtype) is None:
        return None
    value = stored[()]
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST_TEXT else None


def _texts(stored) -> list[str]:
    import h5py

    if not isinstance(stored, h5py.Dataset) or stored.ndim != 1 or stored.size > 1000:
        return []
    if h5py.check_string_dtype(stored.dtype) is None:
        return []
    values = stored[()].tolist()
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values]


def _numbers(stored) -> np.ndarray | None:
    import h5py

    if not isinstance(stored, h5py.Dataset) or stored.size > 10_000:
        return None
    return stored[()] if stored.dtype.kind in "fiub" else None


LABEL_FORMAT = LabelFormat("an ilastik project", (".ilp",), read, check)
