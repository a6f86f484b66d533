"""The parts of imaging that are fitted to real tomograms: noise in 3-D, fringes, texture, beams."""

import numpy as np
import pytest

from manyeyes.imaging.beam_hardening import beam_hardening
from manyeyes.imaging.ct import image_ct
from manyeyes.imaging.noise import NoiseColour, backprojection_noise, slice_levels, tomogram_noise
from manyeyes.imaging.phases_to_grey import blurred, sharp_greys, to_8_bit
from manyeyes.imaging.texture import texture, vary_active, vary_binder

QUIET = {
    "contrast_to_noise": 500.0,
    "resolution_nm": 0.0,
    "clipped_share": 0.0,
    "attenuation_per_cm": {"active": 10.0, "cbd": 4.0, "pore": 0.0},
}


def halves(shape=(24, 64, 64), codes=(1, 3)):
    truth = np.full(shape, codes[1], dtype=np.uint8)
    truth[:, : shape[1] // 2] = codes[0]
    return truth


def correlation(noise, axis, lag):
    ahead = np.moveaxis(noise, axis, 0)
    return float((ahead[lag:] * ahead[:-lag]).mean() / (noise**2).mean())


def test_settings_that_are_not_given_leave_a_tomogram_as_it_was():
    imaging = {
        "contrast_to_noise": 3.0,
        "resolution_nm": 800,
        "attenuation_per_cm": {"active": 10.0, "cbd": 4.0, "pore": 0.0},
    }
    truth = halves((8, 40, 44), codes=(1, 2))
    plain = blurred(sharp_greys(truth, (1.0, 0.4, 0.0)), 800, 400)
    noise = backprojection_noise(truth.shape, "hann", "test", "noise")
    noise *= np.float32(1 / 3.0)
    np.testing.assert_array_equal(
        image_ct(truth, 400, imaging, "test"), to_8_bit(plain + noise, 0.001)
    )


def test_noise_is_blurred_along_each_axis_as_asked_for():
    sigma = (1.5, 1.0, 0.7)
    noise = tomogram_noise((64, 96, 96), NoiseColour("ramp", 1.0, sigma), "test")
    assert noise.dtype == np.float32
    assert noise.shape == (64, 96, 96)
    assert noise.std() == pytest.approx(1, abs=0.03)
    for axis, width in enumerate(sigma):
        for lag in (1, 2):
            expected = np.exp(-(lag**2) / (4 * width**2))
            assert correlation(noise, axis, lag) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    "settings",
    [(0.0, (1.2, 0.8, 0.8), 2.0, 0.0), (0.5, (2.0, 1.0, 1.0), 1.4, 0.01)],
)
def test_blurred_noise_keeps_its_variance(settings):
    noise = tomogram_noise((80, 80, 81), NoiseColour("hann", *settings), "test")
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.std() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(
        tomogram_noise((80, 80, 81), NoiseColour("hann", *settings), "test"), noise
    )


def test_noise_without_blur_is_that_of_back_projection():
    np.testing.assert_array_equal(
        tomogram_noise((6, 40, 41), NoiseColour("hann"), "test"),
        backprojection_noise((6, 40, 41), "hann", "test"),
    )


def test_unblurred_noise_adds_an_even_floor_to_the_spectrum():
    noise = tomogram_noise((64, 64, 64), NoiseColour("ramp", 1.0, (2.0,) * 3, 2.0, 0.1), "test")
    # A taper, since opposite faces of blurred noise do not fit together.
    taper = np.hanning(len(noise))[:, None, None]
    power = np.abs(np.fft.rfft(noise * taper, axis=0)) ** 2 / (taper**2).sum()
    assert power[20:].mean() == pytest.approx(0.1, rel=0.05)
    assert noise.std() == pytest.approx(1, abs=0.06)


def test_a_lower_exponent_leaves_more_of_the_finest_detail():
    def finest(exponent):
        noise = tomogram_noise((64, 64, 64), NoiseColour("ramp", 1.0, (1.2,) * 3, exponent), "test")
        return (np.abs(np.fft.rfft(noise, axis=0)) ** 2)[28:].mean()

    assert finest(1.2) > 5 * finest(2.0)


def test_slices_differ_in_noise_as_asked_for():
    levels = np.log(slice_levels(4000, 0.2, 6.0, "test").astype(float))
    assert levels.std() == pytest.approx(0.2, rel=0.1)
    centred = levels - levels.mean()
    assert (centred[6:] * centred[:-6]).mean() / centred.var() == pytest.approx(np.exp(-1), abs=0.1)
    assert (np.exp(levels) ** 2).mean() == pytest.approx(1)
    assert (slice_levels(10, 0.5, 20.0, "few") ** 2).mean() == pytest.approx(1)


def test_blur_along_z_has_its_own_width():
    truth = np.full((48, 48, 8), 3, dtype=np.uint8)
    truth[24:, :, :] = 1
    imaging = QUIET | {"resolution_nm": 400, "resolution_z_nm": 2355}
    profile = image_ct(truth, 400, imaging, "test").astype(float).mean(axis=(1, 2))
    # 2355 nm are a standard deviation of 1000 nm, 2.5 voxels.
    assert np.gradient(profile).max() / 255 == pytest.approx(
        1 / (2.5 * np.sqrt(2 * np.pi)), rel=0.1
    )
    assert image_ct(truth, 400, QUIET | {"resolution_nm": 400}, "test").shape == truth.shape


