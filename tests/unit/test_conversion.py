"""Grey values of a file and 8-bit levels: the same conversion everywhere."""

import numpy as np
import pytest

from manyeyes.imaging.conversion import (
    contrast_of,
    contrast_sentence,
    contrast_warning,
    level_of,
    value_of,
)
from manyeyes.imaging.tomograms import inverted, to_grey_levels


@pytest.mark.parametrize("window", [(16978, 43874), (0, 255), (-1.5, 2.75), (0.1, 0.3)])
def test_a_value_has_the_level_that_its_voxels_have(window):
    values = np.linspace(*window, 4096).reshape(16, 16, 16)
    image, _ = to_grey_levels(values, window, "grey_window")
    dark = inverted(image)
    for value, level, turned in zip(values.flat, image.flat, dark.flat, strict=True):
        assert level_of(value, window) == level
        assert level_of(value, window[::-1]) == turned


def test_8_bit_values_keep_their_level():
    assert [level_of(value, (0, 255)) for value in range(256)] == list(range(256))


def test_a_threshold_chooses_the_same_voxels_to_half_a_level():
    window, level = (16978, 43874), level_of(31000, (16978, 43874))
    assert level == 133
    half = (window[1] - window[0]) / 255 / 2
    assert abs(value_of(level, window) - 31000) <= half
    assert value_of(0, window[::-1]) == 43874


@pytest.mark.parametrize("value", [16977, 43875, float("nan")])
def test_values_outside_the_window_are_refused(value):
    with pytest.raises(ValueError, match=r"outside the window from 16978 to 43874.*widen"):
        level_of(value, (43874, 16978))


def test_a_window_of_one_value_is_refused():
    with pytest.raises(ValueError, match="two different numbers"):
        level_of(3, (3, 3))


def test_contrast_is_the_distance_of_the_class_means():
    image = np.full((4, 10, 10), 60, np.uint8)
    image[:, 5:] = 97
    found = contrast_of(image)
    assert found.levels == 37 and found.means == (60, 97) and found.noise == 0
    assert found.is_poor
    assert "only 37 grey levels" in contrast_warning(found, "cell")
    assert "37 of 255 grey levels" in contrast_sentence(found)
    image[:, 5:] = 100
    assert contrast_warning(contrast_of(image), "cell") is None


def test_what_lies_outside_does_not_count():
    image = np.full((4, 10, 10), 60, np.uint8)
    image[:, 5:] = 160
    image[0] = 0
    inside = np.ones(image.shape, bool)
    inside[0] = False
    assert contrast_of(image, inside).means == (60, 160)
    assert contrast_of(image).means != (60, 160)


def test_noise_is_told():
    rng = np.random.default_rng(1)
    image = np.where(np.arange(40) < 20, 80, 180) + rng.normal(0, 12, (40, 40, 40))
    found = contrast_of(np.clip(image, 0, 255).astype(np.uint8))
    assert found.levels == pytest.approx(100, abs=1)
    assert found.noise == pytest.approx(12, abs=0.3)
    assert 100 < found.split < 160


def test_a_flat_or_deep_image_has_no_contrast():
    with pytest.raises(ValueError, match="single grey level"):
        contrast_of(np.zeros((2, 2, 2), np.uint8))
    with pytest.raises(ValueError, match="expected 8-bit"):
        contrast_of(np.zeros((2, 2, 2), np.uint16))


def test_few_odd_voxels_are_no_phase():
    image = np.full((10, 10, 10), 120, np.uint8)
    image[5:] = 131
    plain = contrast_of(image)
    assert plain.levels == 11
    image[0, :4], image[9, :4] = 0, 255
    odd = contrast_of(image)
    assert odd.levels == pytest.approx(11) and odd.means == (120, 131)
