"""The layers against what they mean, and gradients against finite differences."""

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `networks` is not installed")

import jax

from manyeyes.devices import start_jax
from manyeyes.networks import layers
from manyeyes.networks.adam import adam_step
from manyeyes.networks.fitting import first_weights
from manyeyes.networks.forward import logits
from manyeyes.networks.losses import loss_sum, probabilities, tallies
from manyeyes.networks.plateau import Plateau
from manyeyes.networks.steps import added, gradients
from manyeyes.randomness import generator


@pytest.fixture(autouse=True)
def one_thread():
    start_jax()


def numbers(*shape):
    return generator("test of layers", shape).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("edge", "inputs"), [(3, 1), (2, 3), (3, 3)])
@pytest.mark.parametrize("gather", [True, False])
def test_a_convolution_is_the_sum_over_the_kernel(edge, inputs, gather):
    images, kernel = numbers(2, 7, 6, inputs), numbers(edge, edge, inputs, 4)
    found = np.asarray(layers.valid_convolution(images, kernel, gather))
    rows, columns = 8 - edge, 7 - edge
    expected = np.zeros((2, rows, columns, 4))
    for i in range(edge):
        for j in range(edge):
            expected += images[:, i : i + rows, j : j + columns].astype(float) @ kernel[i, j]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.parametrize("gather", [True, False])
def test_the_folded_convolution_is_the_plain_one_of_the_upsampled_image(gather):
    images, kernel, bias = numbers(2, 5, 6, 3), numbers(3, 3, 3, 4), numbers(4)
    small = np.asarray(layers.up_convolution(images, kernel, bias, gather))
    large = np.asarray(layers.convolution(layers.upsampled(images), kernel, bias, gather))
    assert small.shape == (2, 10, 12, 4)
    assert np.abs(small - large).max() < 1e-6 * np.abs(large).max()


def test_the_folded_network_has_loss_and_gradients_of_the_plain_one():
    weights = first_weights("lee", 4, 2, ("fold",))
    images, classes = numbers(1, 16, 16), (numbers(1, 16, 16) > 0).astype(np.int32)
    labelled = np.ones(images.shape, np.float32)

    call = {"architecture": "lee", "loss": "cross-entropy", "gather": True}
    folded, plain = (
        gradients(weights, images, classes, labelled, np.float32(1 / 256), fold=fold, **call)
        for fold in (True, False)
    )
    assert float(folded[1]) == pytest.approx(float(plain[1]), rel=1e-6)
    for name, gradient in plain[0].items():
        assert np.abs(folded[0][name] - gradient).max() < 1e-6


def test_pooling_and_unpooling_by_hand():
    image = np.array([[1, 5, 2, 2], [3, 4, 2, 2], [0, 0, 7, 1], [0, 9, 8, 6]], np.float32)
    pooled, where = layers.max_pooled_where(image[None, :, :, None])
    assert np.asarray(pooled)[0, :, :, 0].tolist() == [[5, 2], [9, 8]]
    assert np.asarray(where)[0, :, :, 0].tolist() == [[1, 0], [3, 2]]
    assert np.array_equal(pooled, layers.max_pooled(image[None, :, :, None]))
    back = np.asarray(layers.unpooled(pooled * 10, where))[0, :, :, 0]
    assert back.tolist() == [[0, 50, 20, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 90, 80, 0]]


@pytest.mark.parametrize(
    ("loss", "architecture", "phases"),
    [("cross-entropy", "lee", 2), ("mse", "lee", 2), ("dice", "lrcs", 3)],
)
def test_gradients_are_finite_differences(loss, architecture, phases):
    images = numbers(1, 8, 8)
    classes = generator("classes", phases).integers(0, phases, images.shape)
    labelled = (numbers(1, 8, 8) > -0.5).astype(np.float32)
    with jax.enable_x64(True):
        # Biases of 0 would put the zeros between unpooled pixels where ReLU bends.
        rng = generator("directions", loss)
        weights = {
            name: array.astype(float) + 0.1 * rng.normal(size=array.shape)
            for name, array in first_weights(architecture, 2, phases, ("g",)).items()
        }

        @jax.jit
        def total(weights):
            outputs = logits(architecture, weights, images.astype(float), True)
            return loss_sum(loss, outputs, classes, labelled, 0.1)

        found = jax.jit(jax.grad(total))(weights)
        direction = {name: rng.normal(size=array.shape) for name, array in weights.items()}
        step = 1e-6
        ahead, behind = (
            float(total({name: weights[name] + s * direction[name] for name in weights}))
            for s in (step, -step)
        )
        slope = sum(float((found[name] * direction[name]).sum()) for name in weights)
    assert abs(slope) > 1e-4
    assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-5)


