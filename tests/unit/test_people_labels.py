"""What the values of a person's label volume mean, judged against known volumes."""

import numpy as np
import pytest

from manyeyes.imaging.people_labels import person_labels, reference_truth
from manyeyes.labels import THREE_PHASES, TWO_PHASES
from manyeyes.measures.truth import accuracy, truth_fraction

RNG = np.random.default_rng(4)
TRUTH = RNG.random((6, 12, 12)) < 0.4
IMAGE = np.where(TRUTH, 180, 70).astype(np.uint8)
THREE = RNG.integers(1, 4, (6, 12, 12)).astype(np.uint8)
GREY_OF_THREE = np.array([0, 200, 120, 50], np.uint8)[THREE]


def meant(volume, image=IMAGE, codes=None, phases=TWO_PHASES, **more):
    return person_labels(volume, image, codes, phases, "users.jo (jo.tif)", **more)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.int64, np.float32])
def test_codes_of_the_study_are_taken_whatever_the_type(dtype):
    found = meant(np.where(TRUTH, 1, 2).astype(dtype), finished=True)
    assert np.array_equal(found.labels, np.where(TRUTH, 1, 2))
    assert (found.finished, found.codes_from, found.remarks) == (True, "the study's", ())


@pytest.mark.parametrize(("active", "rest"), [(255, 0), (0, 255), (7, 1000), (2, 3)])
def test_other_values_are_told_apart_by_the_grey_beneath_them(active, rest):
    found = meant(np.where(TRUTH, active, rest).astype(np.uint16), finished=True)
    assert np.array_equal(found.labels, np.where(TRUTH, 1, 2))
    assert found.values == {"active": [active], "rest": [rest]}
    assert found.codes_from == "by grey value"
    assert f"{active} is active material (mean grey level 180)" in found.remarks[0]


def test_a_mask_of_255_among_labels_is_a_finished_segmentation():
    found = meant(np.where(TRUTH, 255, 0).astype(np.uint8))
    assert found.finished
    assert np.array_equal(found.labels, np.where(TRUTH, 1, 2))


def test_given_codes_win_over_grey_values():
    volume = np.where(TRUTH, 0, 255).astype(np.uint8)
    found = meant(volume, codes={"active": 255, "rest": 0}, finished=True)
    assert np.array_equal(found.labels, np.where(TRUTH, 2, 1))
    assert found.codes_from == "given"


def test_labels_of_some_voxels_are_not_finished():
    sparse = np.where(TRUTH, 5, 9).astype(np.uint8)
    sparse[1:] = 0
    found = meant(sparse)
    assert not found.finished
    assert np.array_equal(found.labels[0], np.where(TRUTH[0], 1, 2))
    assert not found.labels[1:].any()


def test_three_phases_follow_their_brightness():
    values = np.array([0, 3, 1, 2], np.uint8)[THREE]
    found = meant(values * 10, GREY_OF_THREE, phases=THREE_PHASES, finished=True)
    assert np.array_equal(found.labels, THREE)
    assert found.values == {"active": [30], "cbd": [10], "pore": [20]}


def test_what_lies_outside_the_field_of_view_means_nothing():
    inside = np.zeros(TRUTH.shape, bool)
    inside[:, 2:10, 2:10] = True
    volume = np.where(inside, np.where(TRUTH, 1, 2), 77).astype(np.uint8)
    found = meant(volume, inside=inside, finished=True)
    assert np.array_equal(found.labels, np.where(inside, np.where(TRUTH, 1, 2), 0))
    assert found.finished


@pytest.mark.parametrize(
    ("volume", "options", "words"),
    [
        (IMAGE.astype(np.float32) + 0.5, {}, "labels are whole numbers"),
        (np.arange(IMAGE.size).reshape(IMAGE.shape), {}, "labels have a few values, found 864"),
        (np.full(IMAGE.shape, 9), {"finished": True}, "say under codes which value is which"),
        (np.where(TRUTH, 1, 0), {"codes": {"active": 1, "rest": 2}, "finished": True}, "value 0"),
        (np.where(TRUTH, 1, 3), {"codes": {"active": 1, "rest": 2}}, r"holds \[3\], which mean"),
        (np.where(TRUTH, 1, 0), {"codes": {"active": 1, "rest": 2}}, "no voxel is labelled as po"),
        (np.where(TRUTH, 1, 2), {"codes": {"active": 1}}, "expected active and rest"),
        (np.ones((2, 3, 4), np.uint8), {}, r"labels \(2, 3, 4\), dataset \(6, 12, 12\)"),
    ],
)
def test_what_means_nothing_is_refused_with_words(volume, options, words):
    with pytest.raises(ValueError, match=words):
        meant(volume, **options)


def test_a_reference_gets_the_codes_of_a_truth():
    inside = np.ones(TRUTH.shape, bool)
    inside[0] = False
    volume = np.where(TRUTH, 9, 4).astype(np.uint8)
    truth, remarks = reference_truth(volume, IMAGE, None, TWO_PHASES, "k", inside=inside)
    assert np.array_equal(truth, np.where(inside, np.where(TRUTH, 1, 3), 0))
    assert "9 is active material" in remarks[0]
    codes = {"active": 1, "cbd": 2, "pore": [3, 7]}
    three, _ = reference_truth(np.where(THREE == 3, 7, THREE), IMAGE, codes, THREE_PHASES, "k")
    assert np.array_equal(three, THREE)
    with pytest.raises(ValueError, match="but the reference only active, rest"):
        reference_truth(volume, IMAGE, {"active": 9, "rest": 4}, THREE_PHASES, "k")


def test_a_truth_with_a_field_of_view_is_measured_inside_it():
    truth = np.where(TRUTH, 1, 3).astype(np.uint8)
    truth[0] = 0
    assert truth_fraction(truth, filled=False) == TRUTH[1:].mean()
    labels = np.where(truth == 0, 0, np.where(TRUTH, 1, 2)).astype(np.uint8)
    found = accuracy(labels, truth)
    assert (found.bias, found.dice, found.voxel_error) == (0, 1, 0)


@pytest.mark.parametrize(
    ("names", "how"),
    [({1: "Pore", 2: "active"}, "named in the file"), ({1: "Label 1", 2: "B"}, "by grey value")],
)
def test_numbers_of_a_program_are_not_taken_for_codes(names, how):
    found = meant(np.where(TRUTH, 2, 1).astype(np.uint8), names=names)
    assert np.array_equal(found.labels, np.where(TRUTH, 1, 2))
    assert found.codes_from == how
