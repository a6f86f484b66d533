"""A new group of measures, and a new filter, is one file; the first as CONTRIBUTING writes it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
FILTER = '''"""Grey levels upside down."""

from ._filter import Filter

FILTER = Filter(lambda image, inside: 255 - image, seconds_a_megavoxel=0.1, bytes_a_voxel=2)
'''
STUDY = """
study: s
seed: 1
users: [A, B]
datasets:
  own: {material: NMC, voxel_size_nm: 400, crop: {shape: [16, 16, 16]}, grey_window: [0, 255],
        source: {kind: file, file: own.tif}}
filters: {upside_down: {method: upside_down}}
measures: [inlet]
plan: {few: {datasets: all, filters: [upside_down], variants: [S2]}}
"""
PROBE = """
import sys
from pathlib import Path
import numpy as np
import yaml
from manyeyes import filters
from manyeyes.labels import TWO_PHASES
from manyeyes.microstructure.registry import group_called, shown_measures
from manyeyes.study.form import problems
from manyeyes.study.reading import study_from_config

top = Path(sys.argv[1])
labels = np.ones((4, 5, 5), np.uint8)
labels[0, :2] = 2
print(*group_called("inlet").measure(labels, TWO_PHASES, 400.0))
print("inlet_share" in shown_measures())
print(filters.apply(labels, {"method": "upside_down"}).max())
protocol = yaml.safe_load((top / "config/protocol.yaml").read_text())
config = {**protocol, **yaml.safe_load(sys.stdin.read())}
config["filters"] = {**protocol["filters"], **config["filters"]}
schema = yaml.safe_load((top / "workflow/schemas/study.schema.yaml").read_text())
print(problems(config, schema), study_from_config(config).measures)
"""


@pytest.fixture
def checkout(tmp_path):
    for folder in ("src", "config", "workflow"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(TOP / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def test_each_is_one_file_and_one_line_of_a_config(checkout):
    text = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("\n## Add a measure\n")[1].split("\n## ")[0]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    package = checkout / "src/manyeyes"
    (package / "microstructure/inlet.py").write_text(code, encoding="utf-8")
    (package / "filters/upside_down.py").write_text(FILTER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(TOP)],
        input=STUDY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured, shown, brightest, read = done.stdout.splitlines()
    assert "inlet_share" in measured
    assert "0.4" in measured
    assert shown == "True"
    assert brightest == "254"
    assert read == "[] ('inlet',)"
