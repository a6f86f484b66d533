"""The container recipe, as far as it can be tested without building it."""

import json
import re
from pathlib import Path

TOP = Path(__file__).parents[2]
RECIPE = (TOP / "Dockerfile").read_text()


def copied():
    return [
        name
        for line in re.findall(r"^COPY (.*)$", RECIPE, re.MULTILINE)
        for name in line.split()[:-1]
    ]


def test_everything_that_is_copied_is_there_and_not_ignored():
    ignored = (TOP / ".dockerignore").read_text().split()
    assert len(copied()) > 5
    for name in copied():
        assert (TOP / name).exists(), name
        assert name.split("/")[0] not in ignored, name


def test_what_runs_is_copied():
    assert {"Snakefile", "workflow", "config", "profiles", "CITATION.cff"} <= set(copied())
    # Snakemake reads the environment of every job that it keeps a record of.
    assert "envs/manyeyes.yaml" in copied()


def test_it_starts_the_copied_workflow_wherever_it_runs():
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", RECIPE, re.MULTILINE)[1])
    for path in entry[2::2]:
        assert path.startswith("/manyeyes/")
        assert (TOP / path.removeprefix("/manyeyes/")).exists()
    assert entry[1::2] == ["--snakefile", "--workflow-profile"]


def test_it_keeps_nothing_that_is_run_where_others_may_write():
    """Numba's cache holds pickles, which run whatever they say when they are read."""
    settings = dict(re.findall(r"(\w+)=(\S+)", RECIPE.split("\nENV ")[1].split("\nRUN")[0]))
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        assert settings[name].startswith(".snakemake/"), name


def test_it_does_not_run_as_root_by_itself():
    assert re.findall(r"^USER (.*)$", RECIPE, re.MULTILINE) == ["manyeyes"]
    assert RECIPE.index("\nUSER ") < RECIPE.index("\nENTRYPOINT ")


def test_its_python_is_one_that_the_environment_is_made_for():
    version = re.search(r"^FROM python:(3\.\d+)-", RECIPE, re.MULTILINE)[1]
    conda = (TOP / "envs/manyeyes.yaml").read_text()
    assert f"python={version}" in conda


def test_it_is_built_from_the_lock_with_hashes():
    assert "--require-hashes -r envs/requirements.txt" in RECIPE
