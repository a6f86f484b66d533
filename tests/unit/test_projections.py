"""From counts to slices: every step against what is known."""

import numba
import numpy as np
import pytest
from scipy import ndimage
from skimage.transform import radon

from manyeyes.imaging.noise import backprojection_amplitude
from manyeyes.projections.centre import find_centre
from manyeyes.projections.filtering import WINDOWS, window_values
from manyeyes.projections.forward import projections, scan
from manyeyes.projections.geometry import angular_weights, check_angles, seen_by_all
from manyeyes.projections.normalise import attenuation, open_field, transmission
from manyeyes.projections.phase import phase_length, retrieve_phase
from manyeyes.projections.reconstruct import reconstruct, reconstruct_slabs, slabs
from manyeyes.projections.rings import remove_rings, stripes, usual_widths
from manyeyes.projections.steps import (
    ReconstructionSettings,
    normalised,
    prepared,
    rows_for_centre,
    with_phase,
)
from manyeyes.projections.views import projection_panels, sinogram_panels
from manyeyes.projections.zingers import remove_zingers

ANGLES = np.arange(120) * 1.5
MU = 0.02


def disc(size, radius, y=0.0, x=0.0):
    """Return a disc with soft edges at a distance from the middle, float32 (size, size)."""
    place = np.arange(size) - (size - 1) / 2
    distance = np.hypot(place[:, None] - y, place - x)
    return np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def sample():
    """Return attenuation per pixel of 3 slices of 64 x 64: discs, and a hole."""
    slices = [disc(64, 12, -8 + z, 10) + 0.5 * disc(64, 9, 10, -12) for z in range(3)]
    return (MU * np.stack(slices)).astype(np.float32)


@pytest.fixture(scope="module")
def perfect(sample):
    """Return a scan of the sample without noise, its axis at column 37.25 of 72."""
    return scan(
        sample, "perfect", projections_count=120, photons=np.inf, columns=72, centre=37.25, rays=1
    )


@pytest.fixture(scope="module")
def paths(perfect):
    field = open_field(perfect.whites, perfect.darks)
    return attenuation(transmission(perfect.counts, field)).values


def test_a_disc_casts_the_shadow_of_a_disc():
    seen = -np.log(projections(MU * disc(64, 20)[None], ANGLES, columns=64, centre=31.5, rays=1))
    place = np.arange(64) - 31.5
    chord = MU * 2 * np.sqrt(np.maximum(20.0**2 - place**2, 0))
    # A voxel wide at the rim, where the chord rises steeply.
    inside = np.abs(place) < 18
    assert np.abs(seen[:, 0] - chord)[:, inside].max() < 0.02 * chord.max()
    mass = seen.sum(axis=2)
    assert mass == pytest.approx(MU * disc(64, 20).sum(), rel=0.002)


def test_projections_turn_as_those_of_scikit_image_do(sample):
    # An odd number of columns, since scikit-image turns about pixel n // 2.
    image = np.pad(sample[0], ((0, 1), (0, 1)))
    ours = -np.log(projections(image[None], ANGLES, columns=65, centre=32, rays=1))[:, 0]
    theirs = radon(image, ANGLES, circle=True).T
    assert np.abs(ours - theirs).max() < 0.03 * theirs.max()


def test_back_projection_returns_the_sample(sample, paths, perfect):
    for window, most in (("ramp", 0.03), ("hann", 0.06)):
        slices = reconstruct(paths, ANGLES, 37.25, window=window, size=64)
        assert slices.shape == (3, 64, 64) and slices.dtype == np.float32
        assert np.sqrt(np.mean((slices - sample) ** 2)) < most * MU
    flat = ndimage.binary_erosion(sample[0] > 0.9 * MU, iterations=4)
    assert slices[0][flat].mean() == pytest.approx(MU, rel=0.01)


def test_a_wrong_axis_is_worse_and_a_drifting_one_can_be_followed(sample):
    moving = scan(sample, "m", projections_count=120, photons=np.inf, columns=76, drift=3.0, rays=1)
    values = attenuation(
        transmission(moving.counts, open_field(moving.whites, moving.darks))
    ).values

    def error(centre):
        slices = reconstruct(values, ANGLES, centre, size=64)
        return np.sqrt(np.mean((slices - sample) ** 2)) / MU

    assert np.ptp(moving.centres) == pytest.approx(3.0)
    assert error(moving.centres) < 0.06 < 0.08 < error(float(moving.centres.mean()))


