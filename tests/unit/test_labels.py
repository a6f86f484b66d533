import numpy as np
import pytest

from manyeyes.imaging.tomograms import labels_from_codes
from manyeyes.labels import (
    TRUTH_PHASES,
    TWO_PHASES,
    codes_by_value,
    phases_from_config,
    recoded,
    to_two_phases,
    truth_active,
)
from manyeyes.measures.fractions import percent_different, volume_fraction

THREE = {"active": {"code": 1}, "cbd": {"code": 2}, "pore": {"code": 3, "colour": "#000000"}}


def test_a_study_has_two_phases_unless_it_says_otherwise():
    assert phases_from_config(None) is TWO_PHASES
    assert TWO_PHASES.codes == {"active": 1, "rest": 2}


def test_a_study_declares_its_phases():
    phases = phases_from_config(THREE)
    assert phases.codes == {"active": 1, "cbd": 2, "pore": 3}
    assert phases["cbd"].name == "carbon-binder domain"
    assert phases["pore"].colour == "#000000"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"active": {"code": 1}}, "two phases or more"),
        ({"cbd": {"code": 1}, "pore": {"code": 2}}, "one called active"),
        ({"active": {"code": 1}, "pore": {"code": 1}}, "its own name and code"),
        ({"active": {"code": 1}, "pore": {"code": 255}}, "pore.code must lie between"),
        ({"active": {"code": 1}, "pore": {"code": 2, "colour": "red"}}, "#rrggbb"),
    ],
)
def test_phases_that_cannot_be_are_refused(entries, message):
    with pytest.raises(ValueError, match=message):
        phases_from_config(entries)


def test_three_phases_are_measured():
    phases = phases_from_config(THREE)
    labels = np.array([[[0, 1, 2, 3, 3]]], np.uint8)
    fractions = [volume_fraction(labels, phase.code, phases) for phase in phases]
    assert fractions == [0.25, 0.25, 0.5]
    other = np.array([[[0, 1, 3, 3, 3]]], np.uint8)
    assert percent_different(labels, other, phases) == 25.0
    with pytest.raises(ValueError, match=r"1 .active material., 2 .* found values from 0 to 3"):
        volume_fraction(labels)


def test_codes_with_gaps_are_checked_one_by_one():
    phases = phases_from_config({"active": {"code": 10}, "pore": {"code": 20}})
    phases.check(np.array([0, 10, 20], np.uint8))
    with pytest.raises(ValueError, match=r"10 .active material., 20 .pore."):
        phases.check(np.array([0, 10, 15], np.uint8))


def test_a_persons_labels_of_three_phases_are_recoded():
    volume = np.array([[[0, 7, 8, 9]]], np.uint16)
    codes = {"active": 9, "cbd": 8, "pore": 7}
    labels = labels_from_codes(volume, codes, (1, 1, 4), "k", phases_from_config(THREE))
    assert labels.ravel().tolist() == [0, 3, 2, 1]


def test_a_value_means_one_phase():
    with pytest.raises(ValueError, match="5 means two phases"):
        codes_by_value({"active": 5, "pore": [4, 5]}, TRUTH_PHASES, "k")
    with pytest.raises(ValueError, match=r"the volume holds .3., which mean nothing"):
        recoded(np.array([1, 3]), {1: 1}, "k")


def test_a_truth_becomes_two_phases():
    truth = np.array([[[1, 2, 3, 4]]], dtype=np.uint8)
    assert truth_active(truth, filled=True).tolist() == [[[True, False, False, True]]]
    assert to_two_phases(truth, filled=False).tolist() == [[[1, 2, 2, 2]]]
    assert to_two_phases(truth, filled=True).tolist() == [[[1, 2, 2, 1]]]
    assert to_two_phases(truth, filled=True).dtype == np.uint8
    with pytest.raises(ValueError, match="recode the volume"):
        truth_active(truth + 1, filled=True)
    # 0 is outside the field of view, which is no phase.
    assert truth_active(truth - 1, filled=True).tolist() == [[[False, True, False, False]]]
    with pytest.raises(ValueError, match="recode the volume"):
        to_two_phases(truth - 1, filled=True)
