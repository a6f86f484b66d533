"""People whose work lies in a folder each, from the images to the report."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
import tifffile
import yaml

from ilastik_example import blocks_of, write_project
from manyeyes.files.volumes import read_volume
from own_data import text_of, two_phase
from running import run

pytestmark = pytest.mark.pipeline

GREY = two_phase()
# The scan that the study's 8-bit images are made of: levels 0 to 255 are these grey values.
LOW, HIGH = 10_000, 10_000 + 255 * 80


def study(folder, people, truth=None, **changes):
    """Write a study of a 16-bit scan and people with folders, and return its config."""
    tifffile.imwrite(folder / "scan.tif", (LOW + 80 * GREY.astype(np.uint16)))
    config = {
        "study": "people",
        "seed": 1,
        "datasets": {
            "cell": {
                "material": "NMC811",
                "voxel_size_nm": 350,
                "source": {"kind": "file", "file": "scan.tif"},
                "crop": {"shape": [24, 48, 48]},
                "grey_window": [LOW, HIGH],
                **({"truth": truth} if truth else {}),
            }
        },
        "users": [{"name": name, "folder": f"people/{name}"} for name in people],
        **changes,
    }
    path = folder / "people.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def recorded(folder, person, variant, content, suffix="json", below="cell/raw"):
    """Put what a person did where it belongs."""
    place = folder / "people" / person / below
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{variant}.{suffix}"
    if suffix == "json":
        path.write_text(json.dumps(content))
    else:
        tifffile.imwrite(path, content)


def drawn():
    """Return labels of two slices, drawn with care: 1 bright, 2 dark."""
    labels = np.zeros(GREY.shape, np.uint8)
    for z in (8, 16):
        labels[z, 5:40, 5:40] = np.where(GREY[z, 5:40, 5:40] >= 110, 1, 2)
    return labels


PEOPLE = ["ann", "ben", "cy"]
SITTINGS = {"ann": 110, "ann.s2": 112, "ben": 118, "ben.s2": 116, "cy": 120}
PLAN = {"all": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS", "ML1", "MLX10"]}}


def test_people_get_images_first_and_then_are_found_in_their_folders(tmp_path):
    config = study(tmp_path, PEOPLE, plan=PLAN)
    refused = run(tmp_path, data=tmp_path, config=config, check=False)
    assert "Nobody has recorded anything yet: nothing is in people/ann" in refused.stdout
    run(tmp_path, "images", data=tmp_path, config=config)
    image = read_volume(tmp_path / "results/people/images/cell/raw.tif")
    assert np.array_equal(image, GREY)

    recorded(tmp_path, "ann", "S2", {"kind": "threshold", "level": 110})
    # Ben's viewer shows the grey values of the scan.
    level = {"kind": "threshold", "level": LOW + 80 * 118, "levels_of": "source"}
    recorded(tmp_path, "ben", "S2", level)
    recorded(tmp_path, "ann", "cWS", {"kind": "window", "low": 85, "high": 135})
    seeds = [{"slice": 3, "low": 80, "high": 140}]
    recorded(tmp_path, "ann", "ML1", {"kind": "window", "slices": seeds})
    recorded(tmp_path, "ben", "ML1", {"kind": "window", "low": 90, "high": 130})
    recorded(tmp_path, "ben", "MLX10", drawn(), "tif")
    # What Cy did with MLX10 is finished, every voxel of it; so is a mask for the threshold.
    recorded(tmp_path, "cy", "MLX10", np.where(GREY >= 100, 1, 2).astype(np.uint8), "tif")
    mask = np.where(GREY >= 120, 255, 0).astype(np.uint8)
    recorded(tmp_path, "cy", "S2", mask, "tif")
    recorded(tmp_path, "cy", "S9", {"kind": "threshold", "level": 1})
    # Two of them come again.
    for person, level in (("ann", 112), ("ben", 116)):
        again = {"kind": "threshold", "level": level}
        recorded(tmp_path, person, "S2", again, below="sitting-2/cell/raw")
    tifffile.imwrite(tmp_path / "careful.tif", np.where(GREY >= 112, 9, 4).astype(np.uint8))
    config = study(tmp_path, PEOPLE, plan=PLAN, truth={"file": "careful.tif"})
    done = run(tmp_path, data=tmp_path, config=config)
    assert "ben is left out of cWS on cell (raw): nothing is recorded for it" in done.stdout
    assert "S9.json: the study has no variant 'S9'" in done.stdout

    results = tmp_path / "results/people"
    for person, level in (("ann", 110), ("ben", 118), ("cy", 120)):
        labels = read_volume(results / f"segmentations/cell/raw/S2/{person}.tif", labels=True)
        assert np.array_equal(labels, np.where(level <= GREY, 1, 2)), person
    finished = read_volume(results / "segmentations/cell/raw/MLX10/cy.tif", labels=True)
    assert np.array_equal(finished, np.where(GREY >= 100, 1, 2))
    seeded = read_volume(results / "annotations/cell/raw/ML1/ann.tif", labels=True)
    assert np.array_equal(np.flatnonzero(seeded.any(axis=(1, 2))), [3])
    assert np.array_equal(seeded[3] == 1, GREY[3] >= 140)
    first = read_volume(results / "annotations/cell/raw/ML1/ben.tif", labels=True)
    assert np.array_equal(first[0] == 2, GREY[0] < 90)
    assert not first[1:].any()

    def table(name):
        return pd.read_csv(results / f"tables/{name}.csv")

    variability = table("variability").set_index("variant")
    assert variability["users"].to_dict() == {"S2": 3, "cWS": 1, "ML1": 2, "MLX10": 2}

    work = table("recorded_work").set_index(["user", "variant"])
    assert work["done"].sum() == 10
    assert not work.loc[("cy", "cWS"), "done"]
    assert work.loc[("cy", "S2"), "codes"] == "active 255, rest 0 (by grey value)"
    assert work.loc[("cy", "MLX10"), "kind"] == "segmentation"
    assert work.loc[("ben", "MLX10"), "coverage_percent"] == pytest.approx(100 * 35**2 / 48**2)
    assert work.loc[("ben", "S2"), "numbers"] == f"level 118 (of the scan: level {LOW + 80 * 118})"
    assert work.loc[("ann.s2", "S2"), "sitting"] == 2

    sittings = table("sittings")
    fractions = {user: (level <= GREY).mean() for user, level in SITTINGS.items()}
    assert dict(zip(sittings["user"], sittings["active_fraction"], strict=True)) == pytest.approx(
        fractions, abs=1e-6
    )
    (spread,) = table("sittings_spread").to_dict("records")
    assert (spread["people"], spread["sittings"]) == (3, 5)
    within = [fractions[f"{p}.s2"] - fractions[p] for p in ("ann", "ben")]
    assert spread["within_sd"] == pytest.approx(np.sqrt(np.mean(np.square(within)) / 2), rel=1e-4)
    # First sittings alone.
    assert variability.loc["S2", "sd"] == pytest.approx(
        np.std([fractions[p] for p in PEOPLE], ddof=1), rel=1e-4
    )

    truth = read_volume(results / "truth/cell.tif", labels=True)
    assert np.array_equal(truth, np.where(GREY >= 112, 1, 3))
    accuracy = table("accuracy").set_index(["user", "variant"])
    bias = fractions["ann"] - (GREY >= 112).mean()
    assert accuracy.loc[("ann", "S2"), "bias"] == pytest.approx(bias, abs=1e-6)
    assert not (results / "tables/geometry.csv").exists()
    assert (results / "figures/fig_accuracy.svg").exists()

    text = text_of(results)
    assert "cy recorded 2 of 4; left out of cWS on cell (raw), ML1 on cell (raw)." in text
    assert "a reference given by the laboratory (careful.tif)" in text
    assert "by the grey values beneath them, 0 is pore" in text


TEN_LINES = """\
study: three
seed: 1
datasets:
  cell: {{material: NMC811, voxel_size_nm: 350, source: {{kind: file, file: scan.tif}},
         crop: {{shape: [24, 48, 48]}}, grey_window: [{low}, {high}]}}
