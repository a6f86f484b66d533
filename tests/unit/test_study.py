import copy
from pathlib import Path

import pytest
import yaml

from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.model import StudyError
from manyeyes.study.models import model_problems
from manyeyes.study.reading import study_from_config
from manyeyes.users.population import STRUCTURES

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text())
KNOWN = yaml.safe_load((TOP / "config/datasets.yaml").read_text())
STUDIES = sorted({path.stem for path in (TOP / "config").glob("*.yaml")} - {"datasets", "protocol"})


def merged(name):
    protocol = yaml.safe_load((TOP / "config/protocol.yaml").read_text())
    study = yaml.safe_load((TOP / f"config/{name}.yaml").read_text())
    for key in ("filters", "variants"):
        study[key] = protocol[key] | study.get(key, {})
    return with_known(protocol | study, KNOWN)


@pytest.fixture
def config():
    return merged("tiny")


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_that_we_ship_can_be_planned(name):
    config = merged(name)
    assert problems(config, SCHEMA) == []
    study = study_from_config(config)
    assert study.cells() or study.sensitivity or study.pore_networks


def test_the_study_of_the_paper_has_its_segmentations():
    study = study_from_config(merged("config"))
    cells = study.cells()
    # Section 2.5: 288, of which the pairs with S1, S3 and gWS on NEX are ours (36).
    assert len(cells) == len(set(cells)) == 324
    assert len({(c.dataset, c.filter) for c in cells}) == 12
    extra = [c for c in cells if c.dataset.startswith("NEX") and c.variant in {"S1", "S3", "gWS"}]
    assert len(cells) - len(extra) == 288
    assert study.users_of("NEX-V", "gaussian", "MLX10") == []
    assert study.users_of("NEX-V", "raw", "MLX10") == ["A", "B", "C"]


def test_origin_and_truth_follow_from_the_source():
    tiny, crop = study_from_config(merged("tiny")), study_from_config(merged("nmc1-crop"))
    geometry = study_from_config(merged("nmc-real-geometry"))
    assert tiny.datasets["NMC-2"].origin == "twin"
    assert crop.datasets["NMC-1-crop"].origin == "measured"
    assert not crop.datasets["NMC-1-crop"].has_truth
    assert geometry.datasets["NMC-1-geometry"].origin == "simulated-imaging"
    assert geometry.datasets["NMC-1-geometry"].has_truth


def test_a_recorded_user_runs_beside_the_simulated_ones():
    study = study_from_config(merged("nmc1-crop"))
    assert study.users["nrel-person"].made_by == "recorded"
    assert study.users_of("NMC-1-crop", "raw", "recorded") == ["nrel-person"]
    assert study.users_of("NMC-1-crop", "raw", "MLX10") == ["A", "B", "C"]


def test_recorded_files_are_named_by_pattern(config):
    config["users"].append(
        {
            "name": "jo",
            "recorded": [
                {
                    "datasets": ["NMC-2", "NEX-V"],
                    "filters": ["raw"],
                    "variants": ["S2"],
                    "source": {"file": "jo/{dataset}_{filter}_{variant}.json"},
                }
            ],
        }
    )
    study = study_from_config(config)
    files = [recording.file["file"] for recording in study.users["jo"].recordings]
    assert files == ["jo/NMC-2_raw_S2.json", "jo/NEX-V_raw_S2.json"]
    # A person who recorded a variant of the study counts among its users.
    assert study.users_of("NMC-2", "raw", "S2") == ["A", "B", "C", "jo"]


