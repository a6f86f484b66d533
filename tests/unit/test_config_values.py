"""Values and names of a config that cannot be meant are refused before any job, in words."""

import copy
import re
from pathlib import Path

import pytest
import yaml

from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.reading import SAMPLE, study_from_config
from manyeyes.study.sense import RESERVED_BLOCKS, SAMPLED, sense_problems

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
PROTOCOL = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
MINE = """
study: mine
seed: 1
datasets:
  cell:
    material: NMC
    voxel_size_nm: 400
    source: {kind: file, file: cell.tif}
    crop: {shape: [24, 48, 48]}
  twin:
    material: NMC
    voxel_size_nm: 400
    source:
      kind: twin
      electrode: e
      imaging: {contrast_to_noise: 3, material: nmc532, energy_kev: 40, resolution_nm: 800}
    crop: {shape: [24, 48, 48]}
  geometry:
    material: NMC
    voxel_size_nm: 400
    source:
      kind: geometry
      file: phases.tif
      codes: {pore: 0, active: [1, 3]}
      imaging: {contrast_to_noise: 3, material: nmc532, energy_kev: 40, resolution_nm: 800}
    crop: {shape: [24, 48, 48]}
electrodes:
  e: {kind: nmc, size_um: [30, 30, 30], active_fraction: 0.5}
users:
  - A
  - B
  - name: jo
    recorded:
      - datasets: [cell]
        filters: [raw]
        variants: [recorded]
        source: {file: "jo/{dataset}_{variant}.tif"}
        codes: {active: 1000, rest: [2, 3]}
plan:
  simple: {datasets: all, filters: [raw], variants: [S2]}
"""


def config_with(path="", value=None):
    config = copy.deepcopy(PROTOCOL) | yaml.safe_load(MINE)
    if path:
        *parents, last = path.split("/")
        entry = config
        for key in parents:
            entry = entry[int(key) if isinstance(entry, list) else key]
        entry[int(last) if isinstance(entry, list) else last] = value
    return config


def output(config):
    return problems(config, SCHEMA) or sense_problems(config)


RECORD = "users/2/recorded/0"


def test_lists_and_16_bit_values_of_labels_are_allowed():
    config = config_with()
    assert output(config) == []
    (recording,) = study_from_config(config).users["jo"].recordings
    assert recording.codes == {"active": 1000, "rest": [2, 3]}
    assert recording.file["file"] == "jo/cell_recorded.tif"


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"active": 255, "rest": 0}, "0 is unlabelled, and rest has the value 0"),
        ({"active": 0, "rest": 2}, "0 is unlabelled, and active has the value 0"),
        ({"active": 1, "rest": [2, 0]}, "0 is unlabelled, and rest has the value 0"),
        ({"active": 1, "rest": 1}, "1 means both active and rest"),
        ({"active": [1, 2], "rest": [2, 3]}, "2 means both active and rest"),
        ({"active": 1, "pore": 2}, "expected active and rest, found active, pore"),
        ({"active": 1}, "expected active and rest, found active"),
        ({}, "expected active and rest, found none"),
    ],
)
def test_codes_of_labels_that_cannot_be_meant(codes, words):
    (problem,) = output(config_with(f"{RECORD}/codes", codes))
    assert problem.startswith("users.jo.recorded.codes: ")
    assert words in problem


