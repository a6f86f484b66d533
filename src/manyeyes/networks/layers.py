"""The layers of the networks in JAX; arrays are (image, y, x, channel), float32.

On one thread of a CPU, XLA takes long for the gradients of a convolution of 2 x 2 with many
outputs. There, gathering the pixels below the kernel and multiplying two matrices is faster,
forward and backward together. Everywhere else, and forward alone, XLA's convolution is.
`benchmarks/networks.py` measures both.
"""

import jax
import jax.numpy as jnp
import numpy as np

# Row p, column k, tap i: whether tap k of a kernel of three meets, after a twofold upsampling, the
# tap i of two pixels on the small grid that the output pixel p of two sees.
_FOLD = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], dtype=np.float32)


def valid_convolution(images: jax.Array, kernel: jax.Array, gather: bool) -> jax.Array:
    """Return the convolution of images where the kernel lies within them.

    Parameters
    ----------
    images : array, shape (n, y, x, inputs)
    kernel : array, shape (a, b, inputs, outputs)
    gather : bool
        Whether it is computed as one product of matrices where that is faster; for gradients on a
        CPU.

    Returns
    -------
    array, shape (n, y - a + 1, x - b + 1, outputs)
    """
    high, wide, inputs, outputs = kernel.shape
    if not gather or high == 3 or outputs <= inputs:
        return jax.lax.conv_general_dilated(
            images,
            kernel,
            window_strides=(1, 1),
            padding="VALID",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
    count, rows, columns, _ = images.shape
    rows, columns = rows - high + 1, columns - wide + 1
    below = [images[:, i : i + rows, j : j + columns] for i in range(high) for j in range(wide)]
    flat = jnp.concatenate(below, axis=-1).reshape(-1, high * wide * inputs)
    return (flat @ kernel.reshape(-1, outputs)).reshape(count, rows, columns, outputs)


def padded(images: jax.Array) -> jax.Array:
    """Return images with a rim of zeros of one pixel."""
    return jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))


def convolution(images: jax.Array, kernel: jax.Array, bias: jax.Array, gather: bool) -> jax.Array:
    """Return the convolution of the same size as the images; kernels have an edge of 1 or 3."""
    if kernel.shape[0] == 1:
        return images @ kernel[0, 0] + bias
    return valid_convolution(padded(images), kernel, gather) + bias


def upsampled(images: jax.Array) -> jax.Array:
    """Return images of twice the edges, each pixel four times."""
    return jnp.repeat(jnp.repeat(images, 2, axis=1), 2, axis=2)


def up_convolution(
    images: jax.Array, kernel: jax.Array, bias: jax.Array, gather: bool
) -> jax.Array:
    """Return what `convolution` gives of the upsampled images, from the small ones.

    A kernel of 3 x 3 on pixels that each stand four times sees 2 x 2 different pixels. So each of
    the four pixels that come from one is a convolution of 2 x 2 on the small grid, with kernels
    that are sums of taps: 16 products instead of 36. The four share their gathered pixels.

    Parameters
    ----------
    images : array, shape (n, y, x, inputs)
    kernel : array, shape (3, 3, inputs, outputs)
    bias : array, shape (outputs,)
    gather : bool

    Returns
    -------
    array, shape (n, 2 y, 2 x, outputs)
    """
    count, rows, columns, inputs = images.shape
    outputs = kernel.shape[-1]
    four = jnp.einsum("pik,qjl,klcd->ijcpqd", _FOLD, _FOLD, kernel)
    found = valid_convolution(padded(images), four.reshape(2, 2, inputs, 4 * outputs), gather)
    found = found.reshape(count, rows + 1, columns + 1, 2, 2, outputs)
    # Output pixel p of two sees the pair of pixels that begins p after the one before.
    parts = [[found[:, p : p + rows, q : q + columns, p, q] for q in (0, 1)] for p in (0, 1)]
    woven = jnp.stack([jnp.stack(part, axis=3) for part in parts], axis=2)
    return woven.reshape(count, 2 * rows, 2 * columns, outputs) + bias


def _quads(images: jax.Array) -> jax.Array:
    """Return each 2 x 2 pixels as one axis: shape (n, y / 2, x / 2, 4, channels)."""
    count, rows, columns, channels = images.shape
    split = images.reshape(count, rows // 2, 2, columns // 2, 2, channels)
    return split.transpose(0, 1, 3, 2, 4, 5).reshape(count, rows // 2, columns // 2, 4, channels)


def max_pooled(images: jax.Array) -> jax.Array:
    """Return the largest of each 2 x 2 pixels."""
    count, rows, columns, channels = images.shape
    return images.reshape(count, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))


def max_pooled_where(images: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the largest of each 2 x 2 pixels, and which of the four it is (the first of equals).

    Returns
    -------
    array, shape (n, y / 2, x / 2, channels)
    array of int32, same shape
    """
    quads = _quads(images)
    where = jnp.argmax(quads, axis=3)
    return jnp.take_along_axis(quads, where[:, :, :, None], axis=3)[:, :, :, 0], where


def unpooled(images: jax.Array, where: jax.Array) -> jax.Array:
    """Return images of twice the edges: each pixel where the largest was, and otherwise zeros."""
    count, rows, columns, channels = images.shape
    chosen = where[:, :, :, None] == jnp.arange(4)[:, None]
    quads = jnp.where(chosen, images[:, :, :, None], 0)
    split = quads.reshape(count, rows, columns, 2, 2, channels)
    return split.transpose(0, 1, 3, 2, 4, 5).reshape(count, 2 * rows, 2 * columns, channels)