def test_images_one_by_one_add_up_to_the_batch():
    """A processor takes images one by one, a GPU all of a batch."""
    weights = first_weights("lee", 2, 2, ("batch",))
    images, classes = numbers(2, 8, 8), (numbers(2, 8, 8) > 0).astype(np.int32)
    labelled = (numbers(2, 8, 8) > -1).astype(np.float32)
    call = {"architecture": "lee", "loss": "dice", "gather": True}
    every = [images, classes, labelled]
    together = gradients(weights, *every, np.float32(0.1), **call)
    one, other = (
        gradients(weights, *(array[k : k + 1] for array in every), np.float32(0.1), **call)
        for k in (0, 1)
    )
    for name, gradient in added(one[0], other[0]).items():
        assert np.abs(together[0][name] - gradient).max() < 1e-5
    assert float(together[1]) == pytest.approx(float(one[1] + other[1]), rel=1e-5)
    assert np.array_equal(together[2][0], one[2][0] + other[2][0])


def test_losses_by_hand():
    """Two pixels, the second of which is unlabelled."""
    outputs = np.array([[[[0.0, np.log(3.0)], [9.0, -9.0]]]], np.float32)
    classes, labelled = np.array([[[1, 1]]]), np.array([[[1, 0]]], np.float32)
    assert np.allclose(probabilities(outputs)[0, 0, 0], [0.25, 0.75])
    entropy = loss_sum("cross-entropy", outputs, classes, labelled, 1.0)
    assert float(entropy) == pytest.approx(-np.log(0.75))
    assert float(loss_sum("mse", outputs, classes, labelled, 1.0)) == pytest.approx(0.25**2)
    # Dice of a class: (2 both + 1) / (found + wanted + 1).
    dice = ((2 * 0 + 1) / (0.25 + 0 + 1) + (2 * 0.75 + 1) / (0.75 + 1 + 1)) / 2
    assert float(loss_sum("dice", outputs, classes, labelled, 1.0)) == pytest.approx(1 - dice)
    counts, squares = tallies(outputs, classes, labelled)
    assert np.asarray(counts).tolist() == [[0, 0], [0, 1]]
    assert float(squares) == pytest.approx(0.25**2)
    # One output is the logit of the first of two classes.
    one = np.array([[[[-np.log(3.0)], [5.0]]]], np.float32)
    assert np.allclose(probabilities(one)[0, 0, 0], [0.25, 0.75])
    entropy = loss_sum("cross-entropy", one, classes, labelled, 1.0)
    assert float(entropy) == pytest.approx(-np.log(0.75))


def test_adam_by_hand():
    """The first step has the length of the rate, whatever the gradient."""
    weights, zero = {"a": np.float32([1.0, 2.0])}, {"a": np.zeros(2, np.float32)}
    gradient = {"a": np.float32([0.5, -3.0])}
    after, first, second = adam_step(weights, zero, zero, gradient, np.float32(1), np.float32(0.1))
    assert np.allclose(after["a"], [0.9, 2.1], atol=1e-6)
    assert np.allclose(first["a"], [0.05, -0.3])
    assert np.allclose(second["a"], [0.00025, 0.009])
    # The second, with the same gradient, too: both moments are corrected for their beginning.
    again, *_ = adam_step(after, first, second, gradient, np.float32(2), np.float32(0.1))
    assert np.allclose(again["a"], [0.8, 2.2], atol=1e-5)


def test_the_rate_falls_where_the_loss_stays():
    stands, rates = Plateau(1e-3), []
    for loss in [1.0, 0.5, 0.5, 0.49995, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]:
        stands = stands.after(loss, 0.2, 3, 1e-5)
        rates.append(stands.rate)
    expected = [1e-3] * 4 + [2e-4] * 4 + [4e-5] * 3 + [1e-5] * 2
    assert rates == pytest.approx(expected)