@pytest.mark.parametrize("code", [-1, 65536, 1.5, True, "1", [], [1, 1], None])
def test_codes_are_whole_numbers_of_16_bits(code):
    (problem,) = output(config_with(f"{RECORD}/codes", {"active": code, "rest": 7}))
    assert "codes.active" in problem
    assert "users" in problem


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"pore": 0, "void": 1, "active": 2}, "void is no phase; known are active, cbd, pore"),
        ({"pore": 0, "cbd": 1}, "expected active and at least one of cbd, pore"),
        ({"active": 1}, "expected active and at least one of"),
        ({"pore": [0, 1], "active": 1}, "1 means both pore and active"),
    ],
)
def test_codes_of_geometries_that_cannot_be_meant(codes, words):
    (problem,) = output(config_with("datasets/geometry/source/codes", codes))
    assert problem.startswith("datasets.geometry.source.codes: ")
    assert words in problem


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("variants/cWS/seed_error", "0.5", "0.5"),
        ("datasets/cell/voxel_size_nm", ".nan", "expected a finite number, found nan"),
        ("datasets/cell/voxel_size_nm", ".inf", "expected a finite number, found inf"),
        ("filters/gaussian/sigma_voxels", ".nan", "expected a finite number, found nan"),
        ("datasets/cell/grey_window", "[0, .inf]", "expected a finite number, found inf"),
        ("datasets/cell/grey_window", f"[0, {10**400}]", "found a number of many digits"),
        ("datasets/twin/source/imaging/contrast_to_noise", ".nan", "finite"),
        ("datasets/twin/source/imaging/contrast_to_noise", "yes", "found true (YAML reads yes"),
        ("electrodes/e/active_fraction", "on", "expected a number, found true"),
        ("population", "{eye_sigma_px: no}", "expected a number, found false"),
        ("datasets/cell/voxel_size_nm", "yes", "expected a number, found true"),
        ("datasets/cell/voxel_size_nm", "1e2", "found the text '1e2' (write a number without"),
        ("datasets/cell/voxel_size_nm", "'400'", "found the text '400'"),
        ("datasets/cell/voxel_size_nm", "0.35", "0.35 um are 350"),
        ("datasets/cell/voxel_size_nm", "400000", "the edge of a voxel in nm, 1 to 100000"),
        ("datasets/cell/crop/shape", "[1000000000, 48, 48]", "voxels along an axis, 8 to 100000"),
        ("datasets/cell/crop/shape", "[100000, 100000, 99]", "more than any job can hold"),
        ("electrodes/e/size_um", "[1000000000, 30, 30]", "a length in um, at most 2000"),
        ("electrodes/e/size_um", "[2000, 2000, 2000]", "more than can be filled with particles"),
        ("users", "{simulated: 1000000000}", "maximum of 10000"),
        ("filters/gaussian/sigma_voxels", "1000000000", "maximum of 100"),
        ("datasets/cell/source/expected_dtype", "foo", "'foo' is no type of grey values"),
        ("datasets/cell/source/expected_dtype", "complex64", "is no type of grey values"),
        ("datasets/twin/source/origin_um", "1", "origin_um: expected a list, found 1"),
        ("datasets/twin/source/electrode", "3", "electrode: expected a text, found 3; put it into"),
        ("datasets/cell/source/kind", "twn", "kind must be one of twin, geometry, file"),
        ("datasets/cell/source/file", "'a{b}.tif'", "contains braces"),
        ("data_folder", "'/data/{x}'", "contains braces"),
        (
            "datasets/cell/mask",
            "{file: 'a{b}.tif'}",
            "datasets.cell.mask.file: 'a{b}.tif' contains",
        ),
        (f"{RECORD}/source/file", "'{dataset.foo}.tif'", "and no other braces"),
        (f"{RECORD}/source/file", "'{dataset!r}.tif'", "and no other braces"),
        (f"{RECORD}/source/file", "'{dataset:9}.tif'", "and no other braces"),
        (f"{RECORD}/source/file", "'{{dataset}}.tif'", "and no other braces"),
        (f"{RECORD}/source/file", "'{}.tif'", "and no other braces"),
        (f"{RECORD}/source/file", "'a}.tif'", "and no other braces"),
        ("plan/recorded", "{datasets: all, filters: all, variants: [S1]}", "rules of this name"),
        ("plan/My-Block", "{datasets: all, filters: all, variants: [S1]}", "name of a block"),
        ("datasets/cell/source/sha", "abc", "'sha256'"),
        ("datasets/cell/crops", "{}", "a typo: 'crops' for 'crop'?"),
        (
            "datasets/cell/start",
            "[0, 0, 0]",
            "was unexpected); 'start' is a key of 'crop'",
        ),
        ("datasets/cell/crop/shape", "[1, 48, 48]", "slices of three directions are looked at"),
        ("variants/MLX10/slices", "7.0", "slices"),
        ("datasets/cell/crop/shape", "[24.0, 48, 48]", "found 24.0 (write it without a point)"),
        ("variants/ML2/slices", "1.0e+300", "slices"),
        ("population", "{seed_error_spread: 1.0e+300}", "expected a number of at most 1e+09"),
        ("study", "2024", "study: expected a text, found 2024; put it into quotes"),
        ("study", "null", "study: expected a text, found no value (YAML reads null"),
        ("seed", "yes", "seed: expected a text or a whole number, found true"),
    ],
)
def test_values_that_cannot_be_meant_are_told(path, text, words):
    found = output(config_with(path, yaml.safe_load(text)))
    assert any(words in problem for problem in found), found
    assert all(re.match(r"[\w.-]+: ", problem) for problem in found)


