"""Fractions, spread, accuracy and shape on volumes whose answers are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import SphericalVoronoi

from manyeyes.labels import truth_active
from manyeyes.measures.directions import DIRECTION_WEIGHTS
from manyeyes.measures.fractions import percent_different, sample_sd, volume_fraction
from manyeyes.measures.shape import morphology, specific_surface_per_um
from manyeyes.measures.truth import accuracy, cbd_called_active, truth_fraction
from manyeyes.randomness import generator

segmentations = arrays(np.uint8, (3, 4, 5), elements=st.integers(1, 2))


def ball(size, diameter):
    """Return a ball in the middle of a cube, both measured in voxels."""
    distance = np.indices((size,) * 3) - (size - 1) / 2
    return (distance**2).sum(axis=0) <= (diameter / 2) ** 2


def test_volume_fraction_counts_voxels():
    labels = np.full((2, 5, 10), 2, dtype=np.uint8)
    labels[0, :3] = 1
    assert volume_fraction(labels) == 0.3


@pytest.mark.parametrize("value", [3, 255])
def test_volume_fraction_refuses_other_labels(value):
    labels = np.full((2, 2, 2), 2, dtype=np.uint8)
    labels[1, 1, 1] = value
    with pytest.raises(ValueError, match=r"1 \(active material\), 2"):
        volume_fraction(labels)


def test_volume_fraction_refuses_nothing():
    with pytest.raises(ValueError, match="empty"):
        volume_fraction(np.zeros((0, 2, 2), dtype=np.uint8))


def test_percent_different_of_known_volumes():
    a = np.full((10, 10, 10), 2, dtype=np.uint8)
    b = a.copy()
    b[0, 0, :7] = 1
    assert percent_different(a, b) == pytest.approx(0.7)


@given(segmentations, segmentations)
def test_percent_different_is_symmetric_and_zero_for_equals(a, b):
    assert percent_different(a, b) == percent_different(b, a)
    assert percent_different(a, a) == 0
    # A bulk fraction can never differ by more than the voxels do.
    fractions = abs(volume_fraction(a) - volume_fraction(b))
    assert 100 * fractions <= percent_different(a, b) + 1e-9


@given(st.tuples(st.integers(1, 255), st.integers(1, 255)))
def test_nested_thresholds_differ_by_their_fractions(levels):
    grey = generator("nested").integers(0, 256, size=(6, 7, 8))
    a, b = (np.where(grey >= level, 1, 2).astype(np.uint8) for level in levels)
    difference = 100 * abs(volume_fraction(a) - volume_fraction(b))
    assert percent_different(a, b) == pytest.approx(difference)


@given(arrays(np.uint8, (3, 2, 3, 4), elements=st.integers(1, 2)))
def test_sd_of_three_users_is_bounded_by_their_pairs(users):
    fractions = [volume_fraction(labels) for labels in users]
    pairs = [percent_different(a, b) for a, b in itertools.combinations(users, 2)]
    assert 100 * sample_sd(fractions) <= np.sqrt(3) / 2 * np.mean(pairs) + 1e-9


def test_percent_different_refuses_two_shapes():
    with pytest.raises(ValueError, match="one shape"):
        percent_different(np.ones((2, 2, 2), np.uint8), np.ones((2, 2, 3), np.uint8))


def test_sample_sd_divides_by_n_minus_1():
    assert sample_sd([1.0, 2.0, 6.0]) == pytest.approx(np.sqrt((4 + 1 + 9) / 2))


def test_sample_sd_of_one_user_is_unknown():
    assert np.isnan(sample_sd([0.5]))


def test_sample_sd_of_no_user_is_refused():
    with pytest.raises(ValueError, match="at least one user"):
        sample_sd([])


@pytest.fixture
def truth():
    volume = np.full((10, 10, 10), 3, dtype=np.uint8)
    volume[:5] = 1
    volume[2, :5] = 4
    volume[9] = 2
    return volume


def test_truth_with_and_without_internal_pores(truth):
    assert truth_fraction(truth, filled=False) == 0.45
    assert truth_fraction(truth, filled=True) == 0.5
    assert truth_active(truth, filled=True)[:5].all()


def test_accuracy_of_the_truth_itself(truth):
    labels = np.where(truth == 1, 1, 2).astype(np.uint8)
    perfect = accuracy(labels, truth)
    assert (perfect.bias, perfect.dice, perfect.voxel_error) == (0, 1, 0)
    filled = accuracy(labels, truth, filled=True)
    assert filled.bias == pytest.approx(-0.05)
    assert filled.dice == pytest.approx(2 * 450 / (450 + 500))
    assert filled.voxel_error == pytest.approx(0.05)


def test_accuracy_knows_errors_that_cancel_in_the_fraction(truth):
    labels = np.where(truth == 1, 1, 2).astype(np.uint8)
    labels[0, 0], labels[9, 0] = 2, 1
    found = accuracy(labels, truth)
    assert found.bias == 0
    assert found.voxel_error == pytest.approx(0.02)
    assert found.dice == pytest.approx(2 * 440 / 900)


def test_truth_outside_the_field_of_view_is_not_missed(truth):
    labels = np.where(truth == 1, 1, 2).astype(np.uint8)
    labels[:, :, 5:] = 0
    found = accuracy(labels, truth)
    assert (found.bias, found.dice, found.voxel_error) == (0, 1, 0)


def test_binder_that_is_called_active_is_counted_inside_the_field_of_view():
    truth = np.repeat(np.uint8([1, 2, 3, 4]), 25).reshape(1, 10, 10)
    labels = np.where(np.arange(100).reshape(1, 10, 10) < 45, 1, 2).astype(np.uint8)
    # 25 of 100 voxels are binder, 20 of them labelled active.
    assert cbd_called_active(labels, truth) == (0.25, 0.20)
    labels[0, 3:5] = 0
    # Of the binder, only voxels 25 to 29 are still inside, and all of them are labelled active.
    assert cbd_called_active(labels, truth) == (5 / 80, 5 / 80)


def test_accuracy_of_two_empty_phases_is_perfect():
    nothing = np.full((2, 2, 2), 2, dtype=np.uint8)
    assert accuracy(nothing, nothing + 1).dice == 1


def test_accuracy_refuses_another_crop(truth):
    with pytest.raises(ValueError, match="same crop"):
        accuracy(np.ones((9, 10, 10), np.uint8), truth)


def test_truth_refuses_other_codes(truth):
    truth[0, 0, 0] = 5
    with pytest.raises(ValueError, match="values from 1 to 5"):
        truth_active(truth, filled=True)
    with pytest.raises(ValueError, match="values from 0 to 0"):
        truth_active(0 * truth, filled=True)


def test_direction_weights_are_the_areas_of_the_voronoi_cells():
    steps = np.array([s for s in itertools.product((-1, 0, 1), repeat=3) if any(s)], dtype=float)
    squared = (steps**2).sum(axis=1)
    areas = SphericalVoronoi(steps / np.sqrt(squared)[:, None]).calculate_areas() / (4 * np.pi)
    for length, weight in DIRECTION_WEIGHTS.items():
        assert np.allclose(2 * areas[squared == length], weight, atol=1e-9)


@pytest.mark.parametrize("diameter", [12, 25, 40])
def test_surface_of_a_ball(diameter):
    size, voxel_nm = 64, 250.0
    expected = np.pi * diameter**2 / size**3 / (voxel_nm / 1000)
    # Pairs of voxels along the volume's faces are fewer, so the ball counts (64/63)^k-fold.
    found = specific_surface_per_um(ball(size, diameter), voxel_nm)
    assert found == pytest.approx(expected, rel=0.06)


def test_surface_of_slabs_and_cubes_without_the_faces_of_the_volume():
    assert specific_surface_per_um(np.ones((4, 4, 4), bool), 100) == 0
    # Directions are sampled, so a flat wall along an axis is the worst case: up to 9 % off.
    wall = np.zeros((40, 40, 40), bool)
    wall[:20] = True
    assert specific_surface_per_um(wall, 1000) == pytest.approx(1 / 40, rel=0.1)


def test_surface_is_the_same_seen_along_any_axis():
    rough = generator("rough").random((20, 24, 28)) < 0.3
    values = [
        specific_surface_per_um(rough.transpose(order), 397)
        for order in itertools.permutations(range(3))
    ]
    assert np.allclose(values, values[0], rtol=1e-12)


def test_surface_refuses_what_has_none():
    with pytest.raises(ValueError, match="2 voxels along each axis"):
        specific_surface_per_um(np.ones((1, 4, 4), bool), 397)
    with pytest.raises(ValueError, match="positive length"):
        specific_surface_per_um(np.ones((4, 4, 4), bool), 0)


def test_specks_and_closed_pores_by_size_and_place():
    labels = np.full((40, 40, 40), 2, dtype=np.uint8)
    labels[5:25, 5:25, 5:25] = 1
    labels[30, 30, 30] = 1  # a speck
    labels[32:35, 32:35, 32:35] = 1  # 27 voxels of 1 um^3: no speck
    labels[0, 39, 39] = 1  # on a face: cut, unknown
    labels[31, 31, 31] = 1  # touches the first speck by a corner only: a second one
    labels[10, 10, 10] = 2  # a closed pore
    labels[15:17, 15, 15] = 2  # another
    labels[5, 20, 20] = 2  # a dent, open
    found = morphology(labels, 1000.0)
    assert found.active_specks == 2
    assert found.active_speck_fraction == pytest.approx(2 / 40**3)
    assert found.closed_pores == 2
    assert found.closed_pore_fraction == pytest.approx(3 / 40**3)


def test_sizes_of_specks_and_pores_are_lengths():
    labels = np.full((30, 30, 30), 2, dtype=np.uint8)
    labels[10:14, 10:14, 10:14] = 1  # 64 voxels: 4.0 um^3 at 397 nm, below 4.19 um^3
    assert morphology(labels, 397.0).active_specks == 1
    assert morphology(labels, 420.0).active_specks == 0
    # One voxel of 397 nm is smaller than a sphere of 0.5 um, one of 410 nm is larger.
    hole = np.full((20, 20, 20), 1, dtype=np.uint8)
    hole[10, 10, 10] = 2
    assert morphology(hole, 397.0).closed_pores == 0
    assert morphology(hole, 410.0).closed_pores == 1
