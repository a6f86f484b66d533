"""Checks of input; their messages say what to do."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np

LARGEST_INTEGER = 2**24
"""Up to this value, float32 represents every integer."""

LARGEST_VALUE = 1e15
"""Up to this value, the structure tensor's gradient products stay well inside float32."""


def check_shape(volume: np.ndarray) -> None:
    """Raise ValueError unless the volume has three axes, voxels and a numeric type."""
    if volume.ndim != 3:
        raise ValueError(f"expected a volume with axes (z, y, x), found shape {volume.shape}")
    if 0 in volume.shape:
        raise ValueError(f"the volume is empty: its shape is {volume.shape}")
    if volume.dtype.kind not in "uif":
        raise ValueError(
            f"expected a volume of integers or floats, found {volume.dtype}; convert it first"
        )


def check_values(block: np.ndarray) -> None:
    """Raise ValueError unless all values can be filtered in float32."""
    if block.dtype.kind == "f":
        # Comparisons with NaN are false, so this one finds it too. It compares plain numbers,
        # because the bound is infinite in float16.
        if not float(np.abs(block).max()) <= LARGEST_VALUE:
            raise ValueError(
                "the volume has values that are NaN, infinite or beyond "
                f"{LARGEST_VALUE:g}; replace them or scale the volume first"
            )
    elif block.dtype.itemsize > 2:
        low, high = int(block.min()), int(block.max())
        if max(-low, high) > LARGEST_INTEGER:
            raise ValueError(
                f"the volume has integers from {low} to {high}, but float32 holds them exactly "
                f"only up to {LARGEST_INTEGER}; convert the grey levels to 8 or 16 bits first"
            )


def check_labels(labels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the classes present in the labels, or raise ValueError.

    Parameters
    ----------
    labels : ndarray of integers, shape (z, y, x)
        0 is unlabelled; other values up to 255 are classes.
    shape : tuple of int
        Shape of the volume.

    Returns
    -------
    ndarray of uint8
        Two classes or more, ascending.
    """
    if tuple(labels.shape) != tuple(shape):
        exchanged = sorted(labels.shape) == sorted(shape)
        raise ValueError(
            f"the labels have shape {tuple(labels.shape)}, but the volume has {tuple(shape)}; "
            + ("exchange their axes" if exchanged else "label a volume of the same shape")
        )
    if labels.dtype.kind not in "ui":
        raise ValueError(f"expected labels of type uint8, found {labels.dtype}; convert them first")
    if labels.dtype != np.uint8:
        low = min(int(np.min(labels[z])) for z in range(shape[0]))
        high = max(int(np.max(labels[z])) for z in range(shape[0]))
        if low < 0 or high > 255:
            raise ValueError(
                f"expected labels between 0 and 255, found {low} to {high}; renumber the classes"
            )
    # Slice by slice, because counting takes eight bytes for each voxel.
    counts = sum(
        np.bincount(np.ravel(labels[z]).astype(np.uint8), minlength=256) for z in range(shape[0])
    )
    found = np.flatnonzero(counts)
    classes = found[found > 0].astype(np.uint8)
    if classes.size < 2:
        raise ValueError(
            f"expected labels of two classes or more, found {classes.tolist()} "
            "(0 is unlabelled); label some voxels of another class"
        )
    return classes


def check_whole(number: int, name: str) -> None:
    """Raise ValueError unless a number is a whole number."""
    if isinstance(number, bool) or not isinstance(number, Integral):
        raise ValueError(f"expected {name} to be a whole number, found {number!r}")


def check_slices(slices: Sequence[int] | None, depth: int) -> list[int]:
    """Return the numbers of the slices, of all if None, or raise ValueError."""
    numbers = list(range(depth) if slices is None else slices)
    if not all(isinstance(z, Integral) for z in numbers):
        raise ValueError(f"expected whole numbers of slices, found {numbers}")
    numbers = [int(z) for z in numbers]
    if not numbers:
        raise ValueError("no slices were requested; give at least one, or None for all")
    wrong = [z for z in numbers if not 0 <= z < depth]
    if wrong:
        raise ValueError(
            f"slices {wrong} lie outside the volume, whose slices are 0 to {depth - 1}"
        )
    return numbers