def test_the_bytes_depend_on_neither_threads_nor_slabs_nor_the_crop(paths):
    many = np.tile(paths, (1, 7, 1))
    whole = reconstruct(many, ANGLES, 37.25)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert np.array_equal(reconstruct(many, ANGLES, 37.25), whole)
    finally:
        numba.set_num_threads(threads)
    seen = []
    parts = dict(
        reconstruct_slabs(
            lambda first, end: many[:, first:end],
            (2, 21),
            ANGLES,
            37.25,
            height=5,
            progress=lambda done, of: seen.append((done, of)),
            field=(10, 50, 20, 60),
        )
    )
    assert list(parts) == [2, 7, 12, 17]
    assert seen == [(5, 19), (10, 19), (15, 19), (19, 19)]
    assert np.array_equal(np.concatenate(list(parts.values())), whole[2:21, 10:50, 20:60])


def test_uneven_and_doubled_angles_are_weighed():
    assert angular_weights(ANGLES) == pytest.approx(np.pi / 120)
    both_ends = np.linspace(0, 180, 181)
    weights = angular_weights(both_ends)
    assert weights.sum() == pytest.approx(np.pi)
    assert weights[[0, -1]] == pytest.approx(np.pi / 360)
    assert weights[1:-1] == pytest.approx(np.pi / 180)
    whole_turn = np.arange(360.0)
    assert angular_weights(whole_turn) == pytest.approx(np.pi / 360)


def test_a_scan_of_uneven_angles_gives_the_same_slices(sample):
    uneven = np.arange(240) * 1.5 + np.random.default_rng(0).uniform(-0.7, 0.7, 240)
    passed = projections(sample, uneven, columns=72, centre=35.5, rays=1)
    slices = reconstruct(attenuation(passed).values, uneven, 35.5, size=64)
    assert np.sqrt(np.mean((slices - sample) ** 2)) < 0.06 * MU


def test_a_sample_beyond_the_detector_has_no_bright_rim():
    wide = MU * disc(128, 60)[None]
    passed = projections(wide, ANGLES, columns=64, centre=31.5, rays=1)
    values = attenuation(passed).values
    inside = seen_by_all(64, 64, 31.5)
    extended = reconstruct(values, ANGLES, 31.5)[0][inside] / MU
    cut = reconstruct(values, ANGLES, 31.5, extend=False)[0][inside] / MU
    assert extended.std() < 0.15 < 0.4 < cut.std()
    assert extended.max() < 1.1 < 4 < cut.max()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"centre": 80.0}, "centre must be a column"),
        ({"centre": np.zeros(3)}, "found shape"),
        ({"angles": ANGLES[:-1]}, "one angle for each"),
        ({"angles": np.deg2rad(ANGLES)}, "radians"),
        ({"angles": ANGLES / 1.5}, "cover no half turn"),
        ({"angles": np.where(ANGLES == 3, np.nan, ANGLES)}, "angle 2"),
        ({"field": (0, 80, 0, 10)}, "within a slice"),
        ({"window": "box"}, "window must be"),
    ],
)
def test_what_cannot_be_reconstructed_is_named(paths, change, complaint):
    given = {"angles": ANGLES, "centre": 37.25} | change
    angles, centre = given.pop("angles"), given.pop("centre")
    with pytest.raises(ValueError, match=complaint):
        reconstruct(paths, angles, centre, **given)


def test_impossible_slabs_and_volumes_are_named(paths):
    with pytest.raises(ValueError, match="height"):
        slabs(0, 3, 0)
    with pytest.raises(ValueError, match="angles, rows, columns"):
        reconstruct(paths[0], ANGLES, 37.25)
    with pytest.raises(ValueError, match="several angles"):
        check_angles(np.zeros(1), 1)


def test_windows_are_those_of_the_noise_model():
    frequency = np.arange(33) / 64
    for window in WINDOWS:
        model = backprojection_amplitude(64, 64, window)[0]
        expected = np.sqrt(frequency) * window_values(frequency, window) * np.sinc(frequency) ** 2
        assert model / model[5] == pytest.approx(expected / expected[5])


# Normalisation.


def test_flat_and_dark_are_corrected_to_the_true_transmission(sample, perfect):
    field = open_field(perfect.whites, perfect.darks)
    values = transmission(perfect.counts, field)
    truth = projections(sample, ANGLES, columns=72, centre=37.25, rays=1)
    assert values == pytest.approx(truth, abs=1e-5)


