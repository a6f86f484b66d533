"""What the command `manyeyes annotate` asks of whom, and where it keeps the work."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from manyeyes.commands import annotate
from manyeyes.commands.main import COMMANDS, main
from manyeyes.commands.run import CannotRunError
from manyeyes.files.people import person_folder
from manyeyes.study.reading import study_from_config

TOP = Path(__file__).parents[2]
PLAN = {"all": {"datasets": "all", "filters": "all", "variants": ["S2", "cWS", "MLX10"]}}


def study(users=("A", "B"), plan=PLAN, **changes):
    config = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
    dataset = {
        "material": "NMC811",
        "voxel_size_nm": 350,
        "source": {"kind": "file", "file": "scan.tif"},
        "crop": {"shape": [24, 48, 48]},
    }
    config |= {"study": "mine", "seed": 1, "datasets": {"cell": dataset}, "comparisons": []}
    config |= {"users": list(users), **changes}
    config |= {"plan": plan} if plan else {}
    folders = {u["name"]: person_folder("nowhere") for u in users if isinstance(u, dict)}
    return study_from_config(config, folders)


def options(*arguments):
    return annotate.options_of(["mine", "--user", "jo", *arguments])


JO = {"name": "jo", "folder": "people/jo"}
EVERYTHING = [
    ("cell", filter_, variant)
    for filter_ in ("raw", "gaussian")
    for variant in PLAN["all"]["variants"]
]


@pytest.mark.parametrize("users", [("A", "B"), (JO,), ("A", JO)])
def test_people_are_asked_for_what_the_plan_says(users):
    assert annotate.cells_to_do(study(users), options()) == EVERYTHING


def test_only_a_part_can_be_asked_for():
    chosen = annotate.cells_to_do(study(), options("--filters", "raw", "--variants", "cWS", "S2"))
    assert chosen == EVERYTHING[:2]
    with pytest.raises(CannotRunError, match="--datasets: there is no 'x'"):
        annotate.cells_to_do(study(), options("--datasets", "x"))


def test_later_realisations_of_a_twin_are_nobodys_work():
    twin = {
        "material": "NMC532",
        "voxel_size_nm": 397,
        "source": {
            "kind": "twin",
            "electrode": "e",
            "imaging": {
                "contrast_to_noise": 3,
                "resolution_nm": 800,
                "material": "nmc532",
                "energy_kev": 40,
            },
        },
        "crop": {"shape": [24, 24, 24]},
    }
    electrode = {"kind": "nmc", "size_um": [20, 20, 20], "active_fraction": 0.5}
    found = study(datasets={"twin": twin}, electrodes={"e": electrode}, realisations=3)
    cells = annotate.cells_to_do(found, options())
    assert {dataset for dataset, _, _ in cells} == {"twin"} and len(cells) == 6


def test_a_simulated_users_name_is_taken():
    arguments = annotate.options_of(["mine", "--user", "A"])
    with pytest.raises(CannotRunError, match="simulated user of this name"):
        annotate.cells_to_do(study(), arguments)


def test_a_plan_without_work_for_people_is_told():
    plan = {"all": {"datasets": "all", "filters": "all", "variants": ["Otsu"]}}
    found = study(plan=plan, variants={"Otsu": {"method": "otsu"}})
    with pytest.raises(CannotRunError, match="asks nothing of a person"):
        annotate.steps_to_do(found, annotate.cells_to_do(found, options()))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--user", "j o"], "a name has up to 60 letters"),
        (["--user", "../x"], "a name has up to 60 letters"),
        (["--user", "jo", "--sitting", "0"], "counted from 1"),
    ],
)
def test_names_and_sittings_that_no_folder_can_have_are_refused(arguments, message):
    assert message in main(["annotate", "mine", *arguments])


def test_the_folder_is_the_one_named_or_that_of_the_config():
    asked = options("--folder", "elsewhere")
    assert annotate.folder_of(study((JO,)), asked, "/data") == Path("elsewhere")
    assert annotate.folder_of(study((JO,)), options(), "/data") == Path("/data/people/jo")
    assert annotate.folder_of(study((JO,)), options(), None) == Path("people/jo")
    assert annotate.folder_of(study(), options(), "/data") == Path("people/jo")


def test_at_the_end_it_says_what_to_do_next():
    steps = [{"finished": True}, {"finished": False}]
    session = SimpleNamespace(overview=lambda: {"steps": steps}, folder="people/jo")
    said = annotate.farewell(session, study(), Path("mine.yaml"), "jo", Path("people/jo"))
    assert "1 of 2 steps are done" in said and "The same command goes on" in said
    assert "- {name: jo, folder: people/jo}" in said and "manyeyes run mine.yaml" in said
    assert yaml.safe_load(said.split("\n\n")[1]) == [JO]
    known = annotate.farewell(session, study((JO,)), Path("m.yaml"), "jo", Path("x"))
    assert "folder:" not in known and "run: manyeyes run m.yaml" in known


def test_a_study_that_does_not_exist_is_told():
    assert "no-such-study" in main(["annotate", "no-such-study", "--user", "jo"])


def test_it_is_listed_and_explains_itself(capsys):
    assert "browser" in COMMANDS["annotate"]
    with pytest.raises(SystemExit) as ended:
        main(["annotate", "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    for words in ("--sitting", "--no-browser", "--port", "Ctrl+C", "folder: people/jo"):
        assert words in text
