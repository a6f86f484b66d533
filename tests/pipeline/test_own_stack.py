"""A user's own slices: the same result as from the twin that they were taken from."""

import pandas as pd
import pytest
import tifffile
import yaml

from running import TOP, run

pytestmark = pytest.mark.pipeline


def as_folder(slices, folder):
    (folder / "sem").mkdir()
    for k, image in enumerate(slices, start=1):
        tifffile.imwrite(folder / "sem" / f"slice_{k:04d}.tif", image)
    return "sem"


def as_one_file(slices, folder):
    tifffile.imwrite(folder / "stack.tif", slices)
    return "stack.tif"


@pytest.mark.parametrize("written", [as_folder, as_one_file])
def test_own_slices_end_at_the_twins_fraction(tiny, tmp_path, written):
    name = written(tifffile.imread(tiny / "fibsem" / "raw.tif"), tmp_path)
    config = yaml.safe_load((TOP / "config" / "tiny.yaml").read_text())
    layout = yaml.safe_load((tiny / "fibsem" / "layout.json").read_text())
    config["study"] = "own"
    config["baseline"]["fibsem"]["source"] = {"kind": "file", "file": name, **layout}
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    results = tmp_path / "results" / "own"
    wanted = ["baseline/block.csv", "baseline/scatter.csv", "figures/fig_fibsem.png"]
    run(tmp_path, "--", *(f"results/own/{w}" for w in wanted), config=path, data=tmp_path)
    own = pd.read_csv(results / "baseline" / "block.csv")
    twins = pd.read_csv(tiny / "baseline" / "block.csv")
    for column in ("active_fraction", "active_fraction_filled", "voxels"):
        assert own[column].equals(twins[column])
    assert own["truth_fraction"].isna().all()
    assert pd.read_csv(results / "baseline" / "scatter.csv")["scatter_in_electrode"].isna().all()
    assert (results / "figures" / "fig_fibsem.png").stat().st_size > 5000
