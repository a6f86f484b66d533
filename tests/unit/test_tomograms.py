import numpy as np
import pytest

from manyeyes.imaging.tomograms import (
    check_source,
    crop,
    labels_from_codes,
    phases_from_codes,
    to_grey_levels,
)


def test_a_crop_is_the_part_that_was_asked_for():
    volume = np.arange(6 * 7 * 8).reshape(6, 7, 8)
    assert np.array_equal(crop(volume, (1, 2, 3), (2, 3, 4), "k"), volume[1:3, 2:5, 3:7])
    assert np.array_equal(crop(volume, "centre", (2, 3, 4), "k"), volume[2:4, 2:5, 2:6])


def test_of_an_odd_rest_the_smaller_half_comes_before_the_centre():
    volume = np.arange(6 * 7 * 8).reshape(6, 7, 8)
    assert np.array_equal(crop(volume, "centre", (3, 4, 1), "k"), volume[1:4, 1:5, 3:4])
    assert np.array_equal(crop(volume, "centre", (5, 6, 7), "k"), volume[:5, :6, :7])


@pytest.mark.parametrize("start", [(5, 0, 0), "centre"])
def test_a_crop_outside_the_volume_names_its_key(start):
    shape = (2, 2, 2) if start != "centre" else (7, 2, 2)
    with pytest.raises(ValueError, match=r"datasets\.a\.crop.*outside the volume of \[6, 7, 8\]"):
        crop(np.zeros((6, 7, 8)), start, shape, "datasets.a.crop")


def test_a_window_brings_its_ends_to_0_and_255():
    volume = np.array([[[0, 1000, 2000, 3000, 65535]]], np.uint16)
    grey_levels, window = to_grey_levels(volume, (1000, 3000), "k")
    assert grey_levels.dtype == np.uint8
    assert grey_levels.ravel().tolist() == [0, 0, 128, 255, 255]
    assert window == (1000.0, 3000.0)


def test_a_missing_window_is_told_with_the_middle_of_the_values():
    volume = np.arange(1001, dtype=np.uint16).reshape(7, 11, 13)
    with pytest.raises(
        ValueError, match=r"between 0 and 1000, the middle 99\.8 % between 1 and 999"
    ):
        to_grey_levels(volume, None, "k")


def test_percentiles_are_those_of_the_volume():
    volume = np.arange(1001, dtype=np.uint16).reshape(7, 11, 13)
    _, window = to_grey_levels(volume, {"percentiles": (10, 90)}, "k")
    assert window == (100.0, 900.0)


def test_8_bit_volumes_stay_as_they_are():
    volume = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    assert np.array_equal(to_grey_levels(volume, None, "k")[0], volume)


@pytest.mark.parametrize(
    ("volume", "window", "words"),
    [
        (np.full((2, 2, 2), 7, np.uint16), None, "needs a window.*between 7 and 7"),
        (np.full((2, 2, 2), np.nan), (0, 1), "finite"),
        (np.full((2, 2, 2), 7.0), (10, 20), "single grey level"),
        (np.full((2, 2, 2), 7.0), {"percentiles": (1, 99)}, "single grey value"),
    ],
)
def test_grey_values_that_cannot_become_8_bits_are_refused(volume, window, words):
    with pytest.raises(ValueError, match=words):
        to_grey_levels(volume, window, "datasets.a.grey_window")


def test_a_source_of_another_shape_or_type_is_refused():
    volume = np.zeros((3, 4, 5), np.uint16)
    check_source(volume, (3, 4, 5), "uint16", "a.tif")
    check_source(volume, None, None, "a.tif")
    with pytest.raises(ValueError, match=r"a\.tif: expected a volume of shape \(3, 4, 6\)"):
        check_source(volume, (3, 4, 6), None, "a.tif")
    with pytest.raises(ValueError, match=r"a\.tif: expected uint8 grey values, found uint16"):
        check_source(volume, None, "uint8", "a.tif")


def test_codes_become_our_phases_and_strange_ones_are_refused():
    volume = np.array([[[0, 1, 2]]], np.uint8)
    codes = {"pore": 0, "active": 1, "cbd": 2}
    assert phases_from_codes(volume, codes, "k").ravel().tolist() == [3, 1, 2]
    with pytest.raises(ValueError, match=r"\[2\], which mean nothing"):
        phases_from_codes(volume, {"pore": 0, "active": 1}, "k")
    with pytest.raises(ValueError, match="unknown phases"):
        phases_from_codes(volume, {"void": 0}, "k")


def test_a_persons_labels_become_ours():
    volume = np.array([[[0, 7, 9]]], np.uint8)
    labels = labels_from_codes(volume, {"active": 9, "rest": 7}, (1, 1, 3), "k")
    assert labels.ravel().tolist() == [0, 2, 1]
    with pytest.raises(ValueError, match=r"labels \(1, 1, 3\), dataset \(1, 1, 4\)"):
        labels_from_codes(volume, {"active": 9, "rest": 7}, (1, 1, 4), "k")
    with pytest.raises(ValueError, match="no voxel is labelled as pore and carbon-binder domain"):
        labels_from_codes(np.array([[[0, 1]]], np.uint8), None, (1, 1, 2), "k")


def test_a_phase_may_have_several_values_and_values_16_bits():
    volume = np.array([[[0, 1000, 2, 3, 2000]]], np.uint16)
    codes = {"active": [1000, 2000], "rest": [2, 3]}
    assert labels_from_codes(volume, codes, (1, 1, 5), "k").ravel().tolist() == [0, 1, 2, 2, 1]
    phases = phases_from_codes(volume, {"pore": 0, "active": [1000, 2000], "cbd": [2, 3]}, "k")
    assert phases.ravel().tolist() == [3, 1, 2, 2, 1]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"active": 255, "rest": 0}, "0 is unlabelled"),
        ({"active": 0, "rest": 255}, "0 is unlabelled"),
        ({"active": 255, "rest": [0, 1]}, "0 is unlabelled"),
        ({"active": [1, 255], "rest": 1}, "1 means two phases"),
    ],
)
def test_a_sparse_mask_is_not_taken_for_a_whole_labelling(codes, words):
    # 239 voxels are labelled; the other 13201 are not the rest of the material.
    volume = np.zeros((24, 28, 20), np.uint8)
    volume.ravel()[:239] = 255
    with pytest.raises(ValueError, match=words):
        labels_from_codes(volume, codes, volume.shape, "k")
