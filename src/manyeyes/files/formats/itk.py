"""NRRD, MetaImage and NIfTI, read by SimpleITK."""

import gzip
import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import COPY_AGAIN, FileError, short
from ..lengths import unit_nm, voxel_edge_nm
from ..libraries import library
from ..trial import LARGEST_TRIED, try_first
from . import Format, VolumeFacts

# Which of SimpleITK's readers may open a suffix; it would try them all.
_READERS = {
    ".nrrd": "NrrdImageIO",
    ".nhdr": "NrrdImageIO",
    ".mha": "MetaImageIO",
    ".mhd": "MetaImageIO",
    ".nii": "NiftiImageIO",
    ".nii.gz": "NiftiImageIO",
}
_SIGNATURES = {b"NRRD000": "NrrdImageIO", b"ObjectType": "MetaImageIO", b"NDims": "MetaImageIO"}
# Names of data in files of their own, within the first part of a header.
_HEADER = 2**16
_DATA_FILE = re.compile(rb"^(?:ElementDataFile *=|data ?file:)[ \t]*([^\r\n]*)", re.M | re.I)
_SPACE_UNITS = re.compile(rb"^space units:[ \t]*([^\r\n]*)", re.M | re.I)
# The most by which the compression of these formats (deflate) can shrink voxels.
_MOST_SHRUNK = 1100
_LARGEST_EDGE = 2**31 - 1
# What MetaImage's library takes on trust: it ends the process where a list is not as long as it
# should be, so headers are checked before. Numbers of these keys, by the power of the dimensions.
_META_LINE = re.compile(rb"([A-Za-z]\w{0,63}) *= *([ -~]{0,1000})\r?")
_META_LISTS = {
    **dict.fromkeys(("DimSize", "ElementSpacing", "ElementSize", "Offset", "Position"), 1),
    **dict.fromkeys(("Origin", "CenterOfRotation", "SubSampling"), 1),
    **dict.fromkeys(("TransformMatrix", "Rotation", "Orientation"), 2),
}
_META_NUMBERS = {"NDims", "HeaderSize", "CompressedDataSize", "ElementNumberOfChannels", "ID"}


def _reader_name(path: Path) -> str:
    name = path.name.lower()
    for suffix, reader in _READERS.items():
        if name.endswith(suffix):
            return reader
    return _recognised(path) or "NrrdImageIO"