def changed(config, path, value):
    config = copy.deepcopy(config)
    *parents, last = path.split("/")
    entry = config
    for key in parents:
        entry = entry[key]
    entry[last] = value
    return config


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("users", ["A", "B", "A"], ["users", "'A'"]),
        ("plan/drawn/variants", ["MLX11"], ["plan.drawn.variants", "MLX11", "known are"]),
        ("plan/drawn/datasets", ["NMC-9"], ["plan.drawn.datasets", "NMC-9"]),
        ("plan/drawn/filters", ["median"], ["plan.drawn.filters", "median"]),
        ("plan/drawn/users", ["Z"], ["plan.drawn.users", "Z"]),
        ("plan/drawn/variants", ["S2"], ["plan.drawn", "S2 on NMC-2", "already planned"]),
        ("plan/drawn/variants", ["recorded"], ["recorded user"]),
        ("datasets/NMC-2/crop/shape", [90, 64, 64], ["datasets.NMC-2.source", "does not fit"]),
        ("datasets/NMC-2/source/electrode", "lfp", ["no electrode 'lfp'"]),
        ("datasets/NMC-2/grey_window", [200, 100], ["NMC-2.grey_window", "[200, 100]"]),
        ("variants/MLX10/slices", 64, ["MLX10", "64 separate slices"]),
        ("sensitivity/base_runs", {"S9": 64}, ["sensitivity.base_runs", "'S9'"]),
        ("sensitivity/base_runs", {"recorded": 64}, ["recorded_forest", "any trait"]),
        ("sensitivity/datasets", ["NMC-9"], ["sensitivity.datasets", "NMC-9"]),
        ("sensitivity/filters", ["median"], ["sensitivity.filters", "median"]),
        ("baseline/fibsem/source/electrode", "lfp", ["baseline.fibsem", "no electrode 'lfp'"]),
        (
            "baseline/fibsem/source",
            {"kind": "file", "file": "sem"},
            ["baseline.fibsem", "marks_box", "structure"],
        ),
        ("baseline/datasets", ["NMC-9"], ["baseline.datasets", "NMC-9"]),
        ("structures", ["two_class"], ["structures", "anyway"]),
        ("ablations", {"Why": ["S2", "S9"]}, ["ablations.Why", "'S9'"]),
        ("ablations", {"Why": ["ML1", "recorded"]}, ["ablations.Why", "by two users"]),
    ],
)
def test_a_config_that_makes_no_sense_is_refused_by_its_key(config, path, value, words):
    broken = changed(config, path, value)
    assert problems(broken, SCHEMA) == []
    with pytest.raises(StudyError) as error:
        study_from_config(broken)
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("variants/MLX10/coverage_percent", 0, "variants.MLX10.coverage_percent: 0"),
        ("variants/MLX10/coverage_percent", 101, "variants.MLX10.coverage_percent: 101"),
        ("variants/S2/offsett", 3, "variants.S2"),
        ("variants/S2/method", "thresh", "variants.S2: method must be one of threshold, water"),
        ("datasets/NMC-2/voxel_size_nm", -3, "datasets.NMC-2.voxel_size_nm: -3"),
        ("datasets/NMC-2/crop/shape", [64, 64], "datasets.NMC-2.crop.shape: [64, 64]"),
        ("datasets/NMC-2/source/kind", "twn", "datasets.NMC-2.source: kind must be one of twin"),
        ("users", [], "users: [] should be non-empty"),
        ("users", ["A", "b/c"], "users.1"),
        ("study", "../escape", "study: '../escape'"),
        ("colour", "blue", "config: Additional properties are not allowed ('colour'"),
    ],
)
def test_a_config_of_the_wrong_form_is_refused_by_its_key(config, path, value, problem):
    found = problems(changed(config, path, value), SCHEMA)
    assert any(problem in line for line in found), found


def test_an_address_needs_a_checksum(config):
    source = {"kind": "file", "file": "a.tif", "url": "https://example.org/a.tif"}
    found = problems(changed(config, "datasets/NMC-2/source", source), SCHEMA)
    assert any("sha256" in line for line in found), found


def test_another_trainer_is_a_change_of_the_variants_with_a_forest_only(config):
    ours = study_from_config(config)
    assert ours.variants["ML1"]["forest"] == {"trainer": "manyeyes", "trees": 100}
    config["forest"] = {"trainer": "scikit-learn", "trees": 10}
    assert problems(config, SCHEMA) == []
    theirs = study_from_config(config)
    changed = {name for name in ours.variants if ours.variants[name] != theirs.variants[name]}
    assert changed == {name for name in ours.variants if name.startswith("ML")} | {"recorded"}


