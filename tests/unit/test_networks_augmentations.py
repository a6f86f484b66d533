"""Variations of training images: what they change, and that they are drawn by lot alone."""

import numpy as np
import pytest

from manyeyes.networks import SEGMENTPY
from manyeyes.networks.augmentations import AUGMENTATIONS, augmented
from manyeyes.randomness import generator

LABELS = (1 + np.indices((40, 30)).sum(axis=0) // 9 % 2).astype(np.uint8)
IMAGE = (0.3 * LABELS + generator("image").normal(0, 0.02, LABELS.shape)).astype(np.float32)


def varied(name, *seed):
    return AUGMENTATIONS[name](IMAGE.copy(), LABELS.copy(), generator(name, *seed))


@pytest.mark.parametrize("name", SEGMENTPY)
def test_types_and_shapes_stay_and_equal_seeds_give_equal_bytes(name):
    image, labels = varied(name, 1)
    assert (image.dtype, labels.dtype) == (np.float32, np.uint8)
    assert image.shape == labels.shape == IMAGE.shape
    again = varied(name, 1)
    assert np.array_equal(image, again[0])
    assert np.array_equal(labels, again[1])
    assert set(np.unique(labels)) <= {1, 2}


def test_the_given_arrays_are_left_alone():
    image, labels = IMAGE.copy(), LABELS.copy()
    for name in SEGMENTPY:
        AUGMENTATIONS[name](image, labels, generator(name))
    assert np.array_equal(image, IMAGE)
    assert np.array_equal(labels, LABELS)


def test_noise_has_mean_zero_and_its_standard_deviation():
    image, labels = varied("noise")
    added = image - IMAGE
    assert abs(added.mean()) < 0.01
    assert added.std() == pytest.approx(0.1, rel=0.05)
    assert np.array_equal(labels, LABELS)


def test_flips_turn_labels_with_the_image_along_either_axis():
    seen = set()
    for seed in range(20):
        image, labels = varied("flip", seed)
        axis = 0 if np.array_equal(image, IMAGE[::-1]) else 1
        assert np.array_equal(image, np.flip(IMAGE, axis))
        assert np.array_equal(labels, np.flip(LABELS, axis))
        seen.add(axis)
    assert seen == {0, 1}


def test_salt_and_pepper_are_the_extremes_of_the_image():
    image, labels = varied("salt and pepper")
    changed = image != IMAGE
    assert 0 < changed.sum() <= 2 * int(0.005 * IMAGE.size * 0.5)
    assert set(image[changed].tolist()) <= {float(IMAGE.max()), float(IMAGE.min())}
    assert np.array_equal(labels, LABELS)


def test_grey_variation_moves_all_levels_together():
    moved = [float(np.median(varied("grey variation", seed)[0] - IMAGE)) for seed in range(30)]
    assert max(np.abs(moved)) <= IMAGE.std() * 1.001
    assert min(moved) < 0 < max(moved)
    image, _ = varied("grey variation", 1)
    assert np.allclose(image - IMAGE, (image - IMAGE)[0, 0], atol=1e-6)


def test_warping_keeps_corners_and_bends_labels_as_the_image():
    image, labels = varied("warp")
    assert image[0, 0] == pytest.approx(IMAGE[0, 0], abs=1e-5)
    assert image[-1, -1] == pytest.approx(IMAGE[-1, -1], abs=1e-5)
    # Row 20 of 40 comes from 20^2 / 39 = 10.3, column 15 of 30 from sqrt(15 * 29) = 20.9.
    assert labels[20, 15] == LABELS[10, 21]
    assert ((image > 0.45) == (labels == 2)).mean() > 0.93


def test_one_variation_is_drawn_for_each_image():
    seen = {
        len(np.unique(np.round(augmented(IMAGE, LABELS, SEGMENTPY, generator(seed))[0] - IMAGE, 6)))
        for seed in range(40)
    }
    assert len(seen) > 3
    names = ("none",)
    assert augmented(IMAGE, LABELS, names, generator(1))[0] is IMAGE
