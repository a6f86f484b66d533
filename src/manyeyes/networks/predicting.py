"""Applying a network to slices."""

from collections.abc import Iterator

import numpy as np

from .backend import start_jax
from .images import as_numbers, checked_images, padded_edges
from .network import Network


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


def _each(network: Network, images: np.ndarray, device: str) -> Iterator[np.ndarray]:
    """Yield the probabilities of each image, float32 (y, x, classes)."""
    check_type(network, images.dtype)
    chosen = start_jax(device)
    import jax

    from .steps import classified

    fixed = {"architecture": network.architecture, "gather": device == "cpu"}
    with jax.default_device(chosen):
        weights = jax.device_put(dict(network.weights))
        for image in images:
            numbers = as_numbers(image, network.greys, network.offset, network.scale)
            found = classified(weights, padded_edges(numbers)[None], **fixed)
            yield np.asarray(found)[0, : image.shape[0], : image.shape[1]]