def test_a_zinger_in_one_white_makes_no_ring():
    whites = np.random.default_rng(0).poisson(1000, (10, 4, 32)).astype(np.uint16)
    hit = whites.copy()
    hit[3, 2, 17] = 60_000
    field = open_field(hit, None)
    assert field.white[2, 17] == pytest.approx(np.delete(whites[:, 2, 17], 3).mean())
    others = np.ones((4, 32), bool)
    others[2, 17] = False
    assert np.allclose(field.white[others], whites.mean(axis=0)[others], rtol=1e-2)


def test_dead_pixels_are_filled_and_counted(sample):
    faulty = scan(
        sample, "d", projections_count=120, photons=np.inf, columns=72, dead_share=0.03, rays=1
    )
    settings = ReconstructionSettings(most_dead=0.1, zingers=False)
    got = normalised(faulty.counts, faulty.whites, faulty.darks, settings)
    assert got.dead == (faulty.gains == 0).sum() > 2
    truth = projections(sample, ANGLES, columns=72, centre=35.5, rays=1)
    assert np.abs(got.values - truth).max() < 0.08
    with pytest.raises(ValueError, match="swapped"):
        normalised(faulty.counts, faulty.whites, faulty.darks, ReconstructionSettings())


def test_dead_pixels_are_found_whatever_the_noise_of_the_darks(sample):
    faulty = scan(
        sample, "d", projections_count=40, photons=1000, columns=72, dead_share=0.05, frames=5
    )
    field = open_field(faulty.whites, faulty.darks, most_dead=0.1)
    assert np.array_equal(field.dead, faulty.gains == 0)
    assert field.dead.sum() > 2


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"whites": None}, "no images of the open beam"),
        ({"whites": np.empty((0, 3, 5))}, "no images of the open beam"),
        ({"whites": np.zeros((2, 3, 5))}, "15 of 15 pixels"),
        ({"whites": np.full((2, 3, 5), np.nan)}, "30 of 30 values of the whites"),
        ({"whites": np.ones((2, 3, 6))}, "same detector"),
        ({"whites": np.ones((3, 5))}, "frames, rows, columns"),
        ({"counts": np.ones((4, 3, 6))}, "as the whites"),
    ],
)
def test_bad_fields_are_named(change, complaint):
    given = {"counts": np.ones((4, 3, 5)), "whites": np.full((2, 3, 5), 9.0)} | change
    with pytest.raises(ValueError, match=complaint):
        normalised(given["counts"], given["whites"], np.zeros((2, 3, 5)), ReconstructionSettings())


def test_a_projection_with_a_nan_is_named():
    counts = np.ones((4, 3, 5))
    counts[2, 1, 4] = np.nan
    field = open_field(np.full((1, 3, 5), 9.0), None)
    with pytest.raises(ValueError, match=r"1 of 60 values .*\(2, 1, 4\)"):
        transmission(counts, field)


def test_the_floor_is_reported():
    values, floored = attenuation(np.array([1.0, 0.5, 1e-3, 0.0, -0.1], np.float32), 1e-2)
    assert floored == 3
    assert values == pytest.approx(-np.log([1, 0.5, 0.01, 0.01, 0.01]))
    with pytest.raises(ValueError, match="floor"):
        attenuation(np.ones(2), 0.0)


def test_zingers_are_found_and_nothing_else(sample):
    keys = {"projections_count": 120, "photons": 5e3, "columns": 72}
    clean, hit = scan(sample, "z", **keys), scan(sample, "z", **keys, zinger_share=1e-3)
    assert hit.zingers > 10
    before, after = (transmission(s.counts, open_field(s.whites, s.darks)) for s in (clean, hit))
    cleaned = remove_zingers(after)
    assert cleaned.replaced == hit.zingers
    assert np.abs(cleaned.values - before).max() < 0.12
    unchanged = remove_zingers(before)
    assert unchanged.replaced == 0 and np.array_equal(unchanged.values, before)
    alone = remove_zingers(after[:, 1:2])
    assert np.array_equal(alone.values, cleaned.values[:, 1:2])
    with pytest.raises(ValueError, match="three projections"):
        remove_zingers(after[:2])


# Phase.


def test_propagation_of_a_single_material_is_undone():
    length = 2.5
    thickness = 200 * (disc(96, 20) + 0.5 * disc(96, 10, 5, -8))
    contact = np.exp(-0.004 * ndimage.gaussian_filter(thickness, 1.0))
    # The transport-of-intensity equation for one material: I(z) = (1 - (z delta / mu) laplace) I.
    # Its transform multiplies by 1 + (z delta / mu) k^2, k in radians per pixel.
    frequency = 2 * np.pi * np.fft.fftfreq(96)
    square = frequency[:, None] ** 2 + frequency**2
    far = np.fft.ifft2(np.fft.fft2(contact) * (1 + length**2 * square)).real
    assert np.abs(far - contact).max() > 0.1
    got = retrieve_phase(far[None].astype(np.float32), length)
    assert np.abs(got[0] - contact).max() < 2e-3


