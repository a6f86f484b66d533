"""Contrast-to-noise and histogram modes on images that were made with a known noise."""

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from manyeyes.measures.quality import (
    contrast_to_noise,
    grey_histogram,
    histogram_modes,
    image_quality,
)
from manyeyes.randomness import generator

CONTRAST = 60


@cache
def two_phases(size=80, seed="phases"):
    """Return a mask of smooth bodies, about half of the volume, some 15 voxels wide."""
    field = gaussian_filter(generator(seed).standard_normal((size,) * 3), 8, mode="wrap")
    return field > 0


def picture(cnr, *, blur=1.0, seed="noise", mask=None):
    """Return 8-bit grey values of two phases with the given contrast-to-noise (white noise)."""
    mask = two_phases() if mask is None else mask
    grey = 100 + CONTRAST * gaussian_filter(mask.astype(float), blur)
    noise = generator(seed, cnr).standard_normal(mask.shape) * (CONTRAST / cnr)
    return np.clip(np.rint(grey + noise), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("cnr", [1.5, 1.7, 2.7, 3, 6, 8])
def test_contrast_to_noise_is_found_without_a_truth(cnr):
    assert contrast_to_noise(picture(cnr)) == pytest.approx(cnr, rel=0.08)


def test_contrast_to_noise_ignores_brightness_and_contrast():
    image = picture(4)
    brighter = (image // 2 + 100).astype(np.uint8)
    assert contrast_to_noise(brighter) == pytest.approx(contrast_to_noise(image), rel=0.01)


def test_noise_of_unlike_phases_is_the_root_of_their_mean_variance():
    half = np.arange(80)[:, None, None] < 40
    spread = np.where(half, 4.0, 20.0)
    noise = generator("unlike").standard_normal((80, 40, 40)) * spread
    image = np.rint(np.where(half, 60, 160) + noise).clip(0, 255).astype(np.uint8)
    assert contrast_to_noise(image) == pytest.approx(100 / np.sqrt((16 + 400) / 2), rel=0.02)


def test_contrast_to_noise_of_ends_of_the_scale():
    clean = np.full((40, 40, 40), 50, dtype=np.uint8)
    clean[20:] = 200
    assert contrast_to_noise(clean) == np.inf
    thin = np.zeros((40, 40, 40), dtype=np.uint8)
    thin[20] = 255
    assert np.isnan(contrast_to_noise(thin))


def test_modes_part_near_a_contrast_to_noise_of_two_and_a_half():
    modes = {cnr: histogram_modes(grey_histogram(picture(cnr))) for cnr in (1.5, 1.7, 2, 3, 6, 8)}
    assert modes == {1.5: 1, 1.7: 1, 2: 1, 3: 2, 6: 2, 8: 2}


def test_modes_are_told_apart_by_a_fortieth_of_where_99_percent_lie():
    levels = np.arange(256)
    close = sum(np.exp(-((levels - centre) ** 2) / (2 * 3**2)) for centre in (40, 50))
    assert histogram_modes(1e6 * close) == 2
    # With 0.7 % of the voxels at 250, a fortieth of the range is more than half of the distance.
    far = close + 0.007 * close.sum() * (levels == 250)
    assert histogram_modes(1e6 * far) == 1


def test_modes_of_made_up_histograms():
    levels = np.arange(256)
    peak = lambda centre, sd: np.exp(-((levels - centre) ** 2) / (2 * sd**2))  # noqa: E731
    assert histogram_modes(1e6 * peak(128, 30)) == 1
    assert histogram_modes(1e6 * (peak(80, 12) + peak(170, 12))) == 2
    assert histogram_modes(1e6 * (peak(50, 8) + 0.3 * peak(120, 8) + peak(200, 8))) == 3
    # A second peak of one per cent of the first is not one that anybody sees.
    assert histogram_modes(1e6 * (peak(80, 12) + 0.01 * peak(170, 12))) == 1
    clipped = 1e6 * peak(128, 30)
    clipped[[0, 255]] = 5e6
    assert histogram_modes(clipped) == 1


def test_counting_noise_makes_no_mode():
    rng = generator("counting")
    for _ in range(50):
        grey = np.clip(rng.normal(128, 35, size=(40, 40, 40)), 0, 255).astype(np.uint8)
        assert histogram_modes(grey_histogram(grey)) == 1


def test_image_quality_of_two_levels():
    image = np.full((32, 32, 32), 60, dtype=np.uint8)
    image[:8] = 180
    found = image_quality(image)
    assert 60 <= found.otsu_threshold < 180
    assert found.otsu_fraction == 0.25
    assert found.histogram_modes == 2


def test_histogram_counts_every_voxel():
    image = generator("levels").integers(0, 256, size=(5, 6, 7)).astype(np.uint8)
    counts = grey_histogram(image)
    assert counts.shape == (256,)
    assert np.array_equal(counts, [np.count_nonzero(image == level) for level in range(256)])


@pytest.mark.parametrize(
    ("image", "complaint"),
    [
        (np.zeros((4, 4, 4), np.uint16), "uint8"),
        (np.full((4, 4, 4), 7, np.uint8), "level 7 only"),
        (np.zeros((0, 4, 4), np.uint8), "no voxels"),
    ],
)
def test_images_that_cannot_be_judged(image, complaint):
    with pytest.raises(ValueError, match=complaint):
        image_quality(image)


def test_histograms_that_cannot_be_judged():
    with pytest.raises(ValueError, match="256 grey levels"):
        histogram_modes(np.ones(10))
    only_ends = np.zeros(256)
    only_ends[[0, 255]] = 100
    with pytest.raises(ValueError, match="window is far too narrow"):
        histogram_modes(only_ends)
