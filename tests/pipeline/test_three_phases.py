"""A study whose users label three phases runs through, and every phase is scored."""

import copy

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import TOP, run

pytestmark = pytest.mark.pipeline

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())
PHASES = {"pore": {"code": 30}, "active": {"code": 7}, "cbd": {"code": 2, "colour": "#aa00aa"}}


def config_of(folder, **changes):
    config = copy.deepcopy(TINY) | {"study": "three", "phases": PHASES, "users": ["A", "B"]}
    for key in ("baseline", "sensitivity"):
        del config[key]
    del config["datasets"]["NEX-V"]
    config["plan"] = {
        "all": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS", "ML1", "MLX10"]}
    }
    path = folder / "three.yaml"
    path.write_text(yaml.safe_dump(config | changes, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    run(folder, config=config_of(folder), cores=1)
    return folder / "results/three"


def labels(results, variant, user):
    return tifffile.imread(results / f"segmentations/NMC-2/raw/{variant}/{user}.tif")


def test_active_material_by_threshold_is_that_of_two_phases(three, tiny):
    for user in "AB":
        assert np.array_equal(labels(three, "S2", user) == 7, labels(tiny, "S2", user) == 1)


def test_every_method_labels_every_phase(three):
    for variant in ("S2", "cWS", "ML1", "MLX10"):
        assert set(np.unique(labels(three, variant, "A"))) == {2, 7, 30}, variant


def test_every_phase_is_scored(three):
    scores = pd.read_csv(three / "tables/phase_accuracy.csv")
    assert len(scores) == 4 * 2 * 3
    truth = tifffile.imread(three / "truth/NMC-2.tif")
    by_phase = scores.groupby("phase", sort=False)["true_fraction"].first()
    assert list(by_phase.index) == ["pore", "active", "cbd"]
    for phase, codes in (("pore", [3, 4]), ("active", [1]), ("cbd", [2])):
        assert by_phase[phase] == pytest.approx(np.isin(truth, codes).mean())
    row = scores[(scores["variant"] == "cWS") & (scores["user"] == "A")].set_index("phase")
    assert row.loc["cbd", "fraction"] == pytest.approx((labels(three, "cWS", "A") == 2).mean())
    mixed = pd.read_csv(three / "tables/confusion.csv")
    assert len(mixed) == 4 * 2 * 9
    assert len(pd.read_csv(three / "tables/phase_spread.csv")) == 4 * 3


def test_nothing_of_the_paper_is_claimed(three):
    assert not (three / "tables/claims.csv").exists()
    assert (three / "figures/fig_phases.svg").exists()
    assert (three / "report.html").stat().st_size > 0


def test_what_takes_two_phases_is_refused_before_any_job(tmp_path):
    path = config_of(tmp_path, population={"structure": "contour"}, structures=["sharp_eyed"])
    done = run(tmp_path, "--dry-run", config=path, check=False)
    assert done.returncode
    said = " ".join(done.stdout.split())
    assert "variants.S2: simulated users of the structure contour see two phases only" in said
    assert "structures: structures is for studies of two phases" in said
