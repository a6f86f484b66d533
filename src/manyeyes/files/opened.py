"""Slices that a network is applied to: whatever a user has, opened for reading one by one."""

from pathlib import Path

import numpy as np

from .errors import FileError
from .mapped import open_volume
from .slices import read_slices
from .volumes import read_volume


def open_slices(path):
    """Open a user's slices.

    Parameters
    ----------
    path : path-like
        A volume or a single image in any known format, or a folder with one image for each slice.
        What cannot be read in parts, such as a compressed TIFF, is held in memory.

    Returns
    -------
    array-like, shape (z, y, x)
        With ``shape``, ``dtype`` and indexing by three slices.

    Raises
    ------
    FileError
    """
    path = Path(path)
    try:
        return open_volume(path)
    except FileError:
        if not path.is_dir():
            return read_volume(path, single_slice=True)
        if path.suffix.lower() == ".zarr":
            raise
        return _stacked(path)


def _stacked(folder: Path) -> np.ndarray:
    """Return the slices of a folder as one array."""
    slices, numbers = read_slices(folder)
    first = slices[0]
    for number, image in zip(numbers, slices, strict=True):
        if image.shape != first.shape or image.dtype != first.dtype:
            raise FileError(
                f"{folder}: slice {number} is {image.dtype} of shape {image.shape}, the first is "
                f"{first.dtype} of shape {first.shape}; name a folder with slices of one stack only"
            )
    return np.stack(slices)
