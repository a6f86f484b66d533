"""What is left of a study after a failure, and what is reported about the rest."""

import json
from dataclasses import replace

import pytest
import yaml

from manyeyes.running.failures import Failure
from manyeyes.running.unfinished import (
    missing,
    note_files,
    pending_files,
    read_unfinished,
    without_missing,
    write_failures,
)
from manyeyes.study.model import Cell
from manyeyes.study.reading import study_from_config

CONFIG = """
study: s
seed: 1
datasets:
  a: &measured
    material: NMC
    voxel_size_nm: 400
    source: {kind: file, file: a.tif}
    crop: {shape: [8, 8, 8]}
  b: *measured
filters: {raw: {method: none}}
variants: {S2: {method: threshold, offset: 0}, cWS: {method: watershed, seed_error: 0.02}}
users: [A, B]
plan:
  one: {datasets: all, filters: all, variants: [S2, cWS]}
sensitivity: {datasets: [a], filters: [raw], base_runs: {S2: 16}}
"""


@pytest.fixture
def study():
    return study_from_config(yaml.safe_load(CONFIG))


def noted(failed=(), gone=(), pending=()):
    jobs = [{"job": "segment_one", "log": "l", "outputs": list(failed), "why": "flat\nmore"}]
    return {"failed": jobs, "missing": list(gone), "pending": list(pending)}


def test_segmentations_that_are_not_there_are_not_counted_on(study):
    gone = ["results/s/segmentations/a/raw/S2/A.tif", "results/s/segmentations/a/raw/cWS/A.tif"]
    left = without_missing(study, "results/s", noted(gone=gone))
    assert Cell("a", "raw", "S2", "A") not in left.cells()
    assert left.users_of("a", "raw", "S2") == ["B"]
    assert len(left.cells()) == len(study.cells()) - 2 == 6
    assert left.first_realisations().cells() == left.cells()
    assert left.images() == [("a", "raw"), ("b", "raw")]
    assert left.sensitivity == study.sensitivity


def test_a_recorded_persons_segmentation_is_not_counted_on_either():
    described = yaml.safe_load(CONFIG)
    described["users"].append(
        {
            "name": "jo",
            "recorded": [
                {
                    "datasets": ["a"],
                    "filters": ["raw"],
                    "variants": ["S2"],
                    "source": {"file": "jo.json"},
                }
            ],
        }
    )
    study = study_from_config(described)
    gone = ["results/s/segmentations/a/raw/S2/jo.tif"]
    left = without_missing(study, "results/s", noted(gone=gone))
    assert len(left.cells()) == len(study.cells()) - 1
    assert "jo" not in left.users_of("a", "raw", "S2")


def test_an_image_without_any_is_left_out(study):
    gone = [
        f"results/s/segmentations/a/raw/{variant}/{user}.tif"
        for variant in ("S2", "cWS")
        for user in "AB"
    ]
    assert without_missing(study, "results/s", noted(gone=gone)).images() == [("b", "raw")]


def test_what_could_not_be_measured_is_left_out_too(study):
    part = "results/s/parts/volume_fractions/b/raw/B.csv"
    left = without_missing(study, "results/s", noted(gone=[part, "resources/0/x.tif"]))
    assert left.lost == {Cell("b", "raw", variant, "B") for variant in ("S2", "cWS")}
    # Its job did not start if a segmentation was missing; the others can still be measured.
    gone = ["results/s/segmentations/b/raw/cWS/B.tif", part]
    left = without_missing(study, "results/s", noted(gone=gone))
    assert left.lost == {Cell("b", "raw", "cWS", "B")}


def test_a_separate_part_that_failed_is_not_tried_again(study):
    failed = ["results/s/parts/sensitivity_runs/a/raw/S2.csv"]
    assert without_missing(study, "results/s", noted(failed=failed)).sensitivity is None


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("baseline", "fibsem/aligned.json"),
        ("baseline", "baseline/fraction.json"),
        ("structures", "parts/structures/a/raw.csv"),
        ("imitators", "parts/strokes/a.csv"),
        ("measures", "parts/microstructure/pores/a/raw/A.csv"),
    ],
)
def test_each_separate_part_is_left_out_alone(study, part, path):
    parts = {"baseline": {"fibsem": {}}, "structures": {"contour": {}}, "imitators": ("jo",)}
    parts["measures"] = ("pores",)
    study = replace(study, **parts)
    left = without_missing(study, "results/s", noted(failed=[f"results/s/{path}"]))
    assert [name for name in parts if not getattr(left, name)] == [part]


def test_what_is_missing_is_told(study):
    gone = ["results/s/segmentations/a/raw/S2/A.tif", "results/s/segmentations/a/raw/S2/B.tif"]
    output = noted(
        failed=["results/s/parts/sensitivity_runs/a/raw/S2.csv"],
        gone=gone,
        pending=["results/s/figures/fig4.svg", "results/s/figures/fig4.png"],
    )
    assert missing(study, without_missing(study, "results/s", output), output) == [
        "segment_one failed: flat.",
        "The sensitivity study is left out.",
        "2 of 8 segmentations are missing.",
        "Missing: S2 on a (raw) by A, B.",
        "Figures that could not be made: fig4.",
    ]


def test_failures_are_noted_and_added_to(tmp_path):
    path = tmp_path / "unfinished.json"
    first = Failure("one", "one.log", ("a.tif",), "flat")
    write_failures(path, [first])
    note_files(path, "missing", ["b", "a"])
    write_failures(path, [first, Failure("two", "two.log", (), "dark")], earlier=str(path))
    found = read_unfinished(path)
    assert [
        Failure(**{**job, "outputs": tuple(job["outputs"])}).job for job in found["failed"]
    ] == [
        "one",
        "two",
    ]
    assert found["missing"] == ["a", "b"]
    assert json.loads(path.read_text()) == found


def test_planned_files_are_read_off_a_dry_run_with_and_without_groups():
    output = """rule one:
    input: x.tif
    output: results/s/a.tif, results/s/b.tif
    reason: Missing output files: results/s/a.tif

    rule two:
        output: results/s/c.csv
"""
    assert pending_files(output) == ["results/s/a.tif", "results/s/b.tif", "results/s/c.csv"]


def test_a_population_sample_with_gaps_is_left_out():
    plan = {"few": {"datasets": ["a"], "filters": ["raw"], "variants": ["S2"]}}
    sample = {"users": 4, "plan": plan}
    study = study_from_config(yaml.safe_load(CONFIG) | {"population_sample": sample})
    for user in ("B", "U04"):
        gone = [f"results/s/segmentations/a/raw/S2/{user}.tif"]
        left = without_missing(study, "results/s", noted(gone=gone))
        assert left.population_sample is None
        found = missing(study, left, noted(gone=gone))
        assert "The population sample is left out." in found
    elsewhere = noted(gone=["results/s/segmentations/b/raw/S2/A.tif"])
    assert without_missing(study, "results/s", elsewhere).population_sample is not None
    measured = noted(failed=["results/s/parts/population_fractions/a/raw.csv"])
    assert without_missing(study, "results/s", measured).population_sample is None
