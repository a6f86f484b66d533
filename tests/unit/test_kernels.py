"""What jobs share is compiled before the first of them, and only once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from manyeyes.kernels import WARM_UPS
from manyeyes.running import compile_kernels

SCRIPT = Path(compile_kernels.__file__)

# In its own process, because in this one other tests have compiled what a warm-up leaves out.
JOBS = """
import json
import sys

import numpy as np
from numba.core.dispatcher import Dispatcher

from manyeyes.methods.watershed import watershed
from manyeyes.kernels import WARM_UPS
from one_user import annotation_of, segmentations
from manyeyes.users.population import Population, draw_traits


def compiled():
    found = {}
    for name, module in list(sys.modules.items()):
        for thing in vars(module).values() if name.startswith("manyeyes") else ():
            if isinstance(thing, Dispatcher):
                found[f"{thing.py_func.__module__}.{thing.__name__}"] = len(thing.signatures)
    return found


for name in json.loads(sys.argv[1]):
    WARM_UPS[name]()
before = compiled()
z, y, x = np.indices((18, 26, 31))
truth = (1 + ((x + y) // 9 % 2)).astype(np.uint8)
image = (90 * truth + (7 * x + 5 * y + 3 * z) % 23).astype(np.uint8)
traits = draw_traits(Population(), "study", "A")
forest = {"trees": 3}
variants = {
    "S2": {"method": "threshold", "offset": 0},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML1": {"method": "seeded_forest", "slices": "first", "forest": forest},
    "ML3": {"method": "seeded_forest", "slices": "all", "max_labels": 100, "forest": forest},
    "MLX": {"method": "drawn_forest", "coverage_percent": 20, "slices": 3, "forest": forest},
}
names = ("study", "A", "cell", "raw")
done = {name: annotation_of(image, name, v, traits, names) for name, v in variants.items()}
segmentations(image, done, variants, names)
after = compiled()
print(json.dumps({name: after[name] for name in after if after[name] > before.get(name, 0)}))
print(json.dumps(sorted(name for name in after if after[name])))
"""


def left_to_jobs(names):
    """Return what jobs still compile after some warm-ups, and all compiled code that they call."""
    call = [sys.executable, "-c", JOBS, json.dumps(names)]
    top = Path(__file__).parents[2]
    path = os.pathsep.join(str(top / part) for part in ("src", "tests"))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(call, capture_output=True, text=True, check=True, env=environment)
    return [json.loads(line) for line in done.stdout.splitlines()[-2:]]


def test_each_warm_up_is_called():
    assert set(compile_kernels.NAMES) == set(WARM_UPS)


def test_jobs_find_all_their_compiled_code_after_the_warm_ups():
    left, called = left_to_jobs(compile_kernels.NAMES)
    assert left == {}
    assert "manyeyes.forest.growing.grow_trees" in called
    assert "manyeyes.imaging.flooding._flood" in called
    assert len(called) >= 10


class Started:
    """Stands in for the processes that compile."""

    names: list
    failing = ()

    def __init__(self, call):
        self.name = call[-1]
        self.names.append(self.name)

    def wait(self):
        return int(self.name in self.failing)


@pytest.fixture
def started(tmp_path, monkeypatch):
    monkeypatch.setattr(Started, "names", [], raising=False)
    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT)])
    monkeypatch.setattr(compile_kernels, "stamp", lambda: tmp_path / "kernels")
    return Started


def test_a_second_start_compiles_nothing(started, capsys):
    compile_kernels.main()
    assert started.names == list(compile_kernels.NAMES)
    assert "this takes a minute, once" in capsys.readouterr().err
    compile_kernels.main()
    assert started.names == list(compile_kernels.NAMES)
    assert capsys.readouterr().err == ""


def test_the_stamp_needs_no_folder_of_compiled_modules(started, monkeypatch, tmp_path):
    monkeypatch.setattr(compile_kernels, "stamp", lambda: tmp_path / "__pycache__" / "kernels")
    compile_kernels.main()
    compile_kernels.main()
    assert started.names == list(compile_kernels.NAMES)
    # A place that cannot be written is no failure.
    (tmp_path / "file").touch()
    monkeypatch.setattr(compile_kernels, "stamp", lambda: tmp_path / "file" / "kernels")
    compile_kernels.main()
    assert started.names == 2 * list(compile_kernels.NAMES)


def test_after_a_failure_it_is_tried_again(started, monkeypatch):
    monkeypatch.setattr(Started, "failing", ("training",))
    compile_kernels.main()
    monkeypatch.setattr(Started, "failing", ())
    compile_kernels.main()
    assert started.names == 2 * list(compile_kernels.NAMES)


def test_with_a_name_it_runs_that_warm_up_alone(started, monkeypatch):
    called = []
    for name in WARM_UPS:
        monkeypatch.setitem(WARM_UPS, name, lambda name=name: called.append(name))
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "labelling"])
    compile_kernels.main()
    assert called == ["labelling"]
    assert started.names == []


def test_the_stamp_is_of_this_code(monkeypatch):
    before = compile_kernels.stamp()
    assert before == compile_kernels.stamp()
    monkeypatch.setattr(compile_kernels, "code_digest", lambda *_: "other code")
    assert compile_kernels.stamp() != before