@pytest.mark.parametrize("name", ["NA", "nan", "None", "NaN", "Null-1", "n", "y"])
def test_odd_names_are_names(name):
    config = yaml.safe_load(
        MINE.replace("  - A\n", f"  - {name}\n").replace("  cell:", f"  {name}:")
    )
    config["users"][2]["recorded"][0]["datasets"] = [name]
    assert output(copy.deepcopy(PROTOCOL) | config) == []


@pytest.mark.parametrize(
    "name", ["null", "~", "no", "2024", "12:30", "2021-05-03", ".nan", "1e3.5"]
)
def test_names_that_yaml_reads_as_something_else(name):
    config = copy.deepcopy(PROTOCOL) | yaml.safe_load(MINE.replace("  - A\n", f"  - {name}\n"))
    found = output(config)
    assert found
    assert all(problem.startswith("users.0: ") for problem in found)
    if name != "1e3.5":
        assert "quotes" in found[0]
    keyed = copy.deepcopy(PROTOCOL) | yaml.safe_load(MINE.replace("  cell:", f"  {name}:"))
    found = output(keyed)
    assert found
    assert found[0].startswith("datasets: ")
    quoted = yaml.safe_load(MINE.replace("  - A\n", '  - "null"\n'))
    assert output(copy.deepcopy(PROTOCOL) | quoted) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my cell", "it contains a space"),
        ("Zelle-ä", "it contains 'ä'"),
        ("a.b", "it contains a dot"),
        ("a/b c", "it contains a slash, a space"),
        ("-a", "a letter or digit first"),
        ("x" * 61, "up to 60"),
        ("", "a name"),
    ],
)
def test_names_are_told_in_words(name, words):
    config = config_with("users/0", name)
    (problem,) = output(config)
    assert problem.startswith("users.0: ")
    assert words in problem
    config = config_with(f"datasets/{name}" if "/" not in name else "datasets/a.b", {})
    assert any(problem.startswith("datasets: ") for problem in output(config))


def test_grey_values_and_seeds_may_be_large():
    config = config_with("datasets/cell/grey_window", [0, 4.0e9]) | {"seed": 10**12}
    assert output(config) == []


def test_several_problems_are_told_at_once():
    config = config_with("variants/cWS/seed_error", 0.5)
    config["datasets"]["cell"]["voxel_size_nm"] = float("nan")
    config["datasets"]["twin"]["crop"] = {"shape": [24, 48]}
    assert len(output(config)) >= 3
    config = config_with(f"{RECORD}/codes", {"active": 0, "rest": 2})
    config["datasets"]["cell"]["source"]["expected_dtype"] = "foo"
    assert len(output(config)) == 2


def test_people_and_datasets_whose_names_meet_in_a_joined_name_are_kept_apart():
    config = config_with()
    for name in ("x_y", "y"):
        config["datasets"][name] = copy.deepcopy(config["datasets"]["cell"])
        config["datasets"][name]["source"]["file"] = f"{name}.tif"
    record = config["users"][2]["recorded"][0] | {"datasets": ["x_y"]}
    config["users"][2]["recorded"].append(record)
    config["users"].append({"name": "jo_x", "recorded": [record | {"datasets": ["y"]}]})
    assert output(config) == []
    names = [block.name for block in study_from_config(config).blocks]
    assert len(names) == len(set(names)) == 4


def test_a_dataset_twice_is_refused_and_another_part_of_a_file_is_not():
    config = config_with()
    again = config["datasets"]["again"] = copy.deepcopy(config["datasets"]["cell"])
    again["source"]["file"] = "./cell.tif"
    (problem,) = output(config)
    assert "cell and again are the same crop of the same file" in problem
    # left out, a crop starts at the first voxel
    again["crop"]["start"] = [0, 0, 0]
    config["datasets"]["cell"]["crop"].pop("start", None)
    assert len(output(config)) == 1
    again["crop"]["start"] = [24, 0, 0]
    assert output(config) == []


