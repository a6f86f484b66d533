"""The optimiser: Adam (Kingma and Ba 2015), with the constants that Keras has."""

import jax
import jax.numpy as jnp

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-7


@jax.jit
def adam_step(weights: dict, first: dict, second: dict, gradients: dict, step, rate):
    """Return weights and both moments after one step.

    Parameters
    ----------
    weights, first, second, gradients : dict of str to array
        The moments are zeros before the first step.
    step : float
        Number of this step, from 1.
    rate : float
    """
    first = {name: FIRST * first[name] + (1 - FIRST) * gradients[name] for name in weights}
    second = {name: SECOND * second[name] + (1 - SECOND) * gradients[name] ** 2 for name in weights}
    scaled = rate * jnp.sqrt(1 - SECOND**step) / (1 - FIRST**step)
    weights = {
        name: weights[name] - scaled * first[name] / (jnp.sqrt(second[name]) + EPSILON)
        for name in weights
    }
    return weights, first, second
