"""One step of a training in JAX: loss, gradients and tallies of a few images."""

from functools import partial

import jax

from .forward import logits
from .losses import loss_sum, probabilities, tallies


@partial(jax.jit, static_argnames=("architecture", "loss", "gather", "fold"))
def gradients(weights, images, classes, labelled, share, *, architecture, loss, gather, fold=True):
    """Return what a training needs of a few images.

    Parameters
    ----------
    weights : dict of str to array
    images : array of float32, shape (n, y, x)
    classes : array of int, shape (n, y, x)
        Number of the class, from 0.
    labelled : array of float32, shape (n, y, x)
    share : float
        See `losses.loss_sum`.
    architecture, loss : str
    gather, fold : bool
        See `forward.logits`.

    Returns
    -------
    gradients : dict of str to array
    loss : array, shape ()
    tallies : tuple of array
        See `losses.tallies`.
    """

    def total(weights):
        outputs = logits(architecture, weights, images, gather, fold)
        counted = tallies(jax.lax.stop_gradient(outputs), classes, labelled)
        return loss_sum(loss, outputs, classes, labelled, share), counted

    (value, counted), found = jax.value_and_grad(total, has_aux=True)(weights)
    return found, value, counted


@partial(jax.jit, static_argnames=("architecture", "loss"))
def scores(weights, images, classes, labelled, share, *, architecture, loss):
    """Return loss and tallies of a few images; parameters as in `gradients`."""
    outputs = logits(architecture, weights, images, gather=False)
    return loss_sum(loss, outputs, classes, labelled, share), tallies(outputs, classes, labelled)


@partial(jax.jit, static_argnames="architecture")
def classified(weights, images, *, architecture):
    """Return the probabilities of a few images, shape (n, y, x, classes); see `gradients`."""
    return probabilities(logits(architecture, weights, images, gather=False))


@jax.jit
def added(one: dict, other: dict) -> dict:
    """Return the sums of two dicts of arrays."""
    return {name: one[name] + other[name] for name in one}
