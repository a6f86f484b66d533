"""Networks as variants of users: from drawings to tables and a figure, and what reruns."""

import copy

import pandas as pd
import pytest
import tifffile
import yaml

from manyeyes.devices import is_installed
from running import TOP, planned, run

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.skipif(not is_installed(), reason="JAX is not installed"),
]

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
NETWORK = {
    "method": "drawn_network",
    "drawings_of": "MLX25",
    "architecture": "lrcs",
    "start": "twins",
}
VARIANTS = ["NET", "NET.seed2", "NET.seed3"]


def config_of(folder, seeds=3, **changes):
    config = copy.deepcopy(TINY) | {"study": "nets", "users": ["A", "B"], "users_per_job": 1}
    for key in ("baseline", "sensitivity"):
        del config[key]
    config |= {
        "network": {"epochs": 2, "width": 2},
        "start_networks": {
            "twins": {"architecture": "lrcs", "datasets": ["NEX-V"], "filter": "raw", "slices": 5}
        },
        "variants": {"NET": NETWORK | {"seeds": seeds}},
        "plan": {
            "people": {"datasets": ["NMC-2"], "filters": ["raw"], "variants": ["S2", "MLX25"]},
            "networks": {"datasets": ["NMC-2"], "filters": ["raw"], "variants": ["NET"]},
        },
        "comparisons": [],
        "figures": ["fig_networks"],
    }
    path = folder / "nets.yaml"
    path.write_text(yaml.safe_dump(config | changes, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    run(folder, config=config_of(folder), cores=2)
    return folder


def test_every_seed_of_every_user_is_trained_measured_and_drawn(finished):
    results = finished / "results/nets"
    fractions = pd.read_csv(results / "tables/volume_fractions.csv")
    assert set(fractions["variant"]) == {"S2", "MLX25", *VARIANTS}
    assert len(fractions) == 2 * 5
    trainings = pd.read_csv(results / "tables/trainings.csv")
    assert list(trainings["seed"]) == [1, 1, 2, 2, 3, 3]
    assert (trainings["epochs"] == 2).all() and (trainings["held_out"] > 0).all()
    effort = pd.read_csv(results / "tables/effort.csv").set_index(["variant", "user"])
    for user in "AB":
        drawn = effort.loc[("MLX25", user), "labelled_voxels"]
        assert effort.loc[("NET.seed2", user), "labelled_voxels"] == drawn > 0
    variances = pd.read_csv(results / "tables/network_variance.csv")
    assert set(variances["component"]) == {"user", "seed", "rest", "another_seed", "one_training"}
    bias = pd.read_csv(results / "tables/label_bias.csv")
    assert list(bias["variant"]) == ["MLX25", "MLX25"]
    (alone,) = pd.read_csv(results / "tables/start_accuracy.csv").itertuples()
    assert (alone.dataset, alone.filter, alone.start) == ("NMC-2", "raw", "twins")
    assert 0 < alone.voxel_error < 1
    strokes = pd.read_csv(results / "tables/network_strokes.csv")
    assert strokes["segmenter"].iloc[0] == "twins alone"
    # Two users are too few for a line, and the text says so.
    assert "nothing can be said" in (results / "tables/network_inheritance.md").read_text()
    assert "lrcs from twins" in (results / "tables/network_strokes.md").read_text()
    assert (results / "figures/fig_networks.svg").stat().st_size > 10_000
    assert "network" in (results / "report.html").read_text().lower()
    with tifffile.TiffFile(results / "segmentations/NMC-2/raw/NET.seed2/A.tif") as file:
        assert "network lrcs" in file.imagej_metadata["Info"]
    assert not list((results / "networks").rglob("*.checkpoint"))


def test_only_what_is_new_is_trained(finished):
    assert planned(finished, config=finished / "nets.yaml") == {}
    jobs = planned(finished, config=config_of(finished, seeds=4))
    assert (jobs["train_network"], jobs["apply_network"]) == (2, 2)
    assert not {"annotate_people", "segment_people", "train_start_network"} & jobs.keys()
    changed = NETWORK | {"epochs": 3}
    jobs = planned(finished, config=config_of(finished, variants={"NET": changed}))
    assert (jobs["train_network"], jobs["apply_network"]) == (6, 6)
    assert not {"annotate_people", "segment_people", "train_start_network"} & jobs.keys()
    # The device is no setting of the result.
    config_of(finished, network={"epochs": 2, "width": 2, "device": "gpu"})
    assert planned(finished, config=finished / "nets.yaml") == {}
