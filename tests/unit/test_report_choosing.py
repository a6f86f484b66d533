"""What the viewer shows of a study."""

from types import SimpleNamespace

import numpy as np
import pytest

from manyeyes.labels import THREE_PHASES, TWO_PHASES, phases_from_config
from manyeyes.report.choosing import (
    MOST_USERS,
    drawn_slices,
    looked_at,
    phase_places,
    shown_slices,
    shown_users,
    slice_step,
    truth_places,
)


def users(simulated, recorded=0):
    return {
        **{f"s{n}": SimpleNamespace(made_by="simulated") for n in range(simulated)},
        **{f"r{n}": SimpleNamespace(made_by="recorded") for n in range(recorded)},
    }


def test_every_tenth_slice_and_those_that_users_drew_on():
    found = shown_slices(200, 10, [25, 50, 75, 100, 125, 150, 175])
    assert len(found) == 24
    assert found[:5] == [0, 10, 20, 25, 30]
    assert found[-1] == 190


@pytest.mark.parametrize(("step", "drawn"), [(0, []), (10, [64])])
def test_impossible_slices_are_refused(step, drawn):
    with pytest.raises(ValueError, match="slice"):
        shown_slices(64, step, drawn)


def test_slices_are_those_with_labels_but_not_of_whoever_labelled_all():
    some = np.zeros((30, 4, 4), np.uint8)
    some[[3, 7], 1, 1] = 2
    everywhere = np.ones((30, 4, 4), np.uint8)
    assert drawn_slices([some, everywhere]) == [3, 7]


def test_the_default_study_shows_every_tenth_slice():
    assert slice_step([(200, 200, 200)] * 324) == 10


def test_larger_studies_show_fewer_slices():
    assert slice_step([(200, 200, 200)] * 650) == 20
    assert slice_step([(500, 500, 500)] * 324) > 100
    assert slice_step([(200, 200, 200)] * 650, wanted=5) == 5


def test_all_users_of_a_small_study_are_shown():
    assert shown_users(users(3, 1)) == ["s0", "s1", "s2", "r0"]


def test_of_many_users_recorded_ones_come_first():
    found = shown_users(users(30, 2))
    assert len(found) == MOST_USERS
    assert found == ["s0", "s1", "s2", "s3", "r0", "r1"]


def test_wanted_users_are_shown_and_unknown_ones_refused():
    assert shown_users(users(30), ["s20", "s3"]) == ["s3", "s20"]
    with pytest.raises(ValueError, match=r"report\.users.*'nobody'.*s0"):
        shown_users(users(2), ["nobody"])


def test_of_two_phases_active_material_is_looked_at_and_of_three_every_one():
    assert [phase.key for phase in looked_at(TWO_PHASES)] == ["active"]
    assert phase_places(np.array([0, 1, 2], np.uint8), TWO_PHASES).tolist() == [0, 1, 0]
    assert truth_places(np.array([1, 2, 3, 4], np.uint8), TWO_PHASES).tolist() == [1, 0, 0, 0]
    assert [phase.key for phase in looked_at(THREE_PHASES)] == ["active", "cbd", "pore"]
    assert phase_places(np.array([0, 1, 2, 3], np.uint8), THREE_PHASES).tolist() == [0, 1, 2, 3]
    # A pore inside a particle is a pore.
    assert truth_places(np.array([1, 2, 3, 4], np.uint8), THREE_PHASES).tolist() == [1, 2, 3, 3]


def test_active_material_comes_first_whatever_its_code():
    phases = phases_from_config(
        {"pore": {"code": 7}, "oxide": {"code": 3}, "active": {"code": 200}}
    )
    assert [phase.key for phase in looked_at(phases)] == ["active", "pore", "oxide"]
    assert phase_places(np.array([7, 200, 3, 1], np.uint8), phases).tolist() == [2, 1, 3, 0]
    # An oxide is nothing that a twin has: only active material is.
    assert truth_places(np.array([1, 2, 3], np.uint8), phases).tolist() == [1, 0, 0]