def test_the_length_is_that_of_the_formula():
    # 100 mm, 20 keV (0.06199 nm), delta / beta 1000.
    wavelength_m = 1.23984e-9 / 20
    expected_m = np.sqrt(0.1 * wavelength_m * 1000 / (4 * np.pi))
    assert phase_length(100, 20, 1000) == pytest.approx(expected_m * 1e9, rel=1e-4)
    assert phase_length(100, 20, 1000, 4.0) == pytest.approx(expected_m * 1e9 / 2, rel=1e-4)
    assert phase_length(0, 20, 1000) == 0
    with pytest.raises(ValueError, match="delta_over_beta"):
        phase_length(100, 20, 0)


def test_phase_keeps_the_mean_and_each_projection_apart():
    images = np.random.default_rng(0).random((3, 20, 30), dtype=np.float32)
    got = retrieve_phase(images, 1.5)
    assert np.array_equal(got[1:2], retrieve_phase(images[1:2], 1.5))
    assert retrieve_phase(images, 0) == pytest.approx(images, abs=1e-6)
    assert retrieve_phase(np.full((1, 9, 7), 0.4), 3.0) == pytest.approx(0.4)
    settings = ReconstructionSettings(
        phase={"distance_mm": 50, "energy_kev": 20, "delta_over_beta": 500}
    )
    assert np.array_equal(
        with_phase(images, 400, settings), retrieve_phase(images, phase_length(50, 20, 500) / 400)
    )
    assert with_phase(images, 400, ReconstructionSettings()) is images


# Rings.


@pytest.fixture(scope="module")
def sinogram():
    """Return a smooth sinogram (180, 256) of many discs, some beyond the detector."""
    draw = np.random.default_rng(1)
    image = sum(disc(320, draw.uniform(4, 20), *draw.uniform(-130, 130, 2)) for _ in range(60))
    values = -np.log(
        projections(0.003 * image[None], np.arange(180.0), columns=256, centre=127.5, rays=1)
    )
    return values[:, 0]


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def test_stripes_of_wrong_gains_are_removed(sinogram):
    gains = np.log(1 + 0.05 * np.random.default_rng(2).standard_normal(256))
    striped = (sinogram - gains).astype(np.float32)
    got = remove_rings(striped)
    assert rms(got - sinogram) < 0.5 * rms(striped - sinogram)


def test_large_and_dead_stripes_are_replaced(sinogram):
    faulty = sinogram.copy()
    faulty[:, 100:103] += 0.5
    faulty[:, 170] = 0.7
    got = remove_rings(faulty, large=21)
    for columns in (slice(99, 104), slice(169, 172)):
        assert rms((got - sinogram)[:, columns]) < 0.15 * rms((faulty - sinogram)[:, columns])


def test_a_sinogram_without_stripes_changes_little(sinogram):
    assert rms(remove_rings(sinogram) - sinogram) < 0.04 * sinogram.std()
    flat = np.zeros((40, 32), np.float32)
    assert np.array_equal(remove_rings(flat), flat)
    same = remove_rings(sinogram, large=0, small=0)
    assert np.array_equal(same, sinogram)


def test_stripes_are_what_stands_out_of_the_line():
    values = np.random.default_rng(0).permutation(np.linspace(-1, 1, 64))
    assert not stripes(values, 3.0).any()
    values[[5, 9]] = 9, -9
    assert np.flatnonzero(stripes(values, 3.0)).tolist() == [5, 9]


def test_widths_go_with_the_detector_and_bad_ones_are_named(sinogram):
    assert usual_widths(2560) == (51, 21)
    assert usual_widths(200) == (9, 3)
    with pytest.raises(ValueError, match="snr"):
        remove_rings(sinogram, snr=0.5)
    with pytest.raises(ValueError, match="8 columns"):
        remove_rings(sinogram[:, :4])


# The axis.


@pytest.mark.parametrize("centre", [35.0, 37.25, 40.6])
@pytest.mark.parametrize(("photons", "most"), [(np.inf, 0.02), (1e4, 0.1)])
def test_the_axis_is_found_within_a_fraction_of_a_pixel(sample, centre, photons, most):
    seen = scan(sample, "axis", projections_count=120, photons=photons, columns=72, centre=centre)
    values = attenuation(transmission(seen.counts, open_field(seen.whites, seen.darks))).values
    found = find_centre(values, ANGLES)
    assert found.column == pytest.approx(centre, abs=most)
    assert len(found.by_row) == 3 and found.spread < 0.2


