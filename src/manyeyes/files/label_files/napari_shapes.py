"""Shapes that were drawn in napari, saved as CSV (File, Save Selected Layer).

A row is a corner: ``index`` (of the shape), ``shape-type``, ``vertex-index``, ``axis-0`` to
``axis-2`` in pixels (z, y, x). All shapes of a file are of one layer, so of one label, 1; several
phases take labels of a labels layer, which napari saves as TIFF.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import FileError
from . import LabelFormat, Labels

_COLUMNS = ("index", "shape-type", "vertex-index")
_AREAS = ("polygon", "rectangle", "ellipse")
_MOST_ROWS = 2_000_000
_LARGEST = 500_000_000


def read(path: Path, shapes: Sequence[tuple[int, int, int]]) -> Labels:
    """Return the shapes, rasterised: 1 within them."""
    from skimage import draw

    found = _shapes(path)
    ends = np.ceil(np.max([points.max(axis=0) for _, points in found], axis=0))
    shape = next((s for s in shapes if (ends - 1 <= np.array(s)).all()), None)
    if shape is None:
        raise FileError(
            f"{path}: its shapes reach to {ends.tolist()}, beyond the dataset of "
            f"{' or '.join(map(str, shapes))} (z, y, x); do they belong to another image?"
        )
    labels = np.zeros(shape, np.uint8)
    for kind, points in found:
        z = round(float(points[0, 0]))
        if not 0 <= z < shape[0] or np.ptp(points[:, 0]) > 1e-6:
            raise FileError(f"{path}: a shape does not lie within one slice (axis 0); draw it so")
        corners = points[:, 1:]
        if kind == "ellipse":
            middle = corners.mean(axis=0)
            halves = np.ptp(corners, axis=0) / 2
            rows, columns = draw.ellipse(*middle, *(halves + 1e-9), shape=shape[1:])
            labels[z, rows, columns] = 1
        else:
            labels[z][draw.polygon2mask(shape[1:], corners)] = 1
    return Labels(labels, {1: "shapes"}, (f"{len(found)} shapes of napari, all of one label",))


def check(path: Path) -> None:
    """Refuse a table without shapes."""
    _shapes(path)


def _shapes(path: Path) -> list[tuple[str, np.ndarray]]:
    """Return kind and corners (z, y, x) of each shape."""
    if path.stat().st_size > _LARGEST:
        raise FileError(f"{path}: a table of shapes is smaller; is it the right file?")
    corners: dict[str, list] = {}
    kinds: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        columns = [name.strip() for name in rows.fieldnames or ()]
        axes = [name for name in columns if name.startswith("axis-")]
        if not set(_COLUMNS) <= set(columns) or len(axes) != 3:
            raise FileError(
                f"{path}: expected shapes of napari in a volume (columns index, shape-type, "
                f"vertex-index, axis-0, axis-1, axis-2), found {', '.join(columns):.80}"
            )
        for number, row in enumerate(rows):
            if number > _MOST_ROWS:
                raise FileError(f"{path}: it has more than {_MOST_ROWS} corners")
            try:
                point = [float(row[axis]) for axis in ("axis-0", "axis-1", "axis-2")]
            except (TypeError, ValueError, KeyError):
                point = [np.nan]
            if not np.isfinite(point).all() or max(map(abs, point)) > 1e6:
                raise FileError(f"{path}: line {number + 2} has no place of a corner in pixels")
            corners.setdefault(row["index"], []).append(point)
            kinds[row["index"]] = row["shape-type"]
    if not corners:
        raise FileError(f"{path}: it holds no shape; save the layer again")
    for kind in kinds.values():
        if kind not in _AREAS:
            raise FileError(
                f"{path}: a shape is a {kind!r:.40}, which has no area; labels are "
                f"{', '.join(_AREAS)}"
            )
    return [(kinds[index], np.array(points)) for index, points in corners.items()]


LABEL_FORMAT = LabelFormat("a table of napari's shapes", (".csv",), read, check)
