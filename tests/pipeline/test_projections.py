"""Studies that start at the projections of a scan: a file's, and a twin's."""

import json

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from manyeyes.labels import ACTIVE
from manyeyes.projections.forward import scan
from running import clone, planned, run

pytestmark = pytest.mark.pipeline

SHAPE = (20, 32, 32)
MU = 0.01
TABLES = ("projections", "reconstruction_scores", "volume_fractions", "image_quality")


def beads():
    """Return which voxels of SHAPE are in beads, bool; about a third."""
    z, y, x = (np.arange(edge) for edge in SHAPE)
    inside = np.zeros(SHAPE, bool)
    for centre in np.random.default_rng(0).uniform(4, 28, (14, 3)) * [0.6, 1, 1]:
        squares = [(axis - c) ** 2 for axis, c in zip((z, y, x), centre, strict=True)]
        inside |= squares[0][:, None, None] + squares[1][:, None] + squares[2] < 25
    return inside


def write_scan(path):
    """Write a scan of the beads: 90 projections, their axis at column 24.5 of 52."""
    from manyeyes.files.projections.dxchange import write_dxchange

    seen = scan(
        (MU * beads()).astype(np.float32),
        "beads",
        projections_count=90,
        photons=50_000,
        columns=52,
        centre=24.5,
    )
    write_dxchange(path, seen.counts, seen.whites, seen.darks, seen.angles_deg)


def study():
    phase = {"distance_mm": 0.01, "energy_kev": 20, "delta_over_beta": 5}
    return {
        "study": "mine",
        "seed": 1,
        "electrodes": {"one": {"kind": "nmc", "size_um": [25, 25, 25], "active_fraction": 0.45}},
        "datasets": {
            "beads": {
                "material": "glass",
                "voxel_size_nm": 500,
                "source": {
                    "kind": "projections",
                    "file": "beads.h5",
                    # Two slabs of rows; the slices are 32 of the 52 columns.
                    "reconstruction": {
                        "field": [10, 42, 10, 42],
                        "rows": [2, 18],
                        "slab": 12,
                        "rings": True,
                        "ring_large": 9,
                        "ring_small": 3,
                        "phase": phase,
                    },
                },
                "crop": {"shape": [16, 32, 32]},
                "grey_window": {"percentiles": [0.1, 99.9]},
            },
            "twin": {
                "material": "NMC532",
                "voxel_size_nm": 397,
                "source": {
                    "kind": "scanned_twin",
                    "electrode": "one",
                    "scan": {
                        "photons": 100_000,
                        "projections": 120,
                        "dead_share": 0.002,
                        "axis_offset": 1.4,
                        "material": "nmc532",
                        "energy_kev": 40,
                    },
                },
                "crop": {"shape": [48, 48, 48]},
            },
        },
        "users": ["A", "B"],
        "figures": ["fig_projections"],
        "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }


def write_study(folder, config=None):
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(config or study()))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a scan, and a copy of the code in it."""
    folder = tmp_path_factory.mktemp("projections")
    clone(folder)
    write_scan(folder / "beads.h5")
    return folder


def table(folder, name):
    return pd.read_csv(folder / f"results/mine/tables/{name}.csv")


def test_a_study_from_projections_stops_and_resumes_and_comes_to_the_same(folder, tmp_path):
    # A reconstruction that fails, and one that is done in one go by two cores.
    script = folder / "workflow/scripts/reconstruct_slices.py"
    whole = script.read_text()
    script.write_text('raise SystemExit("the power is gone")\n')
    options = {"snakefile": folder / "Snakefile", "config": write_study(folder), "cores": 1}
    stopped = run(folder, data=folder, check=False, **options)
    assert stopped.returncode != 0 and "the power is gone" in stopped.stdout
    script.write_text(whole)
    left = planned(folder, data=folder, **options)
    assert left["reconstruct_slices"] == 2
    assert not {"normalise_projections", "retrieve_phase", "prepare_projections"} & set(left)
    run(folder, data=folder, **options)
    assert planned(folder, data=folder, **options) == {}
    check_results(folder)
    more = {"snakefile": folder / "Snakefile", "config": write_study(tmp_path), "cores": 2}
    wanted = [f"results/mine/tables/{name}.csv" for name in TABLES]
    wanted.append("results/mine/figures/fig_projections.png")
    run(tmp_path, *wanted, data=folder, **more)
    for name in wanted + [f"results/mine/projections/{d}/slices.tif" for d in ("beads", "twin")]:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    # Another window of grey levels keeps the slices.
    config = study()
    config["datasets"]["twin"]["grey_window"] = {"percentiles": [1, 99]}
    options["config"] = write_study(folder, config)
    left = planned(folder, data=folder, **options)
    assert left["import_tomogram"] == 1 and "reconstruct_slices" not in left


def check_results(folder):
    results = folder / "results/mine"
    rows = table(folder, "projections").set_index("dataset")
    assert rows.loc["beads", ["projections", "rows", "columns"]].tolist() == [90, 20, 52]
    assert rows.loc["beads", "axis_column"] == pytest.approx(24.5, abs=0.1)
    assert rows.loc["twin", "dead"] == rows.loc["twin", "dead_true"] > 0
    assert rows.loc["twin", "axis_column"] == pytest.approx(
        rows.loc["twin", "axis_column_true"], abs=0.2
    )
    slices = tifffile.imread(results / "projections/beads/slices.tif")
    inside = beads()[2:18]
    assert slices.shape == inside.shape
    assert slices[inside].mean() > 0.7 * MU > 0.3 * MU > slices[~inside].mean()
    (score,) = table(folder, "reconstruction_scores").to_dict("records")
    assert score["dataset"] == "twin" and score["dice"] > 0.85
    truth = tifffile.imread(results / "truth/twin.tif")
    assert score["volume_fraction_true"] == pytest.approx(np.mean(truth == ACTIVE))
    fractions = table(folder, "volume_fractions").set_index(["dataset", "user"])
    assert fractions["origin"].to_dict() == {
        ("beads", "A"): "measured",
        ("beads", "B"): "measured",
        ("twin", "A"): "twin",
        ("twin", "B"): "twin",
    }
    assert not list(results.glob("projections/*/*.npy"))
    assert not list(results.glob("projections/*/scan.h5"))
    report = (results / "report.html").read_text(encoding="utf-8")
    assert "From projections to slices" in report
    axis = json.loads((results / "projections/beads/axis.json").read_text())
    assert axis["axis_found"] is True
    log = (results / "logs/prepare_projections/beads.log").read_text()
    assert "slabs: 2 of 2" in log


def test_a_scan_without_whites_stops_the_run_before_any_job(tmp_path):
    import h5py

    write_scan(tmp_path / "beads.h5")
    with h5py.File(tmp_path / "beads.h5", "r+") as file:
        del file["exchange/data_white"]
    done = run(tmp_path, data=tmp_path, config=write_study(tmp_path), check=False)
    assert done.returncode != 0
    assert "These input files do not fit" in done.stdout
    assert "datasets.beads" in done.stdout and "no images of the open beam" in done.stdout
    assert not list((tmp_path / "results").rglob("*.tif"))
