"""Reconstructed volumes of Zeiss (Xradia) microscopes (``.txm``), read by txrm2tiff.

The container is that of scans (``.txrm``); its images are the slices.
"""

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..errors import FileError
from ..lengths import voxel_edge_nm
from . import Format, VolumeFacts

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The container of a scan is the same. It has angles; its reference may be in another file.
_OF_SCANS = (".txrm", ".xrm")
# Codes of ImageInfo/DataType.
_DTYPES = {2: "i1", 3: "u1", 4: "i2", 5: "u2", 6: "i4", 7: "u4", 10: "f4", 11: "f8"}


@contextmanager
def _opened(path: Path) -> Iterator[tuple]:
    """Give an open file, and the shape and dtype that its header announces."""
    if not _is_ole(path):
        with path.open("rb") as file:
            start = file.read(8)
        raise FileError(
            f"{path}: this is no Zeiss file (its first bytes are {start!r}); copy it again"
        )
    try:
        from txrm2tiff import open_txrm
    except ImportError as error:
        raise FileError(
            f"{path}: Zeiss files are read by the library txrm2tiff, which is not installed; "
            "install it with `pip install txrm2tiff` (the extra `zeiss` of this package), or "
            "export the volume as a TIFF stack"
        ) from error
    before = logging.root.manager.disable
    # txrm2tiff writes to the root logger what is reported here.
    logging.disable(logging.ERROR)
    try:
        # Handed over open: of a path, txrm2tiff wants the suffix of scans.
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with open_txrm(stream, load_images=False, load_reference=False, strict=False) as file:
                yield file, *_announced(path, file)
    finally:
        logging.disable(before)


def _announced(path: Path, file) -> tuple[tuple[int, int, int], np.dtype]:
    info = file.image_info
    values = []
    for key in ("ImagesTaken", "ImageHeight", "ImageWidth"):
        found = info.get(key)
        if not found and key == "ImagesTaken":
            found = info.get("NoOfImages")
        if not found or not math.isfinite(float(found[0])):
            raise FileError(
                f"{path}: ImageInfo/{key} is missing, so this is no volume of a Zeiss microscope, "
                "or it is truncated; copy it again"
            )
        values.append(int(found[0]))
    of_scan = path.suffix.lower() in _OF_SCANS or file.has_reference
    if len(info.get("Angles") or []) and of_scan:
        raise FileError(
            f"{path}: this holds the projections of a scan, not a tomogram; use source: "
            "{kind: projections}"
        )
    code = file.read_single_value_from_stream("ImageInfo/DataType")
    dtype = _DTYPES.get(int(code) if code is not None else -1)
    if dtype is None:
        raise FileError(
            f"{path}: the type of its values ({code}) is not known; export the volume as a TIFF "
            "stack"
        )
    if min(values) < 1 or math.prod(values) * np.dtype(dtype).itemsize > path.stat().st_size:
        raise FileError(
            f"{path}: the header announces {values[0]} slices of {values[1]} x {values[2]} voxels, "
            f"which its {path.stat().st_size} bytes cannot hold; copy it again"
        )
    return tuple(values), np.dtype(dtype)


def _facts(path: Path, labels: bool) -> VolumeFacts:
    with _opened(path) as (file, shape, dtype):
        pixel_um = next(iter(file.image_info.get("PixelSize") or []), None)
    size = None if pixel_um is None else voxel_edge_nm(f"{float(pixel_um):.6g}", 1e3)
    assumed = (
        "its rows are in the file's order; the microscope's own viewer may show them turned",
    )
    if size is not None:
        assumed += ("voxels are cubes of its pixel size",)
    return VolumeFacts(shape, dtype, (size,) * 3, assumed)


def _part(path: Path, labels: bool, start: Sequence[int], stop: Sequence[int]) -> np.ndarray:
    with _opened(path) as (file, shape, dtype):
        volume = np.empty([b - a for a, b in zip(start, stop, strict=True)], dtype)
        for place, number in enumerate(range(start[0], stop[0])):
            images = np.asarray(file.extract_images(number + 1, number + 1))
            if images.shape != (1, *shape[1:]) or images.dtype != dtype:
                raise FileError(
                    f"{path}: slice {number} (counted from 0) cannot be read; found {images.dtype} "
                    f"of shape {images.shape}, expected {dtype} of {(1, *shape[1:])}; it may be "
                    "truncated, copy it again"
                )
            volume[place] = images[0, start[1] : stop[1], start[2] : stop[2]]
    return volume


def _is_ole(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SIGNATURE)) == _SIGNATURE


FORMAT = Format(
    name="a Zeiss .txm volume",
    suffixes=(".txm", ".txrm"),
    read=None,
    facts=_facts,
    recognises=_is_ole,
    part=_part,
)