def test_the_axis_of_a_whole_turn_and_where_it_cannot_be_found(sample):
    turn = np.arange(0, 360, 3.0)
    passed = projections(sample, turn, columns=72, centre=34.0)
    values = attenuation(passed).values
    assert find_centre(values, turn).column == pytest.approx(34.0, abs=0.02)
    with pytest.raises(ValueError, match="search elsewhere"):
        find_centre(values, turn, search=(38.0, 44.0))
    with pytest.raises(ValueError, match="between two columns"):
        find_centre(values, turn, search=(60.0, 90.0))
    with pytest.raises(ValueError, match="half turn"):
        find_centre(values[:40], turn[:40])
    with pytest.raises(ValueError, match="evenly spaced"):
        find_centre(values, turn**2)
    with pytest.raises(ValueError, match="sees the same"):
        find_centre(np.zeros_like(values), turn)


def test_rows_that_see_nothing_do_not_hinder_the_others(paths):
    empty = np.zeros_like(paths[:, :1])
    found = find_centre(np.concatenate([empty, paths], axis=1), ANGLES)
    assert np.isnan(found.by_row).tolist() == [True, False, False, False]
    assert found.column == pytest.approx(37.25, abs=0.03)


# The twin's scan, and the steps together.


def test_a_scan_is_the_same_again_and_its_faults_are_independent(sample):
    keys = {"projections_count": 20, "photons": 500.0, "columns": 72}
    one, again = (scan(sample, "a", **keys) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    other = scan(sample, "b", **keys)
    assert not np.array_equal(one.counts, other.counts)
    hit = scan(sample, "a", **keys, zinger_share=0.001)
    assert (hit.counts != one.counts).sum() == hit.zingers > 0
    with pytest.raises(ValueError, match="photons"):
        scan(sample, "a", projections_count=20, photons=0.0)


def test_counts_are_of_the_expected_number_and_spread(sample):
    empty = np.zeros_like(sample)
    seen = scan(empty, "p", projections_count=50, photons=400.0, columns=72, dark_counts=50.0)
    beam = open_field(seen.whites, seen.darks).white
    assert seen.counts.mean() == pytest.approx(450, rel=0.01)
    assert beam.mean() == pytest.approx(400, rel=0.01)
    assert seen.darks.mean() == pytest.approx(50, rel=0.02)
    assert seen.counts.var(axis=0).mean() == pytest.approx(450, rel=0.05)


def test_the_steps_give_the_same_for_any_division(sample):
    seen = scan(sample, "s", projections_count=120, photons=1e4, columns=72, faulty_gain=0.03)
    phase = {"distance_mm": 20, "energy_kev": 20, "delta_over_beta": 200}
    settings = ReconstructionSettings(phase=phase, rings=True)

    def run(rows, angles):
        parts = [
            normalised(seen.counts[:, r], seen.whites[:, r], seen.darks[:, r], settings).values
            for r in rows
        ]
        whole = np.concatenate(parts, axis=1)
        whole = np.concatenate([with_phase(whole[a], 500, settings) for a in angles])
        return np.concatenate([prepared(whole[:, r], settings).values for r in rows], axis=1)

    at_once = run([slice(0, 3)], [slice(0, 120)])
    divided = run([slice(0, 1), slice(1, 3)], [slice(0, 50), slice(50, 120)])
    assert np.array_equal(at_once, divided)
    assert rows_for_centre(100, 4).tolist() == [12, 37, 62, 87]
    assert rows_for_centre(2, 16).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"window": "box"}, "window"),
        ({"rows": (1,)}, "rows"),
        ({"phase": {"distance_mm": 1}}, "phase needs"),
        ({"phase": {"distance_mm": 1, "energy_kev": 0, "delta_over_beta": 1}}, "energy_kev"),
        ({"zinger_width": 4}, "zinger_width"),
        ({"floor": 0}, "floor"),
    ],
)
def test_impossible_settings_are_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        ReconstructionSettings(**settings)


def test_panels_show_what_a_step_did():
    before = np.zeros((4, 3, 5), np.float32)
    after = before.copy()
    after[2, 1, 3] = 1.0
    shown = sinogram_panels(before, after)
    assert shown.before.shape == (4, 5) and shown.difference.sum() == 1.0
    assert shown.grey[0] < shown.grey[1]
    assert projection_panels(before, after, 2).difference[1, 3] == 1.0
    with pytest.raises(ValueError, match="one shape"):
        sinogram_panels(before, after[:, :, :4])
