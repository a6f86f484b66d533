"""Applying a network to slices."""

from collections.abc import Collection, Iterator
from itertools import product

import numpy as np

from ..devices import start_jax
from .images import as_numbers, checked_images, padded_edges
from .network import Network

WINDOW = 1152
"""Edge in pixels of what is classified at once: larger slices are classified in overlapping
windows, which bounds the memory to about 2 GB. A multiple of 8."""

HALO = 64
"""Pixels by which windows overlap on each side: more than the 47 that either architecture sees
around a pixel, so that the windows leave no trace. A multiple of 8."""


def predict(network: Network, images: np.ndarray, *, device: str = "cpu") -> np.ndarray:
    """Return the probability of each phase for every pixel.

    Parameters
    ----------
    network : Network
    images : ndarray, shape (n, y, x)
        Grey values of the type that the network learned from, as they are: it prepares them itself.
        Edges may have any length.
    device : {"cpu", "gpu"}

    Returns
    -------
    ndarray of float32, shape (n, classes, y, x)
        Classes in the order of ``network.codes``.

    Raises
    ------
    ValueError
        If the images have another type than those that the network learned from.
    ModuleNotFoundError
        If JAX is not installed.
    """
    images = checked_images(images)
    out = np.empty((len(images), len(network.codes), *images.shape[1:]), dtype=np.float32)
    for number, found in enumerate(_each(network, images, device)):
        out[number] = np.moveaxis(found, -1, 0)
    return out


def label_slices(network: Network, images: np.ndarray, *, device: str = "cpu") -> np.ndarray:
    """Return the most probable phase of every pixel; on ties the first.

    Parameters as in `predict`.

    Returns
    -------
    ndarray of uint8, shape (n, y, x)
        Codes of ``network.codes``.
    """
    images = checked_images(images)
    out = np.empty(images.shape, dtype=np.uint8)
    codes = np.array(network.codes, dtype=np.uint8)
    for number, found in enumerate(_each(network, images, device)):
        out[number] = codes[np.argmax(found, axis=-1)]
    return out


def check_type(network: Network, dtype: np.dtype) -> None:
    """Raise ValueError unless a network can be applied to grey values of a type."""
    if str(np.dtype(dtype).newbyteorder("=")) != network.dtype:
        raise ValueError(
            f"the network learned from grey values of {network.dtype}, found {dtype}; give it "
            "images as they were in the training"
        )


def label_each(
    volume, network: Network, target, *, finished: Collection[int] = (), device: str = "cpu"
) -> Iterator[int]:
    """Label a volume slice by slice; only one is in memory at a time.

    Parameters
    ----------
    volume : array-like, shape (z, y, x)
        Anything with ``shape``, ``dtype`` and indexing by three slices, such as a mapped file.
    network : Network
    target : array-like of uint8, shape (z, y, x)
        Output, assigned to by three slices.
    finished : collection of int
        Numbers of the slices to skip.
    device : {"cpu", "gpu"}

    Yields
    ------
    int
        The number of each slice that was written to ``target``.

    Raises
    ------
    ValueError
        If the volume has another type than the grey values that the network learned from.
    """
    check_type(network, volume.dtype)
    for number in range(volume.shape[0]):
        if number in finished:
            continue
        image = np.asarray(volume[number : number + 1, :, :])
        # Stored in another byte order, values are the same.
        image = image.astype(image.dtype.newbyteorder("="), copy=False)
        target[number : number + 1, :, :] = label_slices(network, image, device=device)
        yield number


def _each(network: Network, images: np.ndarray, device: str) -> Iterator[np.ndarray]:
    """Yield the probabilities of each image, float32 (y, x, classes)."""
    check_type(network, images.dtype)
    chosen = start_jax(device)
    import jax

    from .steps import classified

    with jax.default_device(chosen):
        weights = jax.device_put(dict(network.weights))
        for image in images:
            numbers = padded_edges(as_numbers(image, network.greys, network.offset, network.scale))
            found = np.empty((*numbers.shape, len(network.codes)), dtype=np.float32)
            for (top, rows), (left, columns) in product(*map(_windows, numbers.shape)):
                part = numbers[top : top + WINDOW, left : left + WINDOW]
                classes = np.asarray(
                    classified(weights, part[None], architecture=network.architecture)
                )[0]
                found[rows, columns] = classes[_within(rows, top), _within(columns, left)]
            yield found[: image.shape[0], : image.shape[1]]


def _windows(size: int) -> list[tuple[int, slice]]:
    """Return where windows along an edge begin, and what is kept of each."""
    if size <= WINDOW:
        return [(0, slice(0, size))]
    begins = [*range(0, size - WINDOW, WINDOW - 2 * HALO), size - WINDOW]
    cuts = [0, *(begin + HALO for begin in begins[1:]), size]
    return [(begin, slice(*cuts[i : i + 2])) for i, begin in enumerate(begins)]


def _within(part: slice, begin: int) -> slice:
    """Return a part of an edge as a part of the window that begins somewhere."""
    return slice(part.start - begin, part.stop - begin)
