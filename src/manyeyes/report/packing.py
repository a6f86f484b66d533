"""Slices of images and segmentations, packed for a browser: small, decoded without a library.

Label slices of one image are mostly alike, and thresholds are even nested, so few of the possible
combinations of labels occur at a pixel. A chunk contains as many segmentations as have at most 256
combinations together. A pixel is then one byte, the number of its combination, and the bytes are
deflated, which every browser can undo. On the default study, this takes a third of the space of
single segmentations in deflated bits.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence

import imagecodecs
import numpy as np

from .choosing import MOST_PHASES

MOST_COMBINATIONS = 256
JPEG_QUALITY = 65
"""Noise takes most space; at this quality a slice of the default study is 8 to 10 kB."""


def pack_image(image: np.ndarray, slices: Sequence[int]) -> list[str]:
    """Return slices of a grey-value volume as JPEG in base64.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    slices : sequence of int

    Returns
    -------
    list of str
        One for each slice. JPEG loses detail: not for measuring.

    Raises
    ------
    ValueError
        If the image is not a volume of uint8.
    """
    if image.dtype != np.uint8 or image.ndim != 3:
        raise ValueError(
            f"expected an image of uint8 (z, y, x), found {image.dtype} of shape {image.shape}"
        )
    return [_text(imagecodecs.jpeg8_encode(image[z], level=JPEG_QUALITY)) for z in slices]


def pack_inside(inside: np.ndarray) -> list[str]:
    """Return slices (slices, y, x) of a field of view: a byte per pixel, deflated, in base64."""
    return [_deflated(plane.astype(np.uint8)) for plane in inside]


def pack_labels(
    segmentations: Iterable[tuple[Mapping[str, str], np.ndarray]], phases: int = 1
) -> list[dict]:
    """Return slices of several segmentations of an image.

    Parameters
    ----------
    segmentations : iterable of (mapping, ndarray of bool or uint8, shape (slices, y, x))
        Facts about a segmentation (its variant and user), and the place of the phase of every
        pixel of the slices shown: 1 for the first phase that can be looked at, 0 for none.
    phases : int
        How many phases can be looked at, 1 to 9.

    Returns
    -------
    list of dict
        Chunks: ``planes``, the facts about each segmentation and ``phases``, a text with a digit
        for each byte, the place of its phase; and ``slices``, the deflated bytes (zlib format,
        base64) of each slice, row by row.

    Raises
    ------
    ValueError
        If the shapes differ, or there are too many phases.
    """
    if not 1 <= phases <= MOST_PHASES:
        raise ValueError(f"the viewer can show 1 to {MOST_PHASES} phases, found {phases}")
    chunks: list[dict] = []
    codes, patterns, known, shape = None, [()], [], None
    for facts, places in segmentations:
        if shape is not None and places.shape != shape:
            raise ValueError(
                f"segmentations of one image must have one shape, found {shape} and {places.shape}"
            )
        shape = places.shape
        more = None if codes is None else _joined(codes, patterns, places, phases + 1)
        if more is None:
            if codes is not None:
                chunks.append(_chunk(codes, patterns, known))
            codes, patterns = _joined(np.zeros(shape, np.uint8), [()], places, phases + 1)
            known = []
        else:
            codes, patterns = more
        known.append(facts)
    if codes is not None:
        chunks.append(_chunk(codes, patterns, known))
    return chunks


def _joined(
    codes: np.ndarray, patterns: list[tuple], places: np.ndarray, base: int
) -> tuple[np.ndarray, list[tuple]] | None:
    """Return codes and patterns with one more segmentation; None if these are too many."""
    combined = codes.astype(np.uint16) * base + places
    used = np.flatnonzero(np.bincount(combined.ravel(), minlength=base * MOST_COMBINATIONS))
    if used.size > MOST_COMBINATIONS:
        return None
    numbers = np.zeros(base * MOST_COMBINATIONS, np.uint8)
    numbers[used] = np.arange(used.size)
    return numbers[combined], [(*patterns[code // base], int(code % base)) for code in used]


def _chunk(codes: np.ndarray, patterns: list[tuple], known: Sequence[Mapping[str, str]]) -> dict:
    planes = [
        {**facts, "phases": "".join(str(pattern[place]) for pattern in patterns)}
        for place, facts in enumerate(known)
    ]
    return {"planes": planes, "slices": [_deflated(plane) for plane in codes]}


def _deflated(plane: np.ndarray) -> str:
    # The slowest level of libdeflate gives 5 % less than zlib's best.
    return _text(imagecodecs.deflate_encode(plane.tobytes(), level=12, raw=False))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