users:
  - {{name: anna, segmentation: anna.tif}}
  - {{name: ben, segmentation: "ben-{{dataset}}.tif", codes: {{active: 7, rest: [0, 3]}}}}
  - {{name: carla, segmentation: carla.ilp}}
"""


def test_three_finished_segmentations_are_a_study_of_ten_lines(tmp_path):
    """One has values that grey levels explain, one has codes, one is a project of ilastik."""
    tifffile.imwrite(tmp_path / "scan.tif", LOW + 80 * GREY.astype(np.uint16))
    tifffile.imwrite(tmp_path / "anna.tif", np.where(GREY >= 105, 255, 0).astype(np.uint8))
    ben = np.where(GREY >= 112, 7, 3).astype(np.uint8)
    ben[:4] = np.where(GREY[:4] >= 112, 7, 0)
    tifffile.imwrite(tmp_path / "ben-cell.tif", ben)
    carla = np.where(GREY >= 120, 2, 1).astype(np.uint8)
    write_project(tmp_path / "carla.ilp", [(GREY.shape, blocks_of(carla, 16))], names=("a", "b"))
    config = tmp_path / "three.yaml"
    text = TEN_LINES.format(low=LOW, high=HIGH)
    assert len(text.splitlines()) <= 10
    more = "maps: [disagreement, probability]\nfigure_style: {font: DejaVu Serif, size_pt: 8}\n"
    config.write_text(text + more)
    run(tmp_path, data=tmp_path, config=config)
    results = tmp_path / "results/three"
    fractions = pd.read_csv(results / "tables/volume_fractions.csv")
    levels = {"anna": 105, "ben": 112, "carla": 120}
    expected = {name: (level <= GREY).mean() for name, level in levels.items()}
    found = dict(zip(fractions["user"], fractions["active_fraction"], strict=True))
    assert found == pytest.approx(expected, abs=1e-6)
    # No annotation, no forest.
    assert not list(results.glob("annotations/**/*.tif"))
    assert set(pd.read_csv(results / "tables/effort.csv")["labelled_voxels"]) == {0}
    disagreement = tifffile.imread(results / "maps/cell/raw/finished/recorded_disagreement.tif")
    (variability,) = pd.read_csv(results / "tables/variability.csv").to_dict("records")
    different = variability["mean_percent_different"]
    assert 100 * disagreement.mean() == pytest.approx(different, rel=1e-4)
    book = openpyxl.load_workbook(results / "tables.xlsx", read_only=True)
    assert {"volume_fractions", "recorded_work", "pairwise"} <= set(book.sheetnames)
    methods = (results / "methods.md").read_text(encoding="utf-8")
    mean, sd = 100 * variability["mean"], 100 * variability["sd"]
    assert f"{mean:.1f} ± {sd:.1f} % with finished" in methods
    report = text_of(results)
    assert "Three recorded people who segment" in report
    assert "255 is active material (mean grey level" in report
