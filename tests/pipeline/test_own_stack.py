"""A user's own slices: the same result as from the twin that they were taken from."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import TOP, run

pytestmark = pytest.mark.pipeline


def own_study(tiny, folder, name):
    """Return a config whose stack is a file or a folder with the slices of the twin."""
    config = yaml.safe_load((TOP / "config" / "tiny.yaml").read_text())
    layout = yaml.safe_load((tiny / "fibsem" / "layout.json").read_text())
    config["study"] = "own"
    config["baseline"]["fibsem"]["source"] = {"kind": "file", "file": name, **layout}
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def test_one_file_with_all_slices_is_the_same_stack(tiny, tmp_path):
    slices = tifffile.imread(tiny / "fibsem" / "raw.tif")
    tifffile.imwrite(tmp_path / "stack.tif", slices)
    config = own_study(tiny, tmp_path, "stack.tif")
    run(tmp_path, "results/own/fibsem/raw.tif", config=config, data=tmp_path)
    found = tmp_path / "results" / "own" / "fibsem"
    assert np.array_equal(tifffile.imread(found / "raw.tif"), slices)
    for name in ("layout.json", "repairs.csv"):
        assert (found / name).read_bytes() == (tiny / "fibsem" / name).read_bytes()


def test_own_slices_end_at_the_twins_fraction(tiny, tmp_path):
    (tmp_path / "sem").mkdir()
    for k, image in enumerate(tifffile.imread(tiny / "fibsem" / "raw.tif"), start=1):
        tifffile.imwrite(tmp_path / "sem" / f"slice_{k:04d}.tif", image)
    config = own_study(tiny, tmp_path, "sem")
    results = tmp_path / "results" / "own"
    wanted = ["baseline/block.csv", "baseline/scatter.csv", "figures/fig_fibsem.png"]
    run(tmp_path, "--", *(f"results/own/{w}" for w in wanted), config=config, data=tmp_path)
    own = pd.read_csv(results / "baseline" / "block.csv")
    twins = pd.read_csv(tiny / "baseline" / "block.csv")
    for column in ("active_fraction", "active_fraction_filled", "voxels"):
        assert own[column].equals(twins[column])
    assert own["truth_fraction"].isna().all()
    assert pd.read_csv(results / "baseline" / "scatter.csv")["scatter_in_electrode"].isna().all()
    assert (results / "figures" / "fig_fibsem.png").stat().st_size > 5000
