import numpy as np
import pytest

from manyeyes.fibsem.scores import stripe_share
from manyeyes.pores.bse import bse_slices
from manyeyes.pores.codes import GRAIN
from manyeyes.pores.labelling import hysteresis_labels, thresholds_by_eye
from manyeyes.pores.particle import particle_truth
from manyeyes.pores.preparing import smoothed, wedge_filtered
from manyeyes.pores.settings import BseSettings, ParticleSettings
from manyeyes.pores.statistics import pore_statistics

NAMES = ("test", "particle")


def test_the_wedge_removes_stripes_and_keeps_grey_and_type():
    truth = np.full((2, 128, 128), GRAIN, np.uint8)
    striped = bse_slices(truth, BseSettings(curtain_strength=0.1), NAMES)
    filtered = wedge_filtered(striped)
    assert filtered.dtype == np.uint16
    assert filtered.mean() == pytest.approx(striped.mean(), rel=1e-3)
    for before, after in zip(striped, filtered, strict=True):
        assert stripe_share(after) < 0.3 * stripe_share(before)


def test_smoothing_stays_within_slices_and_lowers_noise():
    images = np.full((3, 40, 40), 1000, np.uint16)
    images[1] = 2000
    assert (smoothed(images) == images).all()
    noise = np.random.default_rng(0).integers(0, 60000, (1, 200, 200)).astype(np.uint16)
    # Sum of the squares of a Gaussian kernel of 1 pixel: 1 / (4 pi) in two dimensions.
    expected = noise.std() / np.sqrt(4 * np.pi)
    assert smoothed(noise, 1.0).std() == pytest.approx(expected, rel=0.05)
    assert (smoothed(noise, 0) == noise).all()


def test_only_16_bit_slices_are_filtered():
    for function in (wedge_filtered, smoothed):
        with pytest.raises(ValueError, match=r"slices must be uint16 \(z, y, x\)"):
            function(np.zeros((2, 4, 4), np.uint8))


def test_labels_of_a_default_particle_are_in_the_order_of_what_was_measured():
    """A tenth of a particle; wide limits, as a few large pores make much of the area."""
    settings = ParticleSettings(slices=10)
    truth = particle_truth(settings, NAMES)
    images = smoothed(wedge_filtered(bse_slices(truth, BseSettings(), NAMES)))
    labels = hysteresis_labels(images, *thresholds_by_eye(images))
    found = pore_statistics(labels, settings.voxel_size_nm)
    assert 0.5 < found.pore_area_percent < 4
    assert 10 < found.pores_per_slice < 50
    assert 20 < found.median_diameter_nm < 60
    assert np.mean(labels == truth) > 0.99
