"""What lies in a person's folder, and what a study takes of it."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from manyeyes.files.errors import FileError
from manyeyes.files.people import person_folder
from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.model import Cell, StudyError
from manyeyes.study.people import left_out, what_is_missing
from manyeyes.study.reading import study_from_config
from manyeyes.study.sense import sense_problems

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text())
KNOWN = yaml.safe_load((TOP / "config/datasets.yaml").read_text())
CONFIG = {
    "study": "own",
    "seed": 1,
    "datasets": {
        "cell": {
            "material": "NMC811",
            "voxel_size_nm": 350,
            "source": {"kind": "file", "file": "cell.tif"},
            "crop": {"shape": [24, 48, 48]},
        }
    },
    "users": [{"name": "jo", "folder": "people/jo"}],
}


def config(**changes):
    """Return the config of a study of one tomogram, merged with the protocol."""
    protocol = yaml.safe_load((TOP / "config/protocol.yaml").read_text())
    own = {**copy.deepcopy(CONFIG), **changes}
    base = {key: protocol[key] for key in ("filters", "variants", "population")}
    own["variants"] = base["variants"] | own.get("variants", {})
    return with_known({**base, **own}, KNOWN)


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"kind": "threshold", "level": 9}))
    return person_folder(folder)


def study(folder, **changes):
    made = config(**changes)
    assert problems(made, SCHEMA) == []
    assert sense_problems(made) == []
    return study_from_config(made, {"jo": folder})


def test_files_are_found_by_sitting_dataset_filter_and_variant(tmp_path):
    found = put(
        tmp_path,
        "cell/raw/S2.json",
        "cell/raw/MLX10.ome.tif",
        "cell/raw/S2.events.jsonl",
        "cell/raw/.S2.json.swp",
        "cell/raw/S2.json~",
        "sitting-10/cell/raw/S2.json",
        "sitting-2/cell/gaussian/cWS.JSON",
    )
    listed = [(f.sitting, f.dataset, f.filter, f.variant, f.is_numbers) for f in found.files]
    assert listed == [
        (1, "cell", "raw", "MLX10", False),
        (1, "cell", "raw", "S2", True),
        (2, "cell", "gaussian", "cWS", True),
        (10, "cell", "raw", "S2", True),
    ]
    assert found.strange == ()


def test_files_without_a_place_are_named(tmp_path):
    found = put(
        tmp_path, "S2.json", "cell/S2.json", "cell/raw/S2.docx", "sitting2/cell/raw/S2.json"
    )
    for words in ("S2.json: expected folders named as datasets", "named as filters are", ".docx"):
        assert any(words in line for line in found.strange), words
    assert any("sitting-2, sitting-3" in line for line in found.strange)
    assert found.files == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("codes: {active: -1}", "from 0 to 65535"),
        ("codes: [1]", "from 0 to 65535"),
        ("colour: red", "expected the keys codes and note, found colour"),
        ("note: 3", "note is a text"),
        ("a: [", "expected YAML"),
        ("!!python/object/apply:os.system [ls]", "expected YAML"),
        ("x" * 200_000, "a few lines"),
    ],
)
def test_a_strange_person_yaml_is_refused(tmp_path, text, words):
    (tmp_path / "person.yaml").write_text(text)
    with pytest.raises(FileError, match=words):
        person_folder(tmp_path)


def test_person_yaml_says_codes_and_a_note(tmp_path):
    (tmp_path / "person.yaml").write_text("codes: {active: [255, 3], rest: 0}\nnote: a student\n")
    put(tmp_path, "cell/raw/MLX10.tif")
    (user,) = study(person_folder(tmp_path)).users.values()
    assert user.recordings[0].codes == {"active": [255, 3], "rest": 0}
    assert user.note == "a student"


def test_a_study_takes_of_its_plan_what_is_there(tmp_path):
    put(tmp_path, "cell/raw/S2.json", "cell/raw/cWS.json", "cell/raw/MLX10.tif")
    put(tmp_path, "cell/raw/recorded.tif", "cell/raw/S9.json", "other/raw/S2.json")
    put(tmp_path, "sitting-2/cell/raw/S2.json")
    plan = {"few": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "MLX10", "MLX25"]}}
    own = study(person_folder(tmp_path), plan=plan)
    jo = own.users["jo"]
    kinds = {r.variant: r.kind for r in jo.recordings}
    # What only people can do need not be in the plan; the watershed is not in it.
    assert kinds == {"S2": "numbers", "MLX10": "labels", "recorded": "labels"}
    assert left_out(own, jo) == [("cell", "raw", "MLX25")]
    lines = "\n".join(what_is_missing(own))
    assert "jo is left out of MLX25 on cell (raw)" in lines
    for words in ("no dataset 'other'", "no variant 'S9'", "cWS on cell (raw) is not in the plan"):
        assert words in lines
    # A further sitting is a user of its own, apart from those whose spread is measured.
    assert [cell.user for cell in own.cells() if cell.variant == "S2"] == ["jo"]
    assert own.further_sittings["jo.s2"].cells() == [Cell("cell", "raw", "S2", "jo.s2", "recorded")]
    repeated = own.repeated_cells_on("cell", "raw")
    assert [(cell.variant, cell.user) for cell in repeated] == [("S2", "jo"), ("S2", "jo.s2")]


def test_without_a_plan_a_study_takes_whatever_is_there(tmp_path):
    put(tmp_path, "cell/raw/S2.json", "cell/gaussian/cWS.json")
    own = study(person_folder(tmp_path))
    assert own.asked == (("cell", "raw", "S2"), ("cell", "gaussian", "cWS"))
    assert len(own.cells()) == 2


def test_somebody_who_has_not_begun_is_asked_for_everything(tmp_path):
    own = study(person_folder(tmp_path / "nobody"))
    assert own.cells() == []
    assert own.images_asked_for() == [("cell", "raw"), ("cell", "gaussian")]
    assert "nothing is recorded in people/jo yet" in what_is_missing(own)[0]


def test_volumes_are_finished_where_a_method_takes_no_labels(tmp_path):
    put(tmp_path, "cell/raw/S2.tif", "cell/raw/avizo.tif", "cell/raw/ML1.json", "cell/raw/ML2.tif")
    own = study(person_folder(tmp_path), variants={"avizo": {"kind": "segmentation"}})
    kinds = {r.variant: r.kind for r in own.users["jo"].recordings}
    assert kinds == {
        "S2": "segmentation",
        "avizo": "segmentation",
        "ML1": "seeds",
        "ML2": "labels",
    }
    assert {cell.variant for cell in own.finished} == {"S2", "avizo"}


def test_two_files_for_one_thing_are_refused(tmp_path):
    put(tmp_path, "cell/raw/S2.tif", "cell/raw/S2.json")
    with pytest.raises(StudyError, match=r"S2.json and .*S2.tif are both S2 on cell \(raw\)"):
        study(person_folder(tmp_path))


def test_numbers_for_what_is_drawn_are_not_used(tmp_path):
    put(tmp_path, "cell/raw/MLX10.json", "cell/raw/MLX10.tif")
    own = study(person_folder(tmp_path))
    assert [r.kind for r in own.users["jo"].recordings] == ["labels"]
    assert "needs labels, not numbers" in own.unused[0]


def test_finished_segmentations_of_three_are_a_few_lines():
    users = [{"name": n, "segmentation": f"{n}.tif"} for n in ("anna", "ben", "carla")]
    made = config(users=users)
    assert problems(made, SCHEMA) == []
    own = study_from_config(made)
    assert [(c.filter, c.variant, c.user) for c in own.cells()] == [
        ("raw", "finished", name) for name in ("anna", "ben", "carla")
    ]
    assert own.finished == frozenset(own.cells())


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"name": "jo"}, "users.0"),
        ({"name": "jo", "folder": "a", "segmentation": "b.tif"}, "users.0"),
        ({"name": "jo", "folder": ""}, "users.0"),
    ],
)
def test_a_person_has_one_way_in(user, words):
    assert any(line.startswith(words) for line in problems(config(users=[user]), SCHEMA))


def test_the_example_of_the_readme_finds_both_suffixes():
    record = {"datasets": ["cell"], "filters": ["raw"], "variants": ["S2", "cWS", "ML1", "MLX10"]}
    for pattern in ("jo/{dataset}/{filter}/{variant}.tif", "jo/{dataset}/{filter}/{variant}.json"):
        users = [{"name": "jo", "recorded": [{**record, "source": {"file": pattern}}]}]
        own = study_from_config(config(users=users))
        files = {r.variant: r.file for r in own.users["jo"].recordings}
        assert files["S2"]["file"] == "jo/cell/raw/S2.json"
        assert files["MLX10"]["file"] == "jo/cell/raw/MLX10.tif"
        assert {files["ML1"]["file"], *files["ML1"]["beside"]} == {
            "jo/cell/raw/ML1.json",
            "jo/cell/raw/ML1.tif",
        }
