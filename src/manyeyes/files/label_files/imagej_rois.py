"""Regions that were outlined in ImageJ and Fiji: one .roi, or a .zip of them (ROI Manager, Save).

A region has the label of its group, if groups are used, else of its name: regions whose names begin
alike (``active-1``, ``active 2``, ``pore``) are one label. ImageJ names regions by slice, row and
column unless they are renamed, and then all are of one label.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..errors import FileError
from . import LabelFormat, Labels

_MOST_REGIONS = 20_000
_LARGEST_REGION = 10_000_000
_MOST_POINTS = 1_000_000
# ImageJ's own names: slice-row-column, or row-column.
_OWN_NAME = re.compile(r"\d+-\d+(-\d+)?(-\d+)?")
_UNNAMED = "region"


def read(path: Path, shapes: Sequence[tuple[int, int, int]]) -> Labels:
    """Return the regions, rasterised; ImageJ counts slices from 1."""
    regions = list(_regions(path))
    shape = _fitting(path, regions, shapes)
    labels = np.zeros(shape, np.uint8)
    keys = [_label_of(region) for region in regions]
    numbers = {key: number for number, key in enumerate(sorted(set(keys)), start=1)}
    if len(numbers) > 16:
        raise FileError(
            f"{path}: its regions have {len(numbers)} different names; give all regions of a phase "
            "the same group, or names that begin alike (active-1, active-2, pore-1)"
        )
    overlaps = 0
    for region, key in zip(regions, keys, strict=True):
        inside = _mask(path, region, shape[1:])
        plane = labels[_slice_of(region, shape)]
        overlaps += int(np.count_nonzero(plane[inside] > 0))
        plane[inside] = numbers[key]
    names = {number: key for key, number in numbers.items()}
    listed = ", ".join(f"{number} {key}" for number, key in names.items())
    remarks = [f"{len(regions)} regions of ImageJ; their labels are {listed}"]
    if overlaps:
        remarks.append(f"{overlaps} pixels lie in several regions; the later one counts")
    return Labels(labels, names, tuple(remarks))


def check(path: Path) -> None:
    """Refuse a file without regions."""
    for region in _regions(path):
        _label_of(region)


def _regions(path: Path) -> Iterator:
    """Yield the regions of a file."""
    import roifile

    count = 0
    for name, data in _packed(path):
        if not data.startswith(b"Iout"):
            raise FileError(f"{path}: {name} is no region of ImageJ; save the regions again")
        # What a region says of the length of its parts is checked against what is there.
        region = roifile.ImagejRoi.frombytes(data)
        if region.n_coordinates > _MOST_POINTS or region.n_coordinates * 4 > len(data):
            raise FileError(f"{path}: {name} announces more points than it has; save it again")
        count += 1
        yield region
    if not count:
        raise FileError(f"{path}: it holds no region; save the regions of the ROI Manager again")


def _packed(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix.lower() != ".zip":
        if path.stat().st_size > _LARGEST_REGION:
            raise FileError(f"{path}: a region of ImageJ is smaller; is it the right file?")
        yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith(".roi")]
        if len(entries) > _MOST_REGIONS:
            raise FileError(f"{path}: it holds {len(entries)} regions, more than {_MOST_REGIONS}")
        for entry in entries:
            if entry.file_size > _LARGEST_REGION:
                raise FileError(f"{path}: {entry.filename} is larger than any region of ImageJ")
            with archive.open(entry) as file:
                yield entry.filename, file.read(_LARGEST_REGION)


def _label_of(region) -> str:
    """Return what a region is of: its group, or the word that its name begins with."""
    if region.group:
        return f"group {region.group}"
    name = (region.name or "").strip()
    if not name or _OWN_NAME.fullmatch(name):
        return _UNNAMED
    word = re.match(r"[^\W\d_]+(?:[ _-]?[^\W\d_]+)*", name)
    return word[0].lower() if word else name


def _slice_of(region, shape) -> int:
    """Return the slice of a region, from 0; in a volume of one slice all lie on it."""
    place = region.z_position or region.position or 1
    return 0 if shape[0] == 1 else place - 1


def _fitting(path: Path, regions, shapes) -> tuple[int, int, int]:
    """Return the first shape that holds all regions."""
    ends = [0, 0, 0]
    for region in regions:
        place = region.z_position or region.position
        if not place and all(shape[0] > 1 for shape in shapes):
            raise FileError(
                f"{path}: a region ({region.name!r:.40}) is of no slice; in ImageJ, associate "
                "regions with slices (ROI Manager, More, Options)"
            )
        _, _, bottom, right = _extent(region)
        ends = [max(a, b) for a, b in zip(ends, (place, bottom, right), strict=True)]
    for shape in shapes:
        if all(end <= n for end, n in zip(ends, shape, strict=True)):
            return shape
    wanted = " or ".join(map(str, shapes))
    raise FileError(
        f"{path}: its regions reach to slice {ends[0]}, row {ends[1]}, column {ends[2]}, beyond "
        f"the dataset of {wanted} (z, y, x); do they belong to another image?"
    )


def _extent(region) -> tuple[int, int, int, int]:
    """Return the first and end row and column: of outlines by their corners.

    Programs differ on whether the box of an outline includes its last corner.
    """
    points = region.coordinates() if _is_outline(region) else None
    if points is None or not len(points):
        return region.top, region.left, region.bottom, region.right
    (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return int(top), int(left), int(bottom), int(right)


def _is_outline(region) -> bool:
    import roifile

    types = roifile.ROI_TYPE
    return region.roitype in (types.POLYGON, types.FREEHAND, types.TRACED)


def _mask(path: Path, region, shape) -> np.ndarray:
    """Return which pixels of a slice lie in a region."""
    import roifile
    from skimage import draw

    kind, inside = region.roitype, np.zeros(shape, bool)
    types = roifile.ROI_TYPE
    top, left, bottom, right = _extent(region)
    if not (0 <= top <= bottom <= shape[0] and 0 <= left <= right <= shape[1]):
        raise FileError(f"{path}: a region ({region.name!r:.40}) lies outside the image")
    if region.composite:
        raise FileError(
            f"{path}: {region.name!r:.40} is made of several parts; split it in ImageJ (Edit, "
            "Selection, More, Split) or save a label image"
        )
    if kind == types.RECT:
        inside[top:bottom, left:right] = True
    elif kind == types.OVAL:
        # ImageJ's ellipse touches the sides of its rectangle, which lie between pixels.
        centre = ((top + bottom - 1) / 2, (left + right - 1) / 2)
        rows, columns = draw.ellipse(
            *centre, (bottom - top) / 2, (right - left) / 2, shape=tuple(shape)
        )
        inside[rows, columns] = True
    elif _is_outline(region):
        points = region.coordinates()
        # ImageJ's corners lie between pixels, scikit-image's on their centres.
        inside = draw.polygon2mask(tuple(shape), points[:, ::-1] - 0.5)
    else:
        raise FileError(
            f"{path}: {region.name!r:.40} is a {kind.name.lower()}, which has no area; labels are "
            "polygons, freehand and traced outlines, rectangles and ovals"
        )
    return inside


LABEL_FORMAT = LabelFormat("a set of regions of ImageJ", (".roi", ".zip"), read, check)
