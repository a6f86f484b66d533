"""From grey levels to one number for each class, before the sigmoid or softmax, in JAX."""

from collections.abc import Mapping

import jax

from .layers import (
    convolution,
    max_pooled,
    max_pooled_where,
    unpooled,
    up_convolution,
    upsampled,
)

Weights = Mapping[str, jax.Array]


def logits(
    architecture: str, weights: Weights, images: jax.Array, gather: bool, fold: bool = True
) -> jax.Array:
    """Return what a network says about each pixel.

    Parameters
    ----------
    architecture : {"lee", "lrcs"}
    weights : mapping of str to array
        See `architectures.weight_shapes`.
    images : array of float32, shape (n, y, x)
        Edges are multiples of 8.
    gather : bool
        See `layers`.
    fold : bool
        Whether convolutions after an upsampling are computed on the small grid.

    Returns
    -------
    array of float32, shape (n, y, x, outputs)
        `lee` has one output, `lrcs` one for each class.
    """
    images = images[..., None]
    if architecture == "lee":
        return _lee(weights, images, gather, fold)
    return _lrcs(weights, images, gather)


def _lee(weights: Weights, images: jax.Array, gather: bool, fold: bool) -> jax.Array:
    """Return the output of the network of Lee et al. 2023, as its published code has it."""

    def layer(name: str, inputs: jax.Array) -> jax.Array:
        return convolution(inputs, weights[f"{name}/kernel"], weights[f"{name}/bias"], gather)

    def up(name: str, inputs: jax.Array) -> jax.Array:
        if not fold:
            return layer(name, upsampled(inputs))
        return up_convolution(inputs, weights[f"{name}/kernel"], weights[f"{name}/bias"], gather)

    for name in ("conv1", "conv2", "conv3"):
        images = max_pooled(jax.nn.relu(layer(name, images)))
    images = jax.nn.relu(layer("dense", images))
    for name in ("up1", "up2"):
        images = jax.nn.sigmoid(up(name, images))
    return up("up3", images)


def _lrcs(weights: Weights, images: jax.Array, gather: bool) -> jax.Array:
    """Return the output of LRCS-Net after segmentPy.

    Pixels go back to where the largest was, so an unpooling needs as many channels as its pooling
    had. That places each of the three.
    """

    def layer(name: str, inputs: jax.Array) -> jax.Array:
        return convolution(inputs, weights[f"{name}/kernel"], weights[f"{name}/bias"], gather)

    def relu(name: str, inputs: jax.Array) -> jax.Array:
        return jax.nn.relu(layer(name, inputs))

    places = []
    for name in ("conv1", "conv2", "conv3"):
        images, where = max_pooled_where(relu(name, images))
        places.append(where)
    images = jax.nn.sigmoid(layer("bottleneck", images))
    images = relu("deconv1b", relu("deconv1", images))
    images = unpooled(images, places[2])
    images = relu("deconv2b", relu("deconv2", images))
    images = unpooled(images, places[1])
    images = relu("deconv3b", relu("deconv3", images))
    images = unpooled(relu("deconv4", images), places[0])
    return layer("classes", relu("deconv4b", images))
