"""Statistics of images whose noise, edges and contrast are known."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.imaging.filters import KERNEL_SIZE_FACTOR, SIGMA_VOXELS
from manyeyes.imaging.image_statistics import (
    FREQUENCY_EDGES,
    QUANTILES,
    histogram_distance,
    image_statistics,
    profile_positions,
)
from manyeyes.randomness import generator

SHAPE = (48, 48, 48)
DARK, BRIGHT = 80.0, 160.0


def two_phases(shape=SHAPE, axis=1, share=0.5):
    """Return 0 below and 1 above a plane that crosses an axis."""
    phase = np.zeros(shape)
    ahead = np.moveaxis(phase, axis, 0)
    ahead[round((1 - share) * shape[axis]) :] = 1.0
    return phase


def imaged(phase, noise=0.0):
    """Return grey levels, 80 and 160, with noise in units of the contrast."""
    return np.rint(DARK + (BRIGHT - DARK) * (phase + noise)).clip(0, 255).astype(np.uint8)


def white(sd, *names, shape=SHAPE):
    return sd * generator("image statistics", *names).standard_normal(shape)


def test_correlation_of_blurred_noise_is_found_along_each_axis():
    sigma = np.array([1.4, 1.0, 0.7])
    noise = ndimage.gaussian_filter(white(1.0, "blurred"), sigma)
    found = image_statistics(imaged(two_phases(), 0.2 * noise / noise.std()))
    lags = np.arange(1, 4)
    expected = np.exp(-(lags**2) / (4 * sigma[:, None] ** 2))
    np.testing.assert_allclose(found.autocorrelation[:, :3], expected, atol=0.05)
    np.testing.assert_allclose(
        found.autocorrelation_plane[:3], expected[1:].mean(axis=0), atol=0.05
    )


def test_white_noise_has_no_correlation_an_even_spectrum_and_a_known_gain():
    found = image_statistics(imaged(two_phases(), white(0.25, "white")))
    np.testing.assert_allclose(found.autocorrelation, 0, atol=0.03)
    assert found.contrast_to_noise == pytest.approx(4.0, rel=0.03)
    # A plane across y has no power along z, but some at the finest frequencies in the slice.
    np.testing.assert_allclose(found.spectrum_z[2:], 0.25**2, rtol=0.1)
    across_z = image_statistics(imaged(two_phases(axis=0), white(0.25, "white")))
    np.testing.assert_allclose(across_z.spectrum_plane[2:], 0.25**2, rtol=0.1)
    reach = int(np.ceil(KERNEL_SIZE_FACTOR * SIGMA_VOXELS))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SIGMA_VOXELS) ** 2)
    kept = (np.sum(taps**2) / np.sum(taps) ** 2) ** 1.5
    # A little less: mirrored faces count their voxels twice, and grey levels are whole numbers.
    assert found.filter_gain == pytest.approx(1 / kept, rel=0.1)


@pytest.mark.parametrize("sigma", [1.0, 2.0])
@pytest.mark.parametrize(("axis", "found_in"), [(0, "edge_width_z"), (2, "edge_width_plane")])
def test_width_of_a_blurred_edge_is_that_of_the_blur(sigma, axis, found_in):
    phase = ndimage.gaussian_filter(two_phases(axis=axis), sigma, mode="nearest")
    found = image_statistics(imaged(phase, white(0.02, "edge")))
    # From 10 to 90 % of an edge that a Gaussian blurred; profiles have steps of half a voxel.
    assert getattr(found, found_in) == pytest.approx(2.563 * sigma, abs=0.35)
    other = "edge_width_plane" if axis == 0 else "edge_width_z"
    assert np.isnan(getattr(found, other))


def test_sharpening_shows_as_overshoot():
    phase = ndimage.gaussian_filter(two_phases(), 1.0, mode="nearest")
    plain = image_statistics(imaged(phase))
    sharpened = phase + 0.5 * (phase - ndimage.gaussian_filter(phase, 3.0, mode="nearest"))
    found = image_statistics(imaged(sharpened))
    assert plain.overshoot == pytest.approx(0, abs=0.01)
    assert 0.05 < found.overshoot < 0.25
    assert len(found.profile) == len(profile_positions())


def test_distance_of_histograms_is_the_share_that_changes_phase():
    half = image_statistics(imaged(two_phases(share=0.5)))
    more = image_statistics(imaged(two_phases(share=0.75)))
    assert histogram_distance(half, half) == 0
    assert histogram_distance(half, more) == pytest.approx(0.25, abs=2 / QUANTILES)
    assert half.bright_fraction == pytest.approx(0.5, abs=0.01)
    # Brightness and contrast of the scale do not matter.
    again = (0.5 * imaged(two_phases(share=0.5)) + 20).astype(np.uint8)
    assert histogram_distance(half, image_statistics(again)) == pytest.approx(0, abs=1e-6)


def test_cupping_and_rings_are_measured():
    y, x = (np.arange(48) - 23.5)[:, None], (np.arange(48) - 23.5)[None]
    radius = np.hypot(y, x)
    phase = two_phases((24, 48, 48), axis=0)
    cup = 1 - 0.2 * (1 - np.minimum(radius / 24, 1) ** 2)
    found = image_statistics(imaged(phase * cup, white(0.02, "cup", shape=phase.shape)))
    assert found.cupping == pytest.approx(0.2, abs=0.02)
    steps = white(0.1, "rings", shape=(24, 40))
    rings = np.stack([one[np.rint(radius).astype(int)] for one in steps])
    noise = white(0.1, "noise", shape=phase.shape)
    assert image_statistics(imaged(phase, noise + rings)).rings == pytest.approx(0.1, rel=0.2)
    assert image_statistics(imaged(phase, noise)).rings < 0.01


def test_a_single_slice_has_no_statistics_along_z():
    phase = two_phases((1, 64, 64))
    found = image_statistics(imaged(phase, white(0.1, "slice", shape=phase.shape)))
    assert found.contrast_to_noise == pytest.approx(10, rel=0.1)
    assert np.isnan(found.autocorrelation[0]).all()
    assert np.isnan(found.spectrum_z).all()
    assert np.isnan(found.edge_width_z)
    assert np.isfinite(found.spectrum_plane).all()
    assert len(found.spectrum_plane) == len(FREQUENCY_EDGES) - 1


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(SHAPE), "8-bit volume"),
        (np.zeros((30, 30), np.uint8), "8-bit volume"),
        (np.zeros((30, 20, 30), np.uint8), "at least 24 voxels"),
        (np.zeros(SHAPE, np.uint8), "one grey level"),
        ((np.indices(SHAPE).sum(axis=0) % 2 * 200).astype(np.uint8), "nothing but noise"),
    ],
)
def test_what_cannot_be_measured_is_refused(image, message):
    with pytest.raises(ValueError, match=message):
        image_statistics(image)


def test_noise_that_differs_from_slice_to_slice_is_noticed():
    levels = np.exp(0.3 * np.cos(2 * np.pi * np.arange(48) / 24))
    noise = white(0.1, "uneven") * levels[:, None, None]
    found = image_statistics(imaged(two_phases(), noise))
    assert found.unevenness == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    # A cosine of this period falls to 1/e after 24 / (2 pi) * arccos(1/e) = 4.6 slices.
    assert found.unevenness_length == pytest.approx(4.6, abs=0.5)
    assert image_statistics(imaged(two_phases(), white(0.1, "even"))).unevenness < 0.04
