"""A round field of view and dark active material, from the file to the tables."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

import two_phases
from running import run

pytestmark = pytest.mark.pipeline


def study(**datasets):
    common = {"material": "NMC", "voxel_size_nm": 400}
    return {
        "study": "views",
        "seed": 1,
        "users": ["A", "B"],
        "figures": ["fig_s1"],
        "datasets": {
            name: {
                **common,
                "source": {"kind": "file", "file": f"{name}.tif"},
                "crop": {"shape": shape},
                **more,
            }
            for name, (shape, more) in datasets.items()
        },
        "plan": {"simple": {"datasets": "all", "filters": "all", "variants": ["S2", "cWS"]}},
    }


def round_view(folder):
    """Write a tomogram with a round field of view, 0 outside; return the fraction within."""
    image, inside, truth = two_phases.round_view()
    tifffile.imwrite(folder / "round.tif", image)
    return truth[inside].mean(), int(inside.sum())


def test_the_outside_does_not_count_and_dark_material_is_active(tmp_path):
    expected, voxels = round_view(tmp_path)
    tifffile.imwrite(tmp_path / "dark.tif", 255 - two_phases.two_phase(fraction=0.7)[0])
    path = tmp_path / "study.yaml"
    config = study(
        round=([24, 64, 64], {"mask": "circle"}), dark=([24, 48, 48], {"active": "dark"})
    )
    path.write_text(yaml.safe_dump(config))
    folder = tmp_path / "results/views"
    names = ("volume_fractions", "pairwise", "image_quality", "morphology")
    targets = [f"results/views/tables/{name}.csv" for name in names]
    run(tmp_path, *targets, config=path, data=tmp_path)
    found = pd.read_csv(folder / "tables/volume_fractions.csv")
    of_round, of_dark = (found[found.dataset == name] for name in ("round", "dark"))
    assert expected == pytest.approx(0.518, abs=0.0005)
    # The filter blurs small blobs, so thresholds vary more after it, with or without a mask.
    near = of_round["filter"].map({"raw": 0.01, "gaussian": 0.025})
    assert (abs(of_round.active_fraction - expected) < near).all()
    assert set(of_round.voxels) == {voxels}
    assert (abs(of_dark.active_fraction - 0.70) < 0.015).all()
    mask = tifffile.imread(folder / "masks/round.tif")
    assert mask.dtype == np.uint8
    assert mask.sum() == voxels
    assert not (folder / "masks/dark.tif").exists()
    labels = tifffile.imread(folder / "segmentations/round/gaussian/cWS/A.tif")
    assert np.array_equal(labels > 0, mask == 1)
    log = (folder / "logs/import_tomogram/dark.log").read_text()
    assert "inverted" in log


def test_a_field_of_view_without_a_mask_stops(tmp_path):
    round_view(tmp_path)
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study(round=([24, 64, 64], {}))))
    target = "results/views/tomograms/round.tif"
    done = run(tmp_path, target, config=path, data=tmp_path, check=False)
    assert done.returncode != 0
    assert "datasets.round: the grey value 0 fills 59 % of the border" in done.stdout
    for advice in ("mask: {outside: 0}", "mask: circle", "mask: none"):
        assert advice in done.stdout
