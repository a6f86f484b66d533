"""Labels belong to an image by their shape and by the grey values beneath them."""

import numpy as np
import pytest
from scipy import ndimage, stats

from manyeyes.imaging.label_checks import LEAST_CHANCE, contradiction, misfit


def two_phase(noise, seed=0):
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=(12, 40, 40)), 3, mode="wrap")
    truth = field > np.median(field)
    image = np.where(truth, 160, 60) + rng.normal(0, noise, truth.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), np.where(truth, 1, 2).astype(np.uint8)


@pytest.mark.parametrize(
    ("shape", "source", "words"),
    [
        ((24, 48, 48), None, None),
        ((24, 48, 48), (100, 90, 80), None),
        ((100, 90, 80), (100, 90, 80), None),
        ((26, 50, 50), None, "labels (26, 50, 50), dataset (24, 48, 48)"),
        ((26, 50, 50), (24, 48, 48), "labels (26, 50, 50), dataset (24, 48, 48)"),
        ((101, 90, 80), (100, 90, 80), "the dataset's file (100, 90, 80)"),
        ((48, 48, 24), None, "axes are exchanged, z, y, x of the dataset lie along x, y, z"),
        ((80, 90, 100), (100, 90, 80), "z, y, x of the file lie along x, y, z of the labels"),
        ((90, 100, 80), (100, 90, 80), "z, y, x of the file lie along y, z, x of the labels"),
        ((90, 80, 100), (100, 90, 80), "z, y, x of the file lie along x, z, y of the labels"),
        ((12, 48, 48), (100, 90, 80), "labels (12, 48, 48), dataset (24, 48, 48)"),
    ],
)
def test_labels_are_as_large_as_the_dataset_or_its_file(shape, source, words):
    output = misfit(shape, (24, 48, 48), source)
    assert output is None if words is None else words in output


@pytest.mark.parametrize("noise", [12, 67])
def test_labels_of_the_image_say_nothing(noise):
    # 67 is a contrast-to-noise of 1.5, as the paper's noisiest; a tenth of the labels is wrong.
    image, labels = two_phase(noise)
    assert contradiction(image, labels) is None
    wrong = np.random.default_rng(1).random(labels.shape) < 0.1
    assert contradiction(image, np.where(wrong, 3 - labels, labels)) is None


@pytest.mark.parametrize("noise", [0, 12, 67])
def test_exchanged_labels_are_told(noise):
    image, labels = two_phase(noise)
    output = contradiction(image, 3 - labels)
    assert "active is the darker" in output
    if noise == 0:
        assert "in 0 % of all pairs (median grey levels 60 and 160)" in output


def test_labels_that_have_nothing_to_do_with_the_image_are_told():
    image, _ = two_phase(12)
    labels = np.random.default_rng(2).integers(0, 3, image.shape).astype(np.uint8)
    assert " in 5" in contradiction(image, labels) or " in 49 %" in contradiction(image, labels)
    flat = np.full(image.shape, 7, np.uint8)
    assert "hardly a difference" in contradiction(flat, labels)


@pytest.mark.parametrize("difference", [0.4, 0.6])
def test_where_the_line_is(difference):
    rng = np.random.default_rng(3)
    labels = np.repeat([1, 2], 20000).reshape(2, 200, 100).astype(np.uint8)
    image = 100 + 30 * rng.normal(size=labels.shape) + 30 * difference * (labels == 1)
    output = contradiction(np.rint(image).astype(np.uint8), labels)
    # Two normal distributions: the chance is that of their difference to be above 0.
    chance = stats.norm.cdf(difference / np.sqrt(2))
    assert (output is not None) == (chance < LEAST_CHANCE)
    if output:
        assert f"in {100 * chance:.0f} % of all pairs" in output


def test_unlabelled_voxels_are_not_looked_at():
    image, labels = two_phase(12)
    sparse = np.zeros_like(labels)
    sparse[5] = labels[5]
    image[:5] = 255 - image[:5]
    assert contradiction(image, sparse) is None
