"""A study that fails in part: what is finished is reported, and the rest is made later."""

import subprocess
import sys

import numpy as np
import pytest
import tifffile
import yaml

pytestmark = pytest.mark.pipeline


def two_phase(fraction=0.5):
    rng = np.random.default_rng(0)
    z, y, x = np.indices((12, 32, 32))
    waves = np.sin(x / 3) + np.sin(y / 4) + np.sin(z / 3)
    truth = waves > np.quantile(waves, 1 - fraction)
    return np.clip(np.where(truth, 160, 60) + rng.normal(0, 12, truth.shape), 0, 255).astype("u1")


@pytest.fixture
def study(tmp_path):
    """A config with a good tomogram and one of a single grey value, in a folder of its own."""
    tifffile.imwrite(tmp_path / "good.tif", two_phase())
    tifffile.imwrite(tmp_path / "flat.tif", np.full((12, 32, 32), 1000, "u2"))
    crop = {"shape": [12, 32, 32]}
    named = {"material": "NMC532", "voxel_size_nm": 400, "crop": crop}
    config = {
        "study": "mine",
        "seed": 1,
        "data_folder": str(tmp_path),
        "datasets": {
            name: named
            | {
                "source": {"kind": "file", "file": f"{name}.tif"},
                "grey_window": {"percentiles": [0, 100]},
            }
            for name in ("good", "flat")
        },
        "users": ["A", "B"],
        "figures": ["fig_spread"],
        "comparisons": [],
        "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def run_study(config, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "manyeyes", "run", config.name, *arguments],
        cwd=config.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_what_is_finished_is_reported_and_the_rest_made_later(study):
    results = study.parent / "results" / "mine"
    done = run_study(study)
    assert done.returncode == 1
    # The last lines say what failed and where to look.
    end = done.stdout[-1500:]
    assert "1 job failed" in end
    assert "import_tomogram: datasets.flat" in end
    assert "report.html shows what is finished" in end
    report = (results / "report.html").read_text()
    assert "This study is not finished" in report
    assert "2 of 4 segmentations are missing." in report
    assert "Missing: S2 on flat (raw) by A, B." in report
    fractions = (results / "tables" / "volume_fractions.csv").read_text()
    assert "good," in fractions
    assert "flat," not in fractions

    # Once the cause is fixed, the same command makes the rest.
    tifffile.imwrite(study.parent / "flat.tif", two_phase(0.6))
    done = run_study(study)
    assert done.returncode == 0, done.stdout[-3000:]
    report = (results / "report.html").read_text()
    assert "This study is not finished" not in report
    assert (results / "tables" / "volume_fractions.csv").read_text().count("flat,") == 2
    assert not (results / "unfinished.json").exists()
    assert "Done. Look at results/mine/report.html" in done.stdout

    # A deleted result is made again; an altered one is not accepted as a result.
    labels = results / "segmentations/good/raw/S2/A.tif"
    before = labels.read_bytes()
    labels.unlink()
    assert run_study(study).returncode == 0
    assert labels.read_bytes() == before
    altered = tifffile.imread(labels)
    altered[3, 3, 3] = 3 - altered[3, 3, 3]
    tifffile.imwrite(labels, altered)
    done = run_study(study)
    assert done.returncode == 1
    assert "changed after they were made:\n  results/mine/segmentations/good/raw/S2/A.tif" in (
        done.stdout
    )
