"""Figures and tables inside the page: pictures as data URLs, tables as deflated text."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from urllib.parse import quote

import imagecodecs
import numpy as np

MOST_TABLE_BYTES = 1_000_000
"""Tables that are larger when deflated stay outside the page, which says where they are."""

# Allowed in a data URL within single quotes of HTML; all else is escaped.
_SAFE = ' !"$()*+,-./:;<=>?@[]^_`{|}~'

_PICTURE = re.compile(r'(?<="data:image/png;base64,)[^"]*')


def with_small_pictures(svg: str) -> str:
    """Return an SVG whose pictures take less space and have the same pixels.

    Matplotlib writes grey slices with four channels; one has the same content in half the bytes.
    """
    return _PICTURE.sub(_smaller_picture, svg)


def _smaller_picture(found: re.Match) -> str:
    png = base64.b64decode(found[0])
    pixels = imagecodecs.png_decode(png)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
        if (pixels == pixels[..., :1]).all():
            pixels = pixels[..., 0]
    smaller = imagecodecs.png_encode(np.ascontiguousarray(pixels), level=9)
    return base64.b64encode(min(smaller, png, key=len)).decode("ascii")


def svg_address(svg: str) -> str:
    """Return an SVG as a data URL, to stand as an attribute between single quotes.

    It is longer than the text by a tenth; base64 would add a third. Text that is not an SVG raises
    a ValueError.
    """
    if "<svg" not in svg:
        raise ValueError(f"expected an SVG, found {svg[:40]!r}; draw the figure again")
    return "data:image/svg+xml;charset=utf-8," + quote(svg, safe=_SAFE + "&").replace("&", "&amp;")


def packed_text(text: str) -> str | None:
    """Return a text as deflated bytes (zlib format) in base64, or None if that is too large."""
    packed = zlib.compress(text.encode("utf-8"), 9)
    return base64.b64encode(packed).decode("ascii") if len(packed) <= MOST_TABLE_BYTES else None


def script_json(document: Mapping | list) -> str:
    """Return JSON for a script element, which nothing in it can end."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c")