def test_two_arrays_of_a_file_are_two_datasets():
    config = config_with()
    again = config["datasets"]["again"] = copy.deepcopy(config["datasets"]["cell"])
    config["datasets"]["cell"]["source"]["dataset"] = "a"
    again["source"]["dataset"] = "b"
    assert output(config) == []
    again["source"]["dataset"] = "a"
    assert len(output(config)) == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("raw", {"shape": [4, 5], "dtype": "uint8"}, "raw.shape"),
        ("raw", {"shape": [4, 5, 6], "dtype": "uint24"}, "raw.dtype"),
        ("raw", {"shape": [4, 5, 6]}, "dtype is missing here"),
        ("raw", {"shape": [4, 5, 6], "dtype": "uint8", "offset": -1}, "raw.offset"),
        ("dataset", 7, "source.dataset"),
    ],
)
def test_how_a_file_is_read_is_checked(key, value, words):
    config = config_with()
    config["datasets"]["cell"]["source"][key] = value
    (problem,) = output(config)
    assert words in problem


def test_projections_are_read_in_one_way_only():
    config = config_with()
    config["datasets"]["cell"]["source"] = {
        "kind": "projections",
        "file": "scan.h5",
        "dataset": "exchange/data",
    }
    problems_ = [text for text in output(config) if "projections are none" in text]
    assert len(problems_) == 1


def test_the_example_of_recorded_people_in_the_docs_runs():
    text = (TOP / "config/README.md").read_text(encoding="utf-8")
    (example,) = (b for b in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "name: jo" in b)
    config = config_with() | yaml.safe_load(example)
    for name in ("NMC-1", "NMC-2"):
        config["datasets"][name] = copy.deepcopy(config["datasets"]["cell"])
        config["datasets"][name]["source"]["file"] = f"{name}.tif"
    assert output(config) == []
    study = study_from_config(with_known(config, {"datasets": {}, "electrodes": {}}))
    files = [r.file["file"] for r in study.users["ben"].recordings]
    first = [f"ben/NMC-1/raw/{name}" for name in ("S2.json", "cWS.json", "MLX10.tif")]
    assert files == [*first, *(name.replace("NMC-1", "NMC-2") for name in first)]


def test_users_called_alike():
    config = config_with("users/2/name", "A")
    (problem,) = output(config)
    assert "'A' is a recorded user and a simulated one" in problem
    config = config_with("users", {"simulated": 4, "recorded": [config["users"][2]]})
    config["users"]["recorded"][0]["name"] = "U04"
    (problem,) = output(config)
    assert "'U04' is a recorded user" in problem
    config = config_with("users/0", "JO")
    (problem,) = output(config)
    assert "JO and jo differ only in upper and lower case" in problem


def test_names_that_meet_where_a_job_takes_several_users():
    config = config_with("users", ["A", "A_to_B"]) | {"users_per_job": 2}
    (problem,) = output(config)
    assert "reads like a batch of users" in problem
    config = config_with("plan/simple_batch1", config["plan"]["simple"]) | {"users_per_job": 2}
    config["users"] = ["A", "B"]
    (problem,) = output(config)
    assert "plan.simple_batch1: the workflow itself has rules of this name" in problem


def test_blocks_of_a_population_sample_have_names_of_their_own():
    block = {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}
    sample = {"users": 9, "users_per_job": 3, "plan": {"few": block, "few_batch2": block}}
    given = config_with("users", ["A", "B"]) | {"population_sample": sample}
    (problem,) = output(given)
    assert problem.startswith("population_sample.plan.few_batch2: the workflow itself has rules")
    given["population_sample"] = sample | {"users_per_job": 1}
    assert output(given) == []
    (problem,) = output(config_with("plan/population_sample_few", block) | {"users": ["A"]})
    assert problem.startswith("plan.population_sample_few: the workflow itself")


def test_the_reserved_names_of_blocks_are_those_of_our_rules():
    rules = "".join(path.read_text() for path in (TOP / "workflow/rules").glob("*.smk"))
    fixed = set(re.findall(r"^ *rule (?:annotate|segment)_(\w+):", rules, re.MULTILINE))
    assert fixed == set(RESERVED_BLOCKS)
    assert SAMPLED == SAMPLE
