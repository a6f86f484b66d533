"""People whose work lies in a folder each, from the images to the report."""

import json

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from manyeyes.files.volumes import read_volume
from own_data import text_of, two_phase
from running import run

pytestmark = pytest.mark.pipeline

GREY = two_phase()
# The scan that the study's 8-bit images are made of: levels 0 to 255 are these grey values.
LOW, HIGH = 10_000, 10_000 + 255 * 80


def study(folder, people, **changes):
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


PLAN = {"all": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS", "ML1", "MLX10"]}}


def test_people_get_images_first_and_then_are_found_in_their_folders(tmp_path):
    config = study(tmp_path, ["ann", "ben", "cy"], plan=PLAN)
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

    variability = pd.read_csv(results / "tables/variability.csv").set_index("variant")
    assert variability["users"].to_dict() == {"S2": 3, "cWS": 1, "ML1": 2, "MLX10": 2}
    assert "ann" in text_of(results)
