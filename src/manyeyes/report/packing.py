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


def pack_masks(masks: Iterable[tuple[Mapping[str, str], np.ndarray]]) -> list[dict]:
    """Return slices of one phase, active material, in several segmentations of an image.

    Parameters
    ----------
    masks : iterable of (mapping, ndarray of bool, shape (slices, y, x))
        Facts about a segmentation (its variant and user), and where it has active material
        on the slices shown. The viewer shows this phase against all others.

    Returns
    -------
    list of dict
        Chunks: ``planes``, the facts about each segmentation and ``active``, a text of 0 and 1
        that says which bytes stand for active material; and ``slices``, the deflated bytes (zlib
        format, base64) of each slice, row by row.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    chunks: list[dict] = []
    codes, patterns, known, shape = None, [()], [], None
    for facts, active in masks:
        if shape is not None and active.shape != shape:
            raise ValueError(
                f"segmentations of one image must have one shape, found {shape} and {active.shape}"
            )
        shape = active.shape
        more = None if codes is None else _joined(codes, patterns, active)
        if more is None:
            if codes is not None:
                chunks.append(_chunk(codes, patterns, known))
            codes, patterns = _joined(np.zeros(shape, np.uint8), [()], active)
            known = []
        else:
            codes, patterns = more
        known.append(facts)
    if codes is not None:
        chunks.append(_chunk(codes, patterns, known))
    return chunks


def _joined(
    codes: np.ndarray, patterns: list[tuple], active: np.ndarray
) -> tuple[np.ndarray, list[tuple]] | None:
    """Return codes and patterns with one more segmentation; None if these are too many."""
    doubled = codes.astype(np.uint16) * 2 + active
    used = np.flatnonzero(np.bincount(doubled.ravel(), minlength=2 * MOST_COMBINATIONS))
    if used.size > MOST_COMBINATIONS:
        return None
    numbers = np.zeros(2 * MOST_COMBINATIONS, np.uint8)
    numbers[used] = np.arange(used.size)
    return numbers[doubled], [(*patterns[code // 2], int(code % 2)) for code in used]


def _chunk(codes: np.ndarray, patterns: list[tuple], known: Sequence[Mapping[str, str]]) -> dict:
    planes = [
        {**facts, "active": "".join(str(pattern[place]) for pattern in patterns)}
        for place, facts in enumerate(known)
    ]
    return {"planes": planes, "slices": [_deflated(plane) for plane in codes]}


def _deflated(plane: np.ndarray) -> str:
    # The slowest level of libdeflate gives 5 % less than zlib's best.
    return _text(imagecodecs.deflate_encode(plane.tobytes(), level=12, raw=False))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
