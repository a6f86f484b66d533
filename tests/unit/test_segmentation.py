import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from manyeyes.methods.threshold import threshold
from manyeyes.methods.watershed import gradient_magnitude, watershed


def test_a_voxel_at_the_level_is_active():
    image = np.array([[[99, 100, 101]]], dtype=np.uint8)
    assert threshold(image, 100).tolist() == [[[2, 1, 1]]]
    assert threshold(image, 0).tolist() == [[[1, 1, 1]]]
    assert threshold(image, 256).tolist() == [[[2, 2, 2]]]


@given(arrays(np.uint8, (3, 4, 5)), st.integers(0, 256), st.integers(0, 256))
def test_thresholds_are_nested_so_pairs_differ_by_their_difference_in_fraction(image, one, other):
    first = threshold(image, one) == 1
    second = threshold(image, other) == 1
    assert np.mean(first != second) == pytest.approx(abs(first.mean() - second.mean()))


def ball(n=32, radius=9.0):
    grid = np.indices((n, n, n)) - (n - 1) / 2
    return (grid**2).sum(axis=0) < radius**2


def test_watershed_finds_the_edge_of_a_blurred_ball_from_distant_seeds():
    truth = ball()
    image = np.rint(40 + 160 * ndimage.gaussian_filter(truth.astype(float), 0.8)).astype(np.uint8)
    labels = watershed(image, 60, 180)
    assert np.isin(labels, (1, 2)).all()
    # seeds alone decide less than the watershed does in the end
    assert np.mean(image >= 180) < 0.9 * truth.mean()
    assert np.mean((labels == 1) != truth) < 0.01


def test_watershed_keeps_every_seed():
    image = np.random.default_rng(3).integers(0, 256, (12, 12, 12), dtype=np.uint8)
    labels = watershed(image, 80, 170)
    assert (labels[image < 80] == 2).all()
    assert (labels[image >= 170] == 1).all()


def test_a_voxel_at_the_lower_level_is_no_seed_and_one_at_the_upper_is():
    """Between a pore and active material, and nearer to the one that the levels do not give it."""
    image = np.array([[[0, 100, 200]]], dtype=np.uint8)
    towards_active = np.array([[[9, 5, 0]]], dtype=np.uint16)
    assert watershed(image, 100, 150, towards_active).tolist() == [[[2, 1, 1]]]
    assert watershed(image, 101, 150, towards_active).tolist() == [[[2, 2, 1]]]
    towards_pore = np.array([[[0, 5, 9]]], dtype=np.uint16)
    assert watershed(image, 50, 100, towards_pore).tolist() == [[[2, 1, 1]]]
    assert watershed(image, 50, 101, towards_pore).tolist() == [[[2, 2, 1]]]


def test_a_closed_window_is_a_threshold():
    image = np.random.default_rng(4).integers(0, 256, (6, 6, 6), dtype=np.uint8)
    labels = watershed(image, 120, 120)
    assert np.array_equal(labels, threshold(image, 120))


def test_a_gradient_given_beforehand_changes_nothing():
    image = np.random.default_rng(5).integers(0, 256, (9, 9, 9), dtype=np.uint8)
    gradient = gradient_magnitude(image)
    assert np.array_equal(watershed(image, 90, 160, gradient), watershed(image, 90, 160))


def test_the_gradient_is_that_of_a_ramp():
    ramp = np.broadcast_to(np.arange(0, 60, 6, dtype=np.uint8), (10, 10, 10)).copy()
    inner = gradient_magnitude(ramp)[3:-3, 3:-3, 3:-3]
    assert np.allclose(inner, inner[0, 0, 0])
    assert inner[0, 0, 0] > 0
    flat = np.full((10, 10, 10), 9, dtype=np.uint8)
    assert not gradient_magnitude(flat).any()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("step", [1, 6, 25])
def test_the_gradient_is_in_quarters_of_a_grey_level_over_two_voxels(axis, step):
    ramp = (step * np.indices((10, 10, 10))[axis]).astype(np.uint8)
    inner = gradient_magnitude(ramp)[3:-3, 3:-3, 3:-3]
    assert (inner == 4 * 2 * step).all()


def test_gradients_along_the_axes_add_up_by_their_squares_and_are_rounded():
    ramp = (3 * np.indices((10, 10, 10)).sum(axis=0)).astype(np.uint8)
    inner = gradient_magnitude(ramp)[3:-3, 3:-3, 3:-3]
    assert (inner == round(3**0.5 * 4 * 2 * 3)).all()
    steepest = np.zeros((6, 6, 6), dtype=np.uint8)
    steepest[3:] = 255
    assert gradient_magnitude(steepest).max() == 4 * 255


TWO_GREYS = np.repeat(np.array([10, 200], dtype=np.uint8), 32).reshape(4, 4, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: threshold(TWO_GREYS.astype(float), 3), "uint8"),
        (lambda: threshold(TWO_GREYS, -1), "0 to 256"),
        (lambda: threshold(TWO_GREYS, 12.5), "whole grey level"),
        (lambda: watershed(TWO_GREYS, 90, 300), "high"),
        (lambda: watershed(TWO_GREYS, 120, 60), "swap"),
        (lambda: watershed(TWO_GREYS, 5, 100), "no seed of pore"),
        (lambda: watershed(TWO_GREYS, 50, 201), "no seed of active"),
        (lambda: watershed(TWO_GREYS, 50, 90, np.zeros((2, 2, 2))), "shape"),
    ],
)
def test_broken_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
