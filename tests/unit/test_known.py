"""Datasets and electrodes that a study takes by name."""

import copy

import pytest

from manyeyes.study.known import with_known
from manyeyes.study.model import StudyError

TWIN = {"kind": "twin", "electrode": "e", "origin_um": [2, 2, 2], "imaging": {"noise": 3}}
A = {"voxel_size_nm": 397, "source": TWIN, "crop": {"shape": [200, 200, 200]}}
B = {"voxel_size_nm": 126, "source": {**TWIN, "electrode": "f"}, "crop": {"shape": [9, 9, 9]}}
KNOWN = {"electrodes": {"e": {"size": 1}, "f": {"size": 2}}, "datasets": {"A": A, "B": B}}


@pytest.mark.parametrize("datasets", [["A"], {"A": "known"}, {"A": {"known": "A"}}])
def test_a_known_dataset_comes_with_its_electrode_only(datasets):
    found = with_known({"study": "s", "datasets": datasets}, KNOWN)
    assert found == {"study": "s", "datasets": {"A": A}, "electrodes": {"e": {"size": 1}}}


def test_changes_keep_what_they_do_not_name():
    before = copy.deepcopy(KNOWN)
    source = {"origin_um": [1, 1, 1], "imaging": {"noise": 5}}
    entry = {"known": "A", "source": source, "crop": {"shape": [8, 8, 8]}}
    (found,) = with_known({"datasets": {"small": entry}}, KNOWN)["datasets"].values()
    assert found == {"voxel_size_nm": 397, "source": TWIN | source, "crop": {"shape": [8, 8, 8]}}
    assert before == KNOWN


def test_a_source_of_another_kind_replaces_the_known_one():
    entry = {"known": "A", "source": {"kind": "file", "file": "a.tif"}}
    found = with_known({"datasets": {"A": entry}}, KNOWN)
    assert found["datasets"]["A"]["source"] == {"kind": "file", "file": "a.tif"}
    assert "electrodes" not in found


def test_a_study_s_own_description_comes_first():
    config = {"datasets": {"A": {"mine": 1}, "B": "known"}, "electrodes": {"f": {"size": 7}}}
    found = with_known(config, KNOWN)
    assert found["datasets"] == {"A": {"mine": 1}, "B": B}
    assert found["electrodes"] == {"f": {"size": 7}}
    assert with_known(found, KNOWN) == found


def test_the_electrode_of_a_baseline_is_taken():
    baseline = {"fibsem": {"source": {"electrode": "f"}}}
    found = with_known({"datasets": {}, "baseline": baseline}, KNOWN)
    assert found["electrodes"] == {"f": {"size": 2}}


@pytest.mark.parametrize("datasets", [["C"], {"C": "known"}, {"C": {"known": "C"}}])
def test_an_unknown_dataset_is_refused_with_those_that_are_known(datasets):
    with pytest.raises(StudyError, match=r"datasets\.C: 'C' is no known dataset; known are A, B"):
        with_known({"datasets": datasets}, KNOWN)


@pytest.mark.parametrize("datasets", [None, 3, [1], {"A": 3}, {"A": None}])
def test_odd_forms_are_left_to_the_schema(datasets):
    assert with_known({"datasets": datasets}, KNOWN)["datasets"] == datasets


def test_odd_names_are_refused():
    with pytest.raises(StudyError, match="is no known dataset"):
        with_known({"datasets": {"A": {"known": ["A"]}}}, KNOWN)