def test_fringes_brighten_one_side_of_an_edge_and_darken_the_other():
    truth = halves((4, 80, 40))
    imaging = QUIET | {"resolution_nm": 800, "fringe": 0.6, "fringe_nm": 3000}
    profile = image_ct(truth, 400, imaging, "test").astype(float).mean(axis=(0, 2))
    active, pore = profile[5], profile[-5]
    contrast = active - pore
    assert (profile.max() - active) / contrast > 0.05
    assert (pore - profile.min()) / contrast > 0.05
    # Far from edges, greys are as they were.
    plain = image_ct(truth, 400, QUIET | {"resolution_nm": 800}, "test").astype(float)
    assert plain.mean(axis=(0, 2)).max() - plain[:, 5].mean() < 2


def test_beam_hardening_makes_a_disc_darker_in_its_centre():
    y, x = np.indices((96, 96)) - 47.5
    disc = np.where(np.hypot(y, x) < 40, 1.0, 0.0).astype(np.float32)
    image = np.repeat(disc[None], 4, axis=0)
    error = beam_hardening(image, 0.1)
    assert error.shape == image.shape
    radius = np.hypot(y, x)
    centre, rim = error[:, radius < 8].mean(), error[:, (radius > 32) & (radius < 36)].mean()
    assert centre < rim < 0
    # Through the centre a tenth of the path is missing; there the error is about that share.
    assert error[:, radius < 30].mean() == pytest.approx(-0.1, abs=0.06)
    np.testing.assert_allclose(beam_hardening(image, 0.2), 2 * error, rtol=1e-4, atol=1e-6)
    assert not beam_hardening(np.zeros_like(image), 0.1).any()


def test_texture_has_the_variance_and_the_length_asked_for():
    field = texture((96, 96, 96), 1600, 400, "test")
    assert field.mean() == pytest.approx(0, abs=0.15)
    assert field.std() == pytest.approx(1, abs=0.1)
    centred = field - field.mean()
    along = np.mean([correlation(centred, axis, 4) for axis in range(3)])
    assert along == pytest.approx(np.exp(-1), abs=0.08)
    # It is a function of space: half the voxel size shows the same field twice as large.
    fine = texture((24, 24, 24), 1600, 200, "test")
    np.testing.assert_allclose(fine[::2, ::2, ::2], field[:12, :12, :12], atol=1e-4)


def two_balls():
    z, y, x = np.indices((36, 36, 72))
    balls = [(z - 18) ** 2 + (y - 18) ** 2 + (x - place) ** 2 < 14**2 for place in (18, 53)]
    return np.where(balls[0] | balls[1], 1, 3).astype(np.uint8), balls


def test_particles_differ_from_each_other_and_not_within():
    truth, balls = two_balls()
    greys = np.where(truth == 1, 1.0, 0.0).astype(np.float32)
    vary_active(greys, truth, 0.2, "test")
    means = [greys[ball].mean() for ball in balls]
    assert abs(means[0] - means[1]) > 0.01
    assert max(greys[ball].std() for ball in balls) < 0.03
    assert not greys[truth == 3].any()


def test_binder_varies_about_its_mean_and_never_below_pores():
    truth = np.full((40, 40, 40), 2, dtype=np.uint8)
    truth[:, :8] = 3
    truth[:, 32:] = 1
    greys = np.array([0, 1.0, 0.4, 0.0], dtype=np.float32)[truth]
    vary_binder(greys, truth, 0.3, 1000, 400, "test")
    binder = greys[truth == 2]
    assert binder.mean() == pytest.approx(0.4, abs=0.05)
    assert binder.std() == pytest.approx(0.12, rel=0.2)
    assert binder.min() >= 0
    assert set(np.unique(greys[truth != 2])) == {0.0, 1.0}


@pytest.mark.parametrize(
    "change",
    [
        {"texture": 0.1},
        {"particle_variation": 0.1},
        {"cbd_variation": 0.5},
        {"beam_hardening": 0.2},
        {"unblurred_noise_share": 0.5},
        {"white_noise_share": 0.5},
        {"uneven_noise": 0.3},
    ],
)
def test_each_setting_changes_a_tomogram_and_is_deterministic(change):
    truth, _ = two_balls()
    truth[:, :4] = 2
    plain = image_ct(truth, 400, QUIET | {"contrast_to_noise": 20.0}, "test")
    changed = [
        image_ct(truth, 400, QUIET | {"contrast_to_noise": 20.0} | change, "test") for _ in "ab"
    ]
    np.testing.assert_array_equal(*changed)
    assert (changed[0] != plain).mean() > 0.02


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"noise_blur_voxels": 1.0}, "noise_blur_voxels must be three numbers"),
        ({"noise_blur_voxels": [1.0, 1.0]}, "noise_blur_voxels must be three numbers"),
        ({"noise_blur_voxels": [1.0, -1.0, 1.0]}, "noise_blur_voxels must be a number"),
        ({"noise_blur_exponent": 0.1}, "noise_blur_exponent must be a number"),
        ({"white_noise_share": 1.5}, "white_noise_share must be a number"),
        ({"unblurred_noise_share": -0.1}, "unblurred_noise_share must be a number"),
        ({"uneven_noise": -1}, "uneven_noise must be a number"),
        ({"uneven_noise_slices": 0}, "uneven_noise_slices must be a number"),
        ({"fringe": -1}, "fringe must be a number"),
        ({"fringe_nm": 0}, "fringe_nm must be a number"),
        ({"beam_hardening": 0.9}, "beam_hardening must be a number"),
        ({"texture": "much"}, "texture must be a number"),
        ({"texture_length_nm": 0}, "texture_length_nm must be a number"),
        ({"particle_variation": -0.1}, "particle_variation must be a number"),
        ({"cbd_variation": 3}, "cbd_variation must be a number"),
        ({"cbd_length_nm": 0}, "cbd_length_nm must be a number"),
        ({"resolution_z_nm": -1}, "resolution_z_nm must be a number"),
    ],
)
def test_impossible_settings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        image_ct(halves(), 400, QUIET | change, "test")