def test_nobody_sets_otsus_threshold(config):
    config["variants"]["Otsu"] = {"method": "otsu"}
    config["sensitivity"]["base_runs"] = {"Otsu": 16}
    assert problems(config, SCHEMA) == []
    with pytest.raises(StudyError, match=r"'Otsu' \(otsu\) does not depend on any trait"):
        study_from_config(config)
    del config["sensitivity"]
    record = {
        "datasets": ["NMC-2"],
        "filters": ["raw"],
        "variants": ["Otsu"],
        "source": {"file": "jo.json"},
    }
    config["users"].append({"name": "jo", "recorded": [record]})
    with pytest.raises(StudyError, match="is set by nobody"):
        study_from_config(config)


def test_structures_of_users_are_those_that_there_are(config):
    listed = SCHEMA["properties"]["structures"]["items"]["enum"]
    assert tuple(listed) == STRUCTURES
    config["structures"] = ["sharp_eyed", "contour"]
    assert problems(config, SCHEMA) == []
    assert study_from_config(config).structures.keys() == {"sharp_eyed", "contour"}
    config["population"]["structure"] = "contour"
    config["structures"] = ["two_class", "sharp_eyed"]
    assert study_from_config(config).structures.keys() == {"two_class", "sharp_eyed"}
    del config["plan"]
    with pytest.raises(StudyError, match="structures: there is no plan"):
        study_from_config(config)


def test_each_structure_has_a_population_of_its_own(config):
    config["population"] = {"threshold_criterion_sd": 1.5, "overlay_tries": 2}
    config["population_by_structure"] = {"contour": {"threshold_criterion_sd": 0.5}}
    config["structures"] = ["sharp_eyed", "contour"]
    assert problems(config, SCHEMA) == []
    study = study_from_config(config)
    shared = {"overlay_tries": 2}
    assert study.population == shared | {"threshold_criterion_sd": 1.5}
    assert study.structures == {
        "sharp_eyed": shared | {"threshold_criterion_sd": 1.5, "structure": "sharp_eyed"},
        "contour": shared | {"threshold_criterion_sd": 0.5, "structure": "contour"},
    }
    # Also where a structure is the study's own.
    config["population"]["structure"] = "contour"
    config["structures"] = ["two_class"]
    study = study_from_config(config)
    assert study.population["threshold_criterion_sd"] == 0.5
    assert study.structures["two_class"]["threshold_criterion_sd"] == 1.5
    config["population_by_structure"]["two_class"] = {"patience": 1}
    (problem,) = model_problems(study_from_config(config))
    assert problem.startswith("population_by_structure.two_class: ")


def test_a_trainer_that_we_do_not_have_is_refused(config):
    config["forest"] = {"trainer": "xgboost"}
    (problem,) = problems(config, SCHEMA)
    assert "forest.trainer" in problem
    assert "manyeyes" in problem


def test_traits_are_explored_on_what_the_config_names(config):
    sensitivity = study_from_config(config).sensitivity
    assert sensitivity.images() == [("NMC-2", "raw")]
    assert sensitivity.base_runs == {"S2": 256, "cWS": 16}
    config["sensitivity"]["base_runs"] = {"MLX10": 16}
    config["variants"]["MLX10"]["slices"] = 64
    config["plan"] = {}
    with pytest.raises(StudyError, match="sensitivity: MLX10 wants 64 separate slices"):
        study_from_config(config)


OUTLINE_MAP = {
    "images": [["NMC-2", "raw"]],
    "painted": "MLX10",
    "slider": "S2",
    "users": 12,
    "shifts_px": [-1, 0, 2],
}


