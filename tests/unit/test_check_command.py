"""`manyeyes check`: what is wrong with a config, or what a run would do."""

from pathlib import Path

import pytest
import yaml

from manyeyes.commands import check, run

TOP = Path(__file__).parents[2]

OWN = {
    "study": "mine",
    "title": "My cell",
    "datasets": {
        "cell": {
            "material": "NMC",
            "voxel_size_nm": 400,
            "source": {"kind": "file", "file": "cell.tif"},
            "crop": {"shape": [8, 8, 8]},
        }
    },
    "seed": 1,
    "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def checked(config):
    Path("mine.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return check.main(["mine.yaml"])


def test_a_study_that_can_be_run_is_described(monkeypatch, capsys):
    monkeypatch.setattr(check, "jobs_to_run", lambda config: 0)
    assert check.main(["tiny"]) == 0
    output = capsys.readouterr().out
    assert "config/tiny.yaml: this study can be run." in output
    assert "datasets       2 digital twins\n" in output
    assert "images         4\n" in output
    assert "users          3 simulated\n" in output
    assert "jobs           none; all results are there\n" in output


def test_a_missing_file_is_named_with_the_way_out():
    problem = checked(OWN)
    assert problem.startswith("These input files are missing:\n  cell.tif\nPut it there")


def test_every_wrong_value_is_named():
    wrong = OWN | {"seed": None, "users": ["A"], "plan": {"simple": {"datasets": "all"}}}
    problem = checked(wrong)
    assert "seed" in problem
    assert "plan.simple" in problem


def test_a_config_that_is_not_there_is_named():
    assert check.main(["nothing.yaml"]) == "nothing.yaml: there is no such config"


def test_what_snakemake_says_is_cut_down_to_the_problem():
    printed = (
        "Using workflow specific profile profiles/default for setting defaults.\n"
        "Building DAG of jobs...\n"
        "WorkflowError in file rules/annotate.smk, line 3:\n"
        "These input files are missing:\n  jo.tif\n"
    )
    assert run.problem(printed) == "These input files are missing:\n  jo.tif"
    assert run.problem("killed\n") == "killed"
