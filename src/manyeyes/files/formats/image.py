"""Single images (PNG, BMP), as slices of a folder."""

from pathlib import Path

import numpy as np

from ..colour import grey_of_colour
from ..errors import FileError
from ..libraries import library
from . import Format, VolumeFacts

_KINDS = {b"\x89PNG\r\n\x1a\n": "PNG", b"BM": "BMP"}
# A PNG of one grey value is smaller than its voxels by at most this factor (deflate).
_MOST_SHRUNK = 1100
_DTYPES = {"1": "u1", "L": "u1", "LA": "u1", "P": "u1", "RGB": "u1", "RGBA": "u1", "I;16": "u2"}
_DTYPES |= {"I;16B": "u2", "I;16L": "u2"}


def _kind(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(8)
    return next((kind for begins, kind in _KINDS.items() if start.startswith(begins)), None)


def _opened(path: Path):
    """Return an image whose header alone was read, by Pillow."""
    kind = _kind(path)
    if kind is None:
        raise FileError(
            f"{path}: this is neither a PNG nor a BMP image; correct its name, or copy it again"
        )
    opener = library(path, "PIL.Image", "PNG and BMP images", "pillow")
    with path.open("rb") as file:
        start = file.read(26)
    if kind == "PNG":
        # Pillow refuses more pixels than 179 million, whatever the file holds.
        columns, rows = (int.from_bytes(start[k : k + 4], "big") for k in (16, 20))
        _check_pixels(path, rows, columns)
        _check_chunks(path)
    image = opener.open(path, formats=[kind])
    try:
        _check_pixels(path, image.height, image.width)
    except FileError:
        image.close()
        raise
    if image.mode not in _DTYPES:
        image.close()
        raise FileError(
            f"{path}: expected a grey image of 8 or 16 bits, found the kind {image.mode}; export "
            "it as grey TIFF"
        )
    return image


def _check_pixels(path: Path, rows: int, columns: int) -> None:
    """Refuse a header that announces more pixels, of a bit at least, than its bytes can hold."""
    held = path.stat().st_size
    if rows * columns > 8 * _MOST_SHRUNK * held:
        raise FileError(
            f"{path}: its header announces {rows} x {columns} pixels, which its {held} bytes "
            "cannot hold; copy it again"
        )


def _check_chunks(path: Path) -> None:
    """Refuse a PNG with a chunk that ends beyond the file: memory is taken for all of a chunk."""
    held, place = path.stat().st_size, 8
    with path.open("rb") as file:
        while place + 8 <= held:
            file.seek(place)
            length, kind = int.from_bytes(file.read(4), "big"), file.read(4)
            place += 12 + length
            if place > held:
                raise FileError(
                    f"{path}: a part of it announces {length} bytes, which lie beyond its end; it "
                    "is damaged or was cut off, copy it again"
                )
            if kind == b"IEND":
                return


def read(path: Path, labels: bool) -> np.ndarray:
    """Return an image as a volume of one slice; labels by their index in a palette."""
    with _opened(path) as image:
        if image.mode == "P" and not labels:
            return grey_of_colour(path, np.asarray(image.convert("RGB")))[None]
        values = np.asarray(image)
    if values.dtype == bool:
        return values.astype(np.uint8)[None] * np.uint8(1 if labels else 255)
    if values.ndim == 3:
        values = grey_of_colour(path, values)
    return values.astype(values.dtype.newbyteorder("="), copy=False)[None]


def facts(path: Path, labels: bool) -> VolumeFacts:
    """Return shape and dtype, and what is assumed of colours and masks."""
    with _opened(path) as image:
        columns, rows = image.size
        dtype, mode = np.dtype(_DTYPES[image.mode]), image.mode
    assumed = ()
    if mode in ("RGB", "RGBA", "LA"):
        assumed = ("its colours are grey; one channel was taken, opacity ignored",)
    elif mode == "1" and not labels:
        assumed = ("1-bit values were taken as the grey values 0 and 255",)
    elif mode == "P":
        assumed = (
            ("labels are the indices of the table of colours",)
            if labels
            else ("grey values were taken as its table of colours shows them",)
        )
    return VolumeFacts((1, rows, columns), dtype, assumed=assumed)


FORMAT = Format(
    name="a PNG or BMP image",
    suffixes=(".png", ".bmp"),
    read=read,
    facts=facts,
    recognises=lambda path: _kind(path) is not None,
)