def test_a_map_over_outlines_has_users_of_its_own(config):
    del config["plan"], config["sensitivity"]
    config["outline_map"] = OUTLINE_MAP
    assert problems(config, SCHEMA) == []
    study = study_from_config(config)
    assert study.outline_map.images == (("NMC-2", "raw"),)
    assert study.outline_map.users[:4] == ("A", "B", "C", "U04")
    names = [batch.name for batch in study.outline_map.batches(5)]
    assert names == ["A_to_U05", "U06_to_U10", "U11_to_U12"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("images", [["NMC-9", "raw"]], ["outline_map.images[0]", "NMC-9"]),
        ("images", [["NMC-2", "median"]], ["outline_map.images[0]", "median"]),
        ("images", [["NMC-2", "raw"], ["NMC-2", "raw"]], ["NMC-2 (raw) is listed twice"]),
        ("painted", "S2", ["outline_map.painted", "not painted by hand"]),
        ("painted", "recorded", ["outline_map.painted", "not painted by hand"]),
        ("slider", "cWS", ["outline_map.slider", "not set with one slider"]),
        ("slider", "S9", ["outline_map.slider", "S9"]),
        ("shifts_px", [0, 1, 2], ["outline_map.shifts_px", "from below 0 to above 0"]),
        ("shifts_px", [1, 0, -1], ["outline_map.shifts_px", "ascending"]),
        ("shifts_px", [-1.5, 0, 1], ["outline_map.shifts_px: -1.5 moves", "other numbers"]),
    ],
)
def test_a_map_over_outlines_that_cannot_be_made_is_refused(config, key, value, words):
    config["outline_map"] = {**OUTLINE_MAP, key: value}
    assert problems(config, SCHEMA) == []
    with pytest.raises(StudyError) as error:
        study_from_config(config)
    assert all(word in str(error.value) for word in words)


def test_a_map_over_outlines_needs_slices_to_paint_on(config):
    config["outline_map"] = OUTLINE_MAP
    config["variants"]["MLX10"]["slices"] = 64
    config["plan"] = {}
    del config["sensitivity"]
    with pytest.raises(StudyError, match="outline_map: MLX10 wants 64 separate slices"):
        study_from_config(config)


@pytest.mark.parametrize(
    ("key", "value"), [("users", 4), ("shifts_px", [-1, 1]), ("shifts_px", [-30, 0, 1])]
)
def test_the_form_of_a_map_over_outlines_is_checked(config, key, value):
    config["outline_map"] = {**OUTLINE_MAP, key: value}
    (problem,) = problems(config, SCHEMA)
    assert f"outline_map.{key}" in problem


def test_a_study_without_plan_and_traits_is_refused(config):
    del config["plan"], config["sensitivity"]
    assert problems(config, SCHEMA) == []
    with pytest.raises(StudyError, match="nothing is planned"):
        study_from_config(config)


@pytest.mark.parametrize("runs", [100, 8, "many"])
def test_base_runs_are_powers_of_two(config, runs):
    config["sensitivity"]["base_runs"] = {"S2": runs}
    (output,) = problems(config, SCHEMA)
    assert "a power of two from 16 to 65536" in output


def test_realisations_are_datasets_of_their_own_and_the_first_keeps_its_name(config):
    config["realisations"] = 3
    study = study_from_config(config)
    assert list(study.datasets)[:3] == ["NMC-2", "NMC-2.r2", "NMC-2.r3"]
    second = study.datasets["NMC-2.r2"]
    assert (second.listed_as, second.realisation) == ("NMC-2", 2)
    assert second.electrode == "nmc532-2.r2"
    assert study.datasets["NMC-2"].electrode == "nmc532-2"
    once = study_from_config(config | {"realisations": 1})
    assert len(study.cells()) == 3 * len(once.cells())
    assert study.first_realisations().cells() == once.cells()


def test_what_was_measured_has_one_realisation():
    with pytest.raises(StudyError, match=r"realisations: 2 are wanted, but every dataset"):
        study_from_config(merged("nmc1-crop") | {"realisations": 2})


def test_users_can_be_counted(config):
    config["users"] = {"simulated": 12}
    users = list(study_from_config(config).users)
    assert users[:5] == ["A", "B", "C", "U04", "U05"]
    assert users[-1] == "U12"
    config["users"] = {"simulated": 2}
    assert list(study_from_config(config).users) == ["A", "B"]


