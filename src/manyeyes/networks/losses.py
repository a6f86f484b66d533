"""What a training makes small, in JAX: sums over labelled pixels."""

import jax
import jax.numpy as jnp

SMOOTHING = 1.0
"""Added to both sides of the fraction of Dice, so that a class without pixels divides nothing."""


def probabilities(outputs: jax.Array) -> jax.Array:
    """Return the probability of each class, shape (n, y, x, classes), from the network's outputs.

    One output is the logit of the first of two classes; several are those of a softmax.
    """
    if outputs.shape[-1] == 1:
        first = jax.nn.sigmoid(outputs)
        return jnp.concatenate([first, 1 - first], axis=-1)
    return jax.nn.softmax(outputs, axis=-1)


def loss_sum(
    loss: str, outputs: jax.Array, classes: jax.Array, labelled: jax.Array, share: jax.Array
) -> jax.Array:
    """Return the sum of a loss over labelled pixels, or over images for Dice, times a share.

    Parameters
    ----------
    loss : {"cross-entropy", "dice", "mse"}
    outputs : array, shape (n, y, x, outputs)
        See `forward.logits`.
    classes : array of int, shape (n, y, x)
        Number of the class, from 0; anything where unlabelled.
    labelled : array of float32, shape (n, y, x)
        1 where labelled, otherwise 0.
    share : array of float32, shape ()
        One over the number of labelled pixels of the batch, or of its images for Dice.
    """
    count = 2 if outputs.shape[-1] == 1 else outputs.shape[-1]
    wanted = jax.nn.one_hot(classes, count)
    if loss == "cross-entropy":
        if outputs.shape[-1] == 1:
            first = outputs[..., 0]
            each = jax.nn.softplus(first) - first * wanted[..., 0]
        else:
            each = -jnp.sum(jax.nn.log_softmax(outputs, axis=-1) * wanted, axis=-1)
        return share * jnp.sum(each * labelled)
    found = probabilities(outputs)
    if loss == "mse":
        # As for one output: mean over classes of the squared differences.
        return share * jnp.sum(jnp.mean((found - wanted) ** 2, axis=-1) * labelled)
    mask = labelled[..., None]
    both = jnp.sum(found * wanted * mask, axis=(1, 2))
    either = jnp.sum((found + wanted) * mask, axis=(1, 2))
    dice = (2 * both + SMOOTHING) / (either + SMOOTHING)
    has_labels = jnp.max(labelled, axis=(1, 2))
    return share * jnp.sum((1 - jnp.mean(dice, axis=-1)) * has_labels)


def tallies(
    outputs: jax.Array, classes: jax.Array, labelled: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Return how labelled pixels were classified.

    Returns
    -------
    array of float32, shape (classes, classes)
        Number of pixels of each true class (rows) that were taken for each class (columns). The
        class is the most probable one, and the first of equals.
    array of float32, shape ()
        Sum of the squared differences between probability and truth, their mean over classes.
    """
    found = probabilities(outputs)
    wanted = jax.nn.one_hot(classes, found.shape[-1]) * labelled[..., None]
    taken = jax.nn.one_hot(jnp.argmax(found, axis=-1), found.shape[-1])
    squares = jnp.mean((found - wanted) ** 2, axis=-1) * labelled
    return jnp.einsum("nyxt,nyxf->tf", wanted, taken), jnp.sum(squares)
