"""What a file is, from its first bytes, so that other formats are not reported as damaged."""

from pathlib import Path

_AS_STACK = "export it as a TIFF stack, one page a slice"


def _named(suffix: str) -> str:
    """Return what to do about a file that is read, but by another name."""
    return f"give it its own name, ending in {suffix}, or {_AS_STACK}"


# First bytes, what they mean, what to do.
_SIGNATURES = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _named(".h5")),
    (b"# AmiraMesh", "an AmiraMesh file", _named(".am")),
    (b"# Avizo", "an AmiraMesh file (Avizo)", _named(".am")),
    (b"# HyperSurface", "an Amira surface", "export the volume itself as a TIFF stack"),
    (b"\x93NUMPY", "a NumPy array", _named(".npy")),
    (b"NRRD000", "an NRRD file", _named(".nrrd")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a Zeiss file (.txm, .txrm) or another OLE file",
        _named(".txm"),
    ),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "name the folder with all slices"),
    (b"\xff\xd8\xff", "a JPEG image", "save all slices in one TIFF stack, from the originals"),
    (b"GIF8", "a GIF image", _AS_STACK),
    (b"BM", "a BMP image", "name the folder with all slices"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image", _AS_STACK),
    (b"# vtk DataFile", "a VTK file", _AS_STACK),
    (b"MATLAB 5.0", "a MATLAB file", _AS_STACK),
    (b"ZISRAWFILE", "a Zeiss file of light and electron microscopes (.czi)", _AS_STACK),
    (b"PK\x03\x04", "a ZIP archive (NumPy's .npz, a zipped Zarr and others are)", "unpack it"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"%PDF", "a PDF document", "name the TIFF stack itself"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file", "fetch it by git lfs pull"),
)
# Formats without a signature, guessed from the name.
_SUFFIXES = {
    ".raw": "raw voxels without a header",
    ".vol": "raw voxels without a header",
    ".bin": "raw voxels without a header",
    ".dat": "raw voxels without a header",
    ".vgi": "a header of raw voxels (VGSTUDIO)",
    ".img": "raw voxels of NIfTI or Analyze",
}
_MICROSCOPES = {".dm3": "a DigitalMicrograph file", ".dm4": "a DigitalMicrograph file"}
# Folders of what may be slices, but are none that are read.
_OTHER_SLICES = {
    "JPEG": (".jpg", ".jpeg"),
    "DICOM": (".dcm", ".dicom"),
    "JPEG 2000": (".jp2", ".j2k"),
    "GIF": (".gif",),
    "raw": (".raw", ".bin"),
}
_AS_SLICES = {
    "JPEG": "export the slices again, as TIFF or PNG: JPEG alters grey values",
    "raw": "join them to one file of raw voxels, or export the slices as TIFF or PNG",
}
_MHA_KEYS = (b"ObjectType", b"NDims", b"Comment")


def what_it_is(path) -> tuple[str, str]:
    """Return what an existing path is that is no TIFF, to follow "this is", and what to do."""
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        return "neither a file nor a folder", "name the TIFF stack itself"
    with path.open("rb") as file:
        start = file.read(1024)
    if not start:
        return "an empty file", "copy or download it again"
    for signature, kind, advice in _SIGNATURES:
        if start.startswith(signature):
            return kind, advice
    # HDF5 may follow a block of the user's own; NIfTI, DICOM and MRC have later signatures.
    if start[512:520] == b"\x89HDF\r\n\x1a\n":
        return "an HDF5 file", _named(".h5")
    if start[344:348] in (b"n+1\0", b"ni1\0"):
        return "a NIfTI file", _named(".nii")
    if start[128:132] == b"DICM":
        return "a DICOM file", _AS_STACK
    if start[208:212] == b"MAP ":
        return "an MRC file", _AS_STACK
    if start.startswith(b"\x1f\x8b"):
        packed = "a NIfTI file, compressed" if ".nii" in path.name else "a gzip archive"
        return packed, _named(".nii.gz") if ".nii" in path.name else "unpack it"
    if start.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        return "a web page", "download the file itself: the address gave a page instead"
    if start.startswith(_MHA_KEYS) and b"=" in start[:64]:
        return "a MetaImage file (.mha, .mhd)", _named(".mha")
    if path.suffix.lower() in _SUFFIXES:
        kind = _SUFFIXES[path.suffix.lower()]
        layout = "raw: {shape: [slices, rows, columns], dtype: uint16}"
        return kind, f"say in the config what they are, beside file: {layout}"
    if path.suffix.lower() in _MICROSCOPES:
        return _MICROSCOPES[path.suffix.lower()], _AS_STACK
    if _is_text(start):
        return "a text file", "name the TIFF stack itself"
    if not any(start):
        return "a file that begins with zeros only", "copy or download it again"
    return f"a file of another kind (its first bytes are {start[:8]!r})", _AS_STACK


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut in two.
        if error.start < len(start) - 3 or len(start) < 4:
            return False
        text = start[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def _folder(path: Path) -> tuple[str, str]:
    names = [entry.name.lower() for entry in path.iterdir() if not entry.name.startswith(".")]
    if {"zarr.json", ".zarray", ".zgroup", ".zattrs"} & {entry.name for entry in path.iterdir()}:
        return "a Zarr folder", _named(".zarr")
    if not names:
        return "an empty folder", "name the TIFF stack itself"
    slices = sum(name.endswith((".tif", ".tiff")) for name in names)
    if slices:
        return f"a folder with {slices} TIFF files", "name the one that holds the volume"
    for kind, suffixes in _OTHER_SLICES.items():
        found = sum(name.endswith(suffixes) for name in names)
        if found:
            return f"a folder with {found} {kind} files", _AS_SLICES.get(
                kind, "export the slices as TIFF or PNG"
            )
    return f"a folder with {len(names)} entries", "name the TIFF stack itself"
