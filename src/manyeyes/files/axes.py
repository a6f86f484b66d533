"""Arrays of more than three axes, or in another order, seen as one volume (z, y, x)."""

from collections.abc import Sequence

import numpy as np

from .errors import FileError


def volume_axes(
    path, what: str, shape: Sequence[int], letters: str | None = None
) -> tuple[int, int, int]:
    """Return which axes of an array are z, y and x.

    Parameters
    ----------
    path : path-like
        For messages.
    what : str
        The array, for messages.
    shape : sequence of int
    letters : str, optional
        One letter per axis, as a file names them. Without names, the last three axes that are not
        of length one are z, y, x.

    Raises
    ------
    FileError
        If it holds several volumes (channels, times) or none.
    """
    shape = [int(n) for n in shape]
    if letters is not None and len(letters) == len(shape) and len(set(letters)) == len(letters):
        letters = letters.lower()
        if set("zyx") <= set(letters):
            long = [k for k in range(len(shape)) if letters[k] not in "zyx" and shape[k] != 1]
            if long:
                names = {"c": "channels", "t": "times"}
                found = ", ".join(
                    f"{shape[k]} {names.get(letters[k], f'along {letters[k]}')}" for k in long
                )
                raise FileError(
                    f"{path}: expected one volume (z, y, x) in {what}, found {found} (shape "
                    f"{tuple(shape)}, axes {letters}); export the one that you mean by itself"
                )
            return tuple(letters.index(letter) for letter in "zyx")
    kept = list(range(len(shape)))
    while len(kept) > 3:
        one = next((k for k in kept if shape[k] == 1), None)
        if one is None:
            break
        kept.remove(one)
    if len(kept) != 3 or 0 in shape:
        raise FileError(
            f"{path}: expected one volume (z, y, x) in {what}, found shape {tuple(shape)}; export "
            "the channel, time or volume that you mean by itself"
        )
    return tuple(kept)


class AxesView:
    """A volume (z, y, x) within an array on disk, of which parts are read.

    Parameters
    ----------
    array : array-like
        Takes slices and numbers as an index along each axis, and gives an ndarray.
    axes : tuple of int
        Which axes of the array are z, y, x; of the others the first entry is taken.
    dtype : numpy.dtype, optional
        That values are returned in; by default the array's in native byte order.
    scale : int
        That values are multiplied by.
    """

    ndim = 3

    def __init__(self, array, axes: tuple[int, int, int], dtype=None, scale: int = 1):
        self._array, self._axes, self._scale = array, axes, scale
        self.shape = tuple(int(array.shape[axis]) for axis in axes)
        self.dtype = np.dtype(dtype or np.dtype(array.dtype).newbyteorder("="))
        self.size = int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> np.ndarray:
        key = key if isinstance(key, tuple) else (key,)
        if Ellipsis in key:
            place = key.index(Ellipsis)
            between = (slice(None),) * (3 - len(key) + 1)
            key = (*key[:place], *between, *key[place + 1 :])
        key = (*key, *(slice(None),) * (3 - len(key)))
        # Numbers become slices of one, so that all axes can be put into order.
        ranges = [k if isinstance(k, slice) else slice(k, k + 1 or None) for k in key]
        index: list = [0] * len(self._array.shape)
        for axis, part in zip(self._axes, ranges, strict=True):
            index[axis] = part
        values = np.asarray(self._array[tuple(index)])
        kept = sorted(self._axes)
        values = values.transpose([kept.index(axis) for axis in self._axes])
        if self._scale != 1:
            values = values.astype(self.dtype) * self.dtype.type(self._scale)
        values = values.astype(self.dtype, copy=False)
        return values[tuple(slice(None) if isinstance(k, slice) else 0 for k in key)]

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[:, :, :], dtype=dtype)


def masks_as_numbers(dtype, labels: bool) -> tuple[np.dtype, int, tuple[str, ...]]:
    """Return dtype, scale and what is assumed of values that are true or false.

    Labels become 0 and 1, grey values 0 and 255, as viewers show masks.
    """
    dtype = np.dtype(dtype)
    if dtype.kind != "b":
        return dtype.newbyteorder("="), 1, ()
    if labels:
        return np.dtype(np.uint8), 1, ()
    return np.dtype(np.uint8), 255, ("true and false were taken as the grey values 255 and 0",)
