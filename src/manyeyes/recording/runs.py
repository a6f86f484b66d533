"""Pixels of a slice as text: runs for what a stroke changes, packed bytes for a whole slice."""

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np


def runs_of(pixels: np.ndarray) -> list[int]:
    """Return start and length of each run of True pixels, one after the other.

    Parameters
    ----------
    pixels : ndarray of bool, any shape
        Read in the order of memory, so a run may go on in the next row.

    Returns
    -------
    list of int
        ``[start, length, start, length, ...]``, ascending.
    """
    flat = np.concatenate([[False], np.ravel(pixels), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = edges[::2], edges[1::2]
    return np.stack([starts, ends - starts], axis=1).ravel().tolist()


def pixels_of(runs: Sequence[int], size: int) -> np.ndarray:
    """Return the flat indices of the pixels in runs, ascending.

    Parameters
    ----------
    runs : sequence of int
        As `runs_of` returns.
    size : int
        Pixels of the slice.

    Raises
    ------
    ValueError
        If the runs are not whole numbers in pairs, leave the slice, overlap or do not ascend.
    """
    if not isinstance(runs, list | tuple) or len(runs) % 2 or len(runs) > size + 1:
        raise ValueError("runs must be a list of start and length, in pairs")
    # A bool is an int to Python, and JSON has both.
    if not all(type(number) is int and 0 <= number <= size for number in runs):
        raise ValueError(f"runs must hold whole numbers from 0 to {size}")
    starts, lengths = np.array(runs, np.int64).reshape(-1, 2).T
    ends = starts + lengths
    if (lengths < 1).any() or (ends > size).any() or (starts[1:] < ends[:-1]).any():
        raise ValueError(f"runs must ascend, not overlap, and stay within {size} pixels")
    # one step per pixel, except from the end of a run to the next start
    steps = np.ones(int(lengths.sum()), np.int64)
    if steps.size:
        steps[0] = starts[0]
        steps[np.cumsum(lengths)[:-1]] = starts[1:] - ends[:-1] + 1
    return np.cumsum(steps)


def packed(codes: np.ndarray) -> str:
    """Return a slice of codes, uint8, as text: its bytes, deflated, in base64."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(codes, np.uint8), 6)).decode()


def unpacked(text: object, shape: Sequence[int]) -> np.ndarray:
    """Return the slice, uint8 of a known shape, that `packed` made a text of.

    Raises
    ------
    ValueError
        If the text is none, or holds more or fewer bytes than the slice has pixels. No more than
        these are unpacked.
    """
    size = int(np.prod(shape))
    if not isinstance(text, str):
        raise ValueError(f"expected a packed slice, found {type(text).__name__}")
    try:
        unpacking = zlib.decompressobj()
        found = unpacking.decompress(base64.b64decode(text, validate=True), size + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise ValueError(f"a packed slice cannot be read ({error})") from error
    if len(found) != size:
        amount = "more" if len(found) > size else f"{len(found)}"
        raise ValueError(f"a packed slice must hold {size} pixels, found {amount}")
    return np.frombuffer(found, np.uint8).reshape(shape).copy()
