"""Configs: the tiny study with nonsensical values, and mutated text."""

import copy
from functools import cache
from pathlib import Path

import yaml
from cases import Case
from mutating import mutate

from manyeyes.study.config_files import file_problems
from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.model import StudyError
from manyeyes.study.reading import study_from_config
from manyeyes.study.sense import sense_problems

TOP = Path(__file__).parents[2]
ODD = (None, True, "", "x", "NA", -1, 0, 1, 1.5, 1e308, float("nan"), float("inf"), 10**30, [], {})
ODD += ([0], [1, 2, 3], ["A", "A"], {"a": 1}, "{dataset}", "a b", "../x", "$\\frac{$", "~", b"\xff")


@cache
def _known(name: str) -> dict:
    return yaml.safe_load((TOP / name).read_text(encoding="utf-8"))


def _study(rng) -> dict:
    return copy.deepcopy(
        _known(rng.choice(("config/tiny.yaml", "config/tiny.yaml", "config/config.yaml")))
    )


def make_config(rng, folder) -> Case:
    """Make a study's YAML."""
    path = folder / "study.yaml"
    config = _study(rng)
    choice = rng.random()
    if choice < 0.1:
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return Case(path, "sound", config["study"])
    if choice < 0.7:
        for _ in range(rng.choice((1, 1, 2))):
            parent, key = rng.choice(list(_places(config)))
            action = rng.choice(("value", "value", "remove", "rename"))
            try:
                if action == "value":
                    parent[key] = rng.choice(ODD)
                elif action == "remove":
                    del parent[key]
                elif isinstance(parent, dict):
                    parent[rng.choice(("NA", "x y", "a.b", 5, None, ""))] = parent.pop(key)
            except (KeyError, IndexError):
                continue
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return Case(path, "odd value")
    text = yaml.safe_dump(config, sort_keys=False).encode()
    path.write_bytes(mutate(rng, text))
    return Case(path, "mutated")


def _places(value):
    """Yield every (parent, key) of a document."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def read_config(path):
    """Check a config as the workflow does before any job; return the study's name.

    Raises
    ------
    ValueError
        With all problems, behind the file's name.
    """
    found = file_problems([path])
    if not found:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = _merged(_known("config/protocol.yaml"), config)
        try:
            config = with_known(config, _known("config/datasets.yaml"))
            found = problems(config, _known("workflow/schemas/study.schema.yaml"))
            found = found or sense_problems(config)
            if not found:
                return study_from_config(config).name
        except StudyError as error:
            found = [str(error)]
    assert all(isinstance(output, str) and output.strip() for output in found)
    raise ValueError(f"{path}: " + "; ".join(found))


def _merged(below, above):
    """Lay one config over another, as Snakemake does."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {key: _merged(below.get(key), above.get(key, below.get(key))) for key in below | above}
