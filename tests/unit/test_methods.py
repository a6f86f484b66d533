"""The registry of methods: cheap to import; one call labels for several users and variants."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from manyeyes import measures
from manyeyes.annotations import Drawing, Threshold, Window
from manyeyes.methods import METHODS, Request, _forests, annotate, label, modules_of
from two_phases import two_phase

TOP = Path(__file__).parents[2]
FOREST = {"method": "drawn_forest", "forest": {"trees": 3}}


@pytest.fixture(scope="module")
def case():
    image, truth = two_phase((8, 24, 24))
    return image, np.where(truth, 1, 2).astype(np.uint8)


def requests_of(labels):
    """Return requests of two users with three variants each, methods mixed."""
    rng = np.random.default_rng(0)
    found = []
    for user in "AB":
        drawn = np.where(rng.random(labels.shape) < 0.1, labels, 0).astype(np.uint8)
        for name, variant, done in (
            ("S", {"method": "threshold"}, Threshold(100 if user == "A" else 130)),
            ("MLX", FOREST, Drawing(drawn)),
            ("WS", {"method": "watershed"}, Window(80, 140)),
            ("ML", {**FOREST, "method": "seeded_forest", "max_labels": 100}, Drawing(drawn)),
        ):
            names = ("seed", user, "d", "raw", name)
            found.append(Request(variant, lambda done=done: done, user, names))
    return found


def test_reading_a_config_imports_nothing_heavy():
    code = "import sys; from manyeyes.methods import METHODS; print(*METHODS); print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(TOP / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    names, modules = done.stdout.splitlines()
    assert names.split() == list(METHODS)
    assert not {"numba", "scipy", "skimage", "pandas"} & set(modules.split())


def test_methods_are_those_of_the_folder():
    files = {path.stem for path in (TOP / "src/manyeyes/methods").glob("[!_]*.py")}
    assert set(METHODS) == files
    assert all(name == method.name for name, method in METHODS.items())
    assert modules_of(["otsu", "none such"]) == ["manyeyes.methods.otsu"]


def test_one_call_labels_as_many_calls_do(case, monkeypatch):
    image, labels = case
    requests = requests_of(labels)
    alone = [next(label(image, [request])) for request in requests]
    together = list(label(image, requests))
    monkeypatch.setattr(_forests, "FORESTS_AT_ONCE", 3)
    in_parts = list(label(image, requests))
    for one, other, third in zip(alone, together, in_parts, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[0], third[0])
        assert one[1] == other[1] == third[1]
    made_by = [output for _, output in together]
    assert [output is None for output in made_by] == [True, False, True, False] * 2
    assert len({output for output in made_by if output}) == 4


def test_drawings_are_read_when_they_are_needed(case):
    image, labels = case
    read = []
    requests = [
        Request(r.variant, lambda r=r: read.append(r.names) or r.read(), r.user, r.names)
        for r in requests_of(labels)
        if r.variant["method"] == "threshold"
    ]
    segmentations = label(image, requests)
    next(segmentations)
    assert len(read) == 1


def test_finished_labels_are_used_as_they_are(case):
    image, labels = case
    inside = np.ones(image.shape, bool)
    inside[:, :2] = False
    request = Request({"method": "recorded_labels"}, lambda: Drawing(labels), "jo", ())
    ((found, _),) = label(image, [request], inside)
    assert not found[~inside].any()
    assert np.array_equal(found[inside], labels[inside])
    some = Request(request.variant, lambda: Drawing(np.where(labels == 1, 1, 0)), "jo", ())
    with pytest.raises(ValueError, match="voxels of the label volume of jo have no label"):
        next(label(image, [some]))


def test_methods_of_recorded_users_refuse_simulated_ones(case):
    with pytest.raises(ValueError, match="simulated users know the methods threshold"):
        annotate(case[0], {"method": "recorded_labels"}, None, seed_names=())


def test_code_imports_measures_from_their_modules():
    """The package loads its names on first use, which the code digest does not see."""
    statement = re.compile(r"^ *from (?:\.+|manyeyes\.)measures import ([\w, ]+)", re.MULTILINE)
    assert callable(measures.volume_fraction)
    for folder in ("src/manyeyes", "workflow"):
        for path in (TOP / folder).rglob("*.py"):
            for names in statement.findall(path.read_text()):
                assert not set(names.replace(" ", "").split(",")) & set(measures.__all__), path