def _start(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        start = file.read(count)
    if start[:2] != b"\x1f\x8b":
        return start
    try:
        with gzip.GzipFile(path, "rb") as file:
            return file.read(count)
    except (OSError, EOFError) as error:
        raise FileError(
            f"{path}: its compression is damaged ({short(error)}); copy it again"
        ) from (error)


def _recognised(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(352)
    for signature, reader in _SIGNATURES.items():
        if start.startswith(signature):
            return reader
    return "NiftiImageIO" if start[344:348] in (b"n+1\0", b"ni1\0") else None


def _companions(path: Path) -> list[Path]:
    """Return the file with the voxels of a detached header."""
    if path.suffix.lower() not in (".mhd", ".mha", ".nhdr", ".nrrd") or not path.is_file():
        return []
    with path.open("rb") as file:
        header = file.read(_HEADER)
    # NRRD: voxels follow an empty line; MetaImage: they follow the name of their file.
    end = re.search(rb"\r?\n\r?\n", header) if header.startswith(b"NRRD") else None
    found = _DATA_FILE.search(header[: end.start()] if end else header)
    if found is None or found[1].strip() == b"LOCAL":
        return []
    name = found[1].strip().decode("utf-8", errors="replace")
    if name.split(" ")[0] == "LIST" or "%" in name:
        raise FileError(
            f"{path}: its voxels lie in many files ({short(name, 60)}); write them as one file"
        )
    data = path.parent / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise FileError(
            f"{path}: it names voxels outside its folder ({short(name, 60)}); put both files into "
            "one folder and correct the name in the header"
        )
    if not data.is_file():
        raise FileError(
            f"{path}: the file of its voxels is missing ({short(name, 60)}); put it beside this one"
        )
    return [data]


def _check_metaimage(path: Path) -> None:
    """Refuse a header of MetaImage that its library would not survive."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    end = re.search(rb"^ElementDataFile *=[^\n]*\n?", header, re.M)
    if end is None:
        raise FileError(
            f"{path}: this is no MetaImage, or its header is damaged (ElementDataFile is missing); "
            "copy it again"
        )
    found: dict[str, str] = {}
    for number, line in enumerate(header[: end.end()].rstrip(b"\n").split(b"\n"), start=1):
        match = _META_LINE.fullmatch(line)
        key = match[1].decode() if match else ""
        if not match or key in found:
            raise FileError(
                f"{path}: line {number} of its header is damaged ({short(line[:60])!r}); copy it "
                "again"
            )
        found[key] = match[2].decode()
    dimensions = found.get("NDims", "").strip()
    if dimensions not in ("2", "3", "4"):
        raise FileError(
            f"{path}: expected 3 dimensions (NDims), found {dimensions!r}; copy it again"
        )
    for key, value in found.items():
        wanted = int(dimensions) ** _META_LISTS.get(key, 0)
        if key not in _META_LISTS and key not in _META_NUMBERS:
            continue
        words = value.split()
        if len(words) != wanted or not all(map(_is_number, words)):
            raise FileError(
                f"{path}: expected {wanted} numbers in {key}, found {short(value, 60)!r}; copy it "
                "again"
            )


def _is_number(word: str) -> bool:
    return (
        re.fullmatch(r"[-+]?(\d{1,18}(\.\d{0,30})?|\.\d{1,30})([eE][-+]?\d{1,3})?", word)
        is not None
    )


def _opened(path: Path):
    """Return SimpleITK's reader of a file with its header read, and the edges (z, y, x)."""
    sitk = library(path, "SimpleITK", "NRRD, MetaImage and NIfTI files", "simpleitk")
    held = sum(file.stat().st_size for file in (path, *_companions(path)))
    if _reader_name(path) == "MetaImageIO":
        _check_metaimage(path)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try_first(path, ("itk",), lambda: _beginning(sitk, path, held))
    reader = _new_reader(sitk, path)
    try:
        reader.ReadImageInformation()
        size = [int(n) for n in reader.GetSize()]
        bytes_each = _dtype_of(path, sitk, reader).itemsize
    except RuntimeError as error:
        raise FileError(
            f"{path}: its header cannot be read ({short(str(error).split('sitk::ERROR:')[-1])}); "
            f"{COPY_AGAIN}"
        ) from error
    if reader.GetNumberOfComponents() != 1:
        raise FileError(
            f"{path}: expected one value in a voxel, found {reader.GetNumberOfComponents()} "
            "channels; export the one that you mean by itself"
        )
    shape = [*size[::-1]]
    while len(shape) > 3 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) == 2:
        shape = [1, *shape]
    if len(shape) != 3 or min(shape) < 1 or max(shape) > _LARGEST_EDGE:
        raise FileError(
            f"{path}: expected one volume (z, y, x), found shape {tuple(size[::-1])}; export the "
            "channel or time that you mean by itself"
        )
    announced = math.prod(shape) * bytes_each
    if announced > _MOST_SHRUNK * held:
        raise FileError(
            f"{path}: its header announces {announced:.3g} bytes of voxels (shape {tuple(shape)}), "
            f"but only {held} bytes are there; {COPY_AGAIN}"
        )
    return sitk, reader, tuple(shape)


def _new_reader(sitk, path: Path):
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(_reader_name(path))
    return reader


def _beginning(sitk, path: Path, held: int) -> None:
    """Read the header of a file, and its voxels if they are few; see `_opened`."""
    reader = _new_reader(sitk, path)
    reader.ReadImageInformation()
    for key in reader.GetMetaDataKeys():
        reader.GetMetaData(key)
    size = reader.GetSize()
    announced = math.prod(size) * 8 * reader.GetNumberOfComponents()
    if announced <= min(LARGEST_TRIED, 8 * _MOST_SHRUNK * held):
        # Parts are read by other functions of the library than wholes.
        reader.SetExtractIndex([n // 3 for n in size])
        reader.SetExtractSize([n - n // 3 for n in size])
        reader.Execute()
        _new_reader(sitk, path).Execute()


def _dtype_of(path: Path, sitk, reader) -> np.dtype:
    kinds = {
        sitk.sitkUInt8: "u1",
        sitk.sitkInt8: "i1",
        sitk.sitkUInt16: "u2",
        sitk.sitkInt16: "i2",
        sitk.sitkUInt32: "u4",
        sitk.sitkInt32: "i4",
        sitk.sitkUInt64: "u8",
        sitk.sitkInt64: "i8",
        sitk.sitkFloat32: "f4",
        sitk.sitkFloat64: "f8",
    }
    kind = kinds.get(reader.GetPixelID())
    if kind is None:
        found = sitk.GetPixelIDValueAsString(reader.GetPixelID())
        raise FileError(
            f"{path}: expected integer or real values, found {found}; export grey values"
        )
    return np.dtype(kind)


def _voxel_size(path: Path, reader, shape) -> tuple[tuple, tuple[str, ...]]:
    """Return the edges (z, y, x) in nm, and what was assumed of their unit."""
    spacing = [*reader.GetSpacing()][:3]
    spacing += [0.0] * (3 - len(spacing))
    name = _reader_name(path)
    if name == "NiftiImageIO":
        # ITK converts what NIfTI states to mm.
        code = int(_number(reader, "xyzt_units")) & 7
        units = [1e6] * 3
        stated = code in (1, 2, 3)
    elif name == "NrrdImageIO":
        units = [unit_nm(unit) for unit in _nrrd_units(path, reader)]
        stated = any(units)
    else:
        units, stated = [1e6] * 3, False
    if not stated and name != "NrrdImageIO":
        if all(edge in (0.0, 1.0) for edge in spacing):
            return (None, None, None), ("its spacing is 1 without a unit, which says nothing",)
        sizes = [voxel_edge_nm(edge, 1e6) for edge in spacing]
        if not all(sizes):
            numbers = ", ".join(f"{edge:g}" for edge in spacing[::-1])
            return (None, None, None), (
                f"its spacing ({numbers}; z, y, x) has no unit and cannot be mm; it was ignored",
            )
        assumed: tuple[str, ...] = ("its spacing has no unit and was taken to be in mm",)
    elif not stated:
        told = any(edge not in (0.0, 1.0) and edge == edge for edge in spacing)
        return (None, None, None), (
            ("its spacing has no unit of length and was ignored",) if told else ()
        )
    else:
        assumed = ()
    # NIfTI holds edges in single precision.
    sizes = [
        None if size is None else float(f"{size:.6g}")
        for size in (voxel_edge_nm(e, u) for e, u in zip(spacing, units, strict=True))
    ]
    known = [unit for unit in units if unit]
    if not all(sizes) and len(known) == 3 and any(edge not in (0.0, 1.0) for edge in spacing):
        numbers = ", ".join(f"{e * u / 1e3:g}" for e, u in zip(spacing, units, strict=True))
        assumed += (
            f"its spacing ({numbers} um; x, y, z) is none of a microscope's; what is too large or "
            "too small was ignored",
        )
    return tuple(sizes[::-1]), assumed


def _nrrd_units(path: Path, reader) -> list[str | None]:
    """Return the units of x, y, z; SimpleITK hands on those of axes, not those of space."""
    keys = [f"NRRD_units[{k}]" for k in range(3)]
    if all(reader.HasMetaDataKey(key) for key in keys):
        return [reader.GetMetaData(key) for key in keys]
    found = _SPACE_UNITS.search(_start(path, _HEADER).partition(b"\n\n")[0])
    units = re.findall(r'"([^"]*)"', found[1].decode("utf-8", errors="replace")) if found else []
    return [*units, None, None, None][:3]


def _number(reader, key: str) -> float:
    try:
        return float(reader.GetMetaData(key).strip("'")) if reader.HasMetaDataKey(key) else 0
    except ValueError:
        return 0


def _facts(path: Path, labels: bool) -> VolumeFacts:
    sitk, reader, shape = _opened(path)
    sizes, assumed = _voxel_size(path, reader, shape)
    return VolumeFacts(shape, _dtype_of(path, sitk, reader), sizes, assumed)


def _part(path: Path, labels: bool, start: Sequence[int], stop: Sequence[int]) -> np.ndarray:
    sitk, reader, _ = _opened(path)
    dimension = reader.GetDimension()
    first, last = [*start][::-1], [*stop][::-1]
    index = [*first, *[0] * (dimension - 3)][:dimension]
    size = [b - a for a, b in zip(first, last, strict=True)]
    reader.SetExtractIndex([int(n) for n in index])
    reader.SetExtractSize([int(n) for n in [*size, *[1] * (dimension - 3)][:dimension]])
    try:
        found = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise FileError(
            f"{path}: its voxels cannot be read ({short(str(error).split('sitk::ERROR:')[-1])}); "
            f"{COPY_AGAIN}"
        ) from error
    return found.reshape(tuple(size[::-1]))


FORMAT = Format(
    name="an NRRD, MetaImage or NIfTI volume",
    suffixes=tuple(_READERS),
    read=None,
    facts=_facts,
    recognises=lambda path: _recognised(path) is not None,
    part=_part,
    companions=_companions,
    held_whole=True,
)
