"""A fetched file is kept, whatever folder of local copies is named later."""

import hashlib

import numpy as np
import pytest
import tifffile
import yaml

from running import run

pytestmark = pytest.mark.pipeline


def test_a_file_that_is_there_is_not_removed_for_another_folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    path = data / "cell.tif"
    tifffile.imwrite(path, np.random.default_rng(0).integers(0, 256, (24, 48, 48), np.uint8))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    source = {"kind": "file", "file": "cell.tif", "url": "https://127.0.0.1:9/x", "sha256": sha256}
    cell = {"material": "NMC", "voxel_size_nm": 400, "source": source}
    config = {
        "study": "mine",
        "seed": 1,
        "users": ["A", "B"],
        "datasets": {"cell": {**cell, "crop": {"shape": [24, 48, 48]}}},
        "plan": {"all": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(config))
    target = f"resources/{sha256[:12]}/cell.tif"
    run(tmp_path, target, config=study, data=data)
    path.unlink()
    for folder in (tmp_path, None):
        again = run(tmp_path, target, config=study, data=folder)
        assert "Nothing to be done" in again.stdout
    # Also when Snakemake removes it to run the rule again, as after an edit of its code.
    run(tmp_path, target, "--forcerun", "fetch_file", config=study)
    assert hashlib.sha256((tmp_path / target).read_bytes()).hexdigest() == sha256
