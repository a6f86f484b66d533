"""A folder of slices whose name has a blank, as a newcomer brings it: config, images, edits."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy import ndimage

from manyeyes.commands import new_study
from manyeyes.imaging.conversion import level_of
from running import planned, run

pytestmark = pytest.mark.pipeline


def electrode(shape=(36, 48, 48)):
    """Return 16-bit grey values of two phases."""
    rng = np.random.default_rng(3)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 3)
    grey = np.where(field > 0, 31000, 20000) + rng.normal(0, 1500, shape)
    return np.rint(grey).astype(np.uint16)


def test_a_folder_of_slices_becomes_an_image_and_an_edit_of_a_slice_is_noticed(
    tmp_path, monkeypatch
):
    volume, folder = electrode(), tmp_path / "my scans" / "Zelle 1"
    folder.mkdir(parents=True)
    for k, image in enumerate(volume):
        Image.fromarray(image).save(folder / f"slice {k}.png")
    monkeypatch.chdir(tmp_path)
    arguments = [str(folder), "--voxel-size", "350", "--crop", "32", "--active", "dark"]
    assert new_study.main(arguments) == 0
    target = "results/Zelle-1/images/Zelle-1/raw.tif"
    config = tmp_path / "Zelle-1.yaml"
    run(tmp_path, target, config=config)

    facts = json.loads((tmp_path / "results/Zelle-1/tomograms/Zelle-1.json").read_text())
    image = tifffile.imread(tmp_path / target)
    crop = volume[2:34, 8:40, 8:40]
    low, high = facts["window"][::-1]
    assert low < high
    inside = (crop >= low) & (crop <= high)
    expected = [level_of(value, facts["window"]) for value in crop[inside][::97]]
    assert image[inside][::97].tolist() == expected
    assert facts["contrast_levels"] > 40 and facts["warnings"] == []
    assert any("slice 0.png to slice 35.png" in text for text in facts["assumed"])
    log = next((tmp_path / "results/Zelle-1/logs").rglob("*Zelle-1*.log")).parent.parent
    texts = [path.read_text() for path in log.rglob("*.log")]
    assert any("grey levels lie between the means" in text for text in texts)

    assert planned(tmp_path, target, config=config) == {}
    Image.fromarray(volume[20] + np.uint16(9)).save(folder / "slice 20.png")
    jobs = planned(tmp_path, target, config=config)
    assert jobs["import_tomogram"] == 1
