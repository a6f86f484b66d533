"""A person works on the page, is killed half-way, goes on another time, and is assessed."""

import json

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml
from scipy import ndimage

from annotate_page import Person, Program
from chromium import executable
from manyeyes.files.volumes import read_volume
from own_data import two_phase
from running import run

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.skipif(executable() is None, reason="no Chromium here (Debian's chromium)"),
]

GREY = two_phase()
# What a person sees who looks past the noise: 1 bright, 2 dark.
SEEN = np.where(ndimage.gaussian_filter(GREY.astype(float), 1) > 110, 1, 2)
CENTRE, *OTHERS = 12, 6, 18
THRESHOLD, WINDOW, SEEDS, PAINTING = range(4)


def study(folder):
    """Write a study of people alone, with a small scan, and return its config."""
    tifffile.imwrite(folder / "scan.tif", GREY)
    config = {
        "study": "people",
        "title": "One scan, one person",
        "seed": 1,
        "datasets": {
            "cell": {
                "material": "NMC811",
                "voxel_size_nm": 350,
                "source": {"kind": "file", "file": "scan.tif"},
                "crop": {"shape": [24, 48, 48]},
            }
        },
        "variants": {"MLX10": {"method": "drawn_forest", "coverage_percent": 10, "slices": 3}},
        "forest": {"trainer": "manyeyes", "trees": 20},
        "users": [{"name": "jo", "folder": "people/jo"}],
        "plan": {
            "all": {
                "datasets": "all",
                "filters": ["raw"],
                "variants": ["S1", "S2", "cWS", "ML1", "MLX10"],
            }
        },
    }
    path = folder / "people.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def program(folder, config, *arguments):
    return Program(folder, config, "--user", "jo", "--cores", 1, *arguments, data=folder)


def begin_work(jo, address):
    """Set a threshold and a window, and paint a part of the first slice."""
    jo.begin(address)
    assert jo.text("#counted") == "0 of 4 steps done"
    jo.level(0, 112)
    jo.proceed()
    jo.at(WINDOW)
    jo.level(0, 85)
    jo.level(1, 135)
    jo.proceed()
    jo.at(SEEDS)
    jo.go(PAINTING)
    jo.brush(1, 3)
    y, x = np.argwhere(ndimage.binary_erosion(SEEN[CENTRE] == 1, iterations=3))[0]
    jo.draw((x + 0.5, y + 0.5), (x + 2.5, y + 0.5))
    jo.draw((x + 0.5, y + 0.5), (x + 0.5, y + 2.5))
    jo.press("z", 90)
    jo.saved()
    return jo.coverage()


def end_work(jo, address, coverage):
    """Go on after a crash, correct the first output, and finish everything."""
    jo.begin(address)
    jo.at(SEEDS)
    assert jo.text("#counted") == "2 of 4 steps done"
    jo.level(0, 80)
    jo.level(1, 140)
    jo.proceed()
    jo.at(PAINTING)
    assert jo.coverage() == coverage
    jo.press("y", 89, modifiers=2)
    jo.wait_for(f"parseFloat(document.querySelector('.figure b').textContent) > {coverage}")
    jo.cover(SEEN[CENTRE])
    jo.proceed()
    jo.wait_for("document.documentElement.dataset.firstOutput !== undefined")
    for z in OTHERS:
        jo.wait_for(f"document.querySelector('.where').textContent.startsWith('xy  {z + 1} /')")
        jo.cover(SEEN[z])
        jo.proceed()
    jo.wait_for("document.getElementById('dialog').open")
    assert "Everything is done" in jo.text("#dialog")


def test_a_person_is_killed_half_way_goes_on_and_is_assessed(tmp_path):
    config = study(tmp_path)
    with Person(1280, 800) as jo:
        with program(tmp_path, config) as first:
            assert "The study makes 1 image first" in "".join(first.said)
            coverage = begin_work(jo, first.address)
            assert coverage > 0
            first.kill()
        folder = tmp_path / "people/jo/cell/raw"
        kept = {path.name for path in folder.iterdir()}
        assert {"S1.json", "S2.json", "cWS.json", "MLX10.events.jsonl"} <= kept
        assert "MLX10.tif" not in kept
        with program(tmp_path, config) as second:
            jo.wait_for("!document.getElementById('banner').hidden")
            assert "does not answer" in jo.text("#banner")
            jo.visit("about:blank")
            jo.problems.clear()
            assert "The study makes" not in "".join(second.said)
            end_work(jo, second.address, coverage)
            said = second.stop()
        assert "4 of 4 steps are done" in said
        assert jo.problems == []

    levels = {v: json.loads((folder / f"{v}.json").read_text())["level"] for v in ("S1", "S2")}
    assert levels == {"S1": 102, "S2": 112}
    drawn = read_volume(folder / "MLX10.tif", labels=True)
    assert np.flatnonzero(drawn.any(axis=(1, 2))).tolist() == sorted([CENTRE, *OTHERS])
    assert (np.count_nonzero(drawn, axis=(1, 2))[[CENTRE, *OTHERS]] >= 230).all()
    events = [json.loads(line) for line in (folder / "MLX10.events.jsonl").open()]
    assert events[0]["event"] == "start" and events[-1]["event"] == "finish"
    assert sorted(e["time"] for e in events) == [e["time"] for e in events]

    table = "results/people/tables/volume_fractions.csv"
    run(tmp_path, table, data=tmp_path, config=config)
    results = tmp_path / "results/people"
    labels = read_volume(results / "segmentations/cell/raw/S2/jo.tif", labels=True)
    assert np.array_equal(labels, np.where(GREY >= 112, 1, 2))
    fractions = pd.read_csv(tmp_path / table)
    found = fractions.set_index("variant")["active_fraction"]
    assert set(found.index) == {"S1", "S2", "cWS", "ML1", "MLX10"}
    assert found["MLX10"] == pytest.approx(np.mean(SEEN == 1), abs=0.03)
    assert set(fractions["made_by"]) == {"recorded"}
