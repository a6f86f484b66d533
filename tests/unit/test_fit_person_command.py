"""The command that fits recorded people of a study."""

import json

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from manyeyes.commands.fit_person import records_of
from manyeyes.commands.main import main
from manyeyes.files.results import write_volume
from two_phases import noisy_two_phase

GREY = noisy_two_phase()
LEVELS = {"ann": 100, "ben": 130}


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study that was run as far as people's annotations: two people, thresholds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANYEYES_DATA", str(tmp_path))
    tifffile.imwrite(tmp_path / "scan.tif", GREY)
    for name, level in LEVELS.items():
        text = json.dumps({"kind": "threshold", "level": level})
        (tmp_path / f"{name}.json").write_text(text)
    config = {
        "study": "people",
        "seed": 1,
        "datasets": {
            "cell": {
                "material": "NMC811",
                "voxel_size_nm": 350,
                "source": {"kind": "file", "file": "scan.tif"},
                "crop": {"shape": [9, 40, 40]},
            }
        },
        "users": [
            "A",
            *(
                {
                    "name": name,
                    "recorded": [
                        {
                            "datasets": ["cell"],
                            "filters": ["raw"],
                            "variants": ["S2"],
                            "source": {"file": "{user}.json"},
                        }
                    ],
                }
                for name in LEVELS
            ),
        ],
        "plan": {"all": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }
    (tmp_path / "people.yaml").write_text(yaml.safe_dump(config))
    results = tmp_path / "results/people"
    for folder in ("images/cell", "annotations/cell/raw/S2"):
        (results / folder).mkdir(parents=True)
    write_volume(results / "images/cell/raw.tif", GREY, 350)
    for name, level in LEVELS.items():
        stored = {"user": name, "made_by": "recorded", "kind": "threshold", "level": level}
        (results / f"annotations/cell/raw/S2/{name}.json").write_text(json.dumps(stored))
    return tmp_path


def test_people_are_fitted_and_everything_is_written(study, capsys):
    arguments = ["fit-person", "people.yaml", "--all", "--simulated", "200", "--out", "both"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "ann: " in told
    assert "To know a spread between people to +-25% (90% interval) takes 26 people" in told
    traits = pd.read_csv("both_traits.csv").set_index(["person", "trait"])
    # a lower threshold gives more active material: a lower criterion
    criterion = traits["estimate"].xs("criterion", level="trait")
    assert criterion["ann"] < criterion["ben"]
    assert traits.loc[("ann", "criterion"), "informed_by"] == "the threshold"
    assert not traits.loc[("ann", "brush_px"), "informed"]
    assert np.isnan(traits.loc[("ann", "brush_px"), "people_needed"])
    assert traits.loc[("ann", "criterion"), "people_needed"] >= 26
    spread = pd.read_csv("both_spread.csv").set_index("trait")
    assert spread.loc["criterion", "people"] == 2
    assert (study / "both_traits.png").stat().st_size > 10_000
    entry = yaml.safe_load((study / "both_population.yaml").read_text())
    assert len(entry["population"]["fitted_people"]["draws"]) == 60
    assert len(pd.read_csv("both_statistics.csv")) == 2
    assert len(list(study.glob("both_*"))) == 6

    refused = main(arguments)
    assert "both_traits.csv" in refused
    assert "give --overwrite" in refused


def test_a_block_that_was_written_makes_a_study_that_can_be_run(study, capsys):
    config = yaml.safe_load((study / "people.yaml").read_text())
    rows = {"traits": ["criterion"], "draws": [[1.5], [1.75]]}
    config |= {"population": {"fitted_people": rows}, "study": "like-them"}
    (study / "like.yaml").write_text(yaml.safe_dump(config))
    assert main(["check", "like.yaml"]) == 0
    config["population"]["fitted_people"]["draws"] = [["much"]]
    (study / "like.yaml").write_text(yaml.safe_dump(config))
    assert "population.fitted_people.draws[0] (criterion)" in main(["check", "like.yaml"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--user", "joe"], "has no user joe; its users are A, ann, ben"),
        (["--user", "ann", "--simulated", "20"], "--simulated must be at least 200"),
        (["--user", "ann", "--precision", "0"], "must be above 0"),
        (["--user", "ann", "--out", "no/where"], "no: there is no such folder"),
        (["--user", "A"], "A.json: there is no such file; run the study first"),
    ],
)
def test_what_cannot_be_done_is_said(study, arguments, words):
    assert words in main(["fit-person", "people.yaml", *arguments])


def test_further_sittings_belong_to_their_person(study):
    from manyeyes.commands.check import checked_study

    folder = study / "jo/cell/raw"
    again = study / "jo/sitting-2/cell/raw"
    results = study / "results/people/annotations/cell/raw/S2"
    for place, user, level in ((folder, "jo", 110), (again, "jo.s2", 112)):
        place.mkdir(parents=True)
        stored = {"kind": "threshold", "level": level}
        (place / "S2.json").write_text(json.dumps(stored))
        (results / f"{user}.json").write_text(json.dumps(stored))
    config = yaml.safe_load((study / "people.yaml").read_text())
    config["users"] = ["A", {"name": "jo", "folder": "jo"}]
    (study / "people.yaml").write_text(yaml.safe_dump(config))
    records = records_of(checked_study(study / "people.yaml"), "jo")
    assert [(r.sitting, r.annotation.level) for r in records] == [(1, 110), (2, 112)]