def test_batches_stay_when_users_join(config):
    def batches(count):
        study = study_from_config(config | {"users": {"simulated": count}, "users_per_job": 4})
        return [(batch.name, batch.users) for batch in study.batches(study.blocks[0].users)]

    assert batches(4) == [("A_to_U04", ("A", "B", "C", "U04"))]
    assert batches(12)[:2] == batches(8)
    assert batches(8)[0] == batches(4)[0]


def test_users_who_fill_no_batch_are_done_one_by_one(config):
    """So that one more of them changes nothing of the others."""
    study = study_from_config(config | {"users": {"simulated": 6}, "users_per_job": 4})
    assert [batch.name for batch in study.batches()] == ["A_to_U04", "U05", "U06"]


@pytest.mark.parametrize("users", [{}, {"simulated": 0}, {"simulated": "many"}, 3])
def test_users_that_cannot_be_counted_are_told(config, users):
    assert any(line.startswith("users") for line in problems(config | {"users": users}, SCHEMA))


def test_the_longer_population_study_is_the_same_study_with_more_to_do():
    short, long = merged("population"), merged("population-more")
    plans = [config.pop("plan") for config in (short, long)]
    assert short == long
    assert {name: plans[1][name] for name in plans[0]} == plans[0]


FEW = {"datasets": ["NMC-2"], "filters": ["raw"], "variants": ["S2", "MLX10"]}
SAMPLE = {"users": 6, "plan": {"few": FEW}}


def test_a_population_sample_adds_users_for_a_part_of_the_plan(config):
    plain = study_from_config(config)
    study = study_from_config(config | {"population_sample": SAMPLE | {"users_per_job": 2}})
    sample = study.population_sample
    assert study.cells() == plain.cells()
    assert list(study.users) == ["A", "B", "C"]
    assert study.everybody() == ["A", "B", "C", "U04", "U05", "U06"]
    assert [batch.name for batch in sample.batches()] == ["U04_to_U05", "U06"]
    assert [cell.user for cell in sample.cells_on("NMC-2", "raw")] == 2 * study.everybody()
    assert [cell.user for cell in sample.cells_of_others()] == 2 * ["U04", "U05", "U06"]
    assert [block.name for block in sample.blocks_of_others()] == ["population_sample_few"]
    # As the study's own users are done, unless the sample says otherwise.
    usual = study_from_config(config | {"population_sample": SAMPLE, "users_per_job": 3})
    assert [batch.name for batch in usual.population_sample.batches()] == ["U04_to_U06"]


def test_a_population_sample_has_all_realisations_and_one_of_each(config):
    study = study_from_config(config | {"population_sample": SAMPLE, "realisations": 2})
    assert study.population_sample.images() == [("NMC-2", "raw"), ("NMC-2.r2", "raw")]
    assert study.first_realisations().population_sample.images() == [("NMC-2", "raw")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"datasets": ["NMC-9"]}, "population_sample.plan.few.datasets: there is no 'NMC-9'"),
        ({"datasets": ["NEX-V"], "variants": ["ML1"]}, r"ML1 on NEX-V \(raw\) by A is not in the"),
    ],
)
def test_a_population_sample_that_does_not_fit_is_refused(config, changes, words):
    sample = SAMPLE | {"plan": {"few": FEW | changes}}
    with pytest.raises(StudyError, match=words):
        study_from_config(config | {"population_sample": sample})


def test_a_population_sample_is_larger_than_the_study_and_does_nothing_twice(config):
    with pytest.raises(StudyError, match="must be the first of the 3 in the sample"):
        study_from_config(config | {"population_sample": SAMPLE | {"users": 3}})
    twice = SAMPLE | {"plan": {"few": FEW, "again": FEW}}
    with pytest.raises(StudyError, match="already planned in population_sample_few"):
        study_from_config(config | {"population_sample": twice})


def test_the_study_s_own_users_come_first_in_a_sample(config):
    with pytest.raises(StudyError, match=r"A, B, C, U04 and so on.*found B, A"):
        study_from_config(config | {"population_sample": SAMPLE, "users": ["B", "A"]})
