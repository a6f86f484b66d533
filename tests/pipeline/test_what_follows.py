"""Other users and ablations: a study that repeats its plan and omits parts of the protocol."""

import copy

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml
from skimage.filters import threshold_otsu

from running import TOP, planned, run

pytestmark = pytest.mark.pipeline

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())


def config_of(folder, **changes):
    config = copy.deepcopy(TINY)
    del config["baseline"], config["sensitivity"], config["datasets"]["NEX-V"]
    drawn = {"method": "drawn_forest", "coverage_percent": 10}
    config["variants"] = {
        "MLX10-central": {**drawn, "slices": "central"},
        "MLX10-uncorrected": {**drawn, "slices": 7, "corrections": False},
        "Otsu": {"method": "otsu"},
    }
    config["plan"] = {
        "simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS", "Otsu"]},
        "drawn": {
            "datasets": "all",
            "filters": ["raw"],
            "variants": ["MLX10", "MLX10-central", "MLX10-uncorrected"],
        },
    }
    config["structures"] = ["sharp_eyed"]
    config["figures"] = ["fig_ablation", "fig_survival", "fig_spread"]
    config["figures"] += ["fig_microstructure", "fig_solid"]
    config["measures"] = ["fractions", "transport", "surfaces", "particles", "pores"]
    config["ablations"] = {
        "Parts": ["MLX10-central", "MLX10-uncorrected", "MLX10"],
        "Nobody varies": ["Otsu", "S2"],
    }
    path = folder / "follows.yaml"
    path.write_text(yaml.safe_dump(config | changes, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("follows")
    run(folder, config=config_of(folder))
    return folder


@pytest.fixture(scope="module")
def results(folder):
    return folder / "results/tiny"


def test_every_variant_is_held_against_the_last_of_its_question(results):
    rows = pd.read_csv(results / "tables/ablation.csv").set_index(["question", "variant"])
    references = {"Parts": "MLX10", "Nobody varies": "S2"}
    fractions = pd.read_csv(results / "tables/volume_fractions.csv")
    sd = fractions.groupby("variant")["active_fraction"].std()
    assert len(rows) == 5
    for (question, variant), row in rows.iterrows():
        assert row["reference"] == references[question]
        assert row["sd"] == pytest.approx(sd[variant], abs=1e-8)
        if question == "Parts" and variant != "MLX10":
            assert row["sd_ratio"] == pytest.approx(sd[variant] / sd["MLX10"], abs=1e-6)
        else:  # the reference itself, and users who never vary
            assert np.isnan(row["sd_ratio"])
    assert "**Parts.**" in (results / "tables/ablation.md").read_text()
    assert (results / "figures/fig_ablation.png").exists()


def test_otsu_is_one_threshold_for_everybody(results):
    image = tifffile.imread(results / "images/NMC-2/raw.tif")
    expected = image > threshold_otsu(image)
    for user in ("A", "B", "C"):
        labels = tifffile.imread(results / f"segmentations/NMC-2/raw/Otsu/{user}.tif")
        assert np.array_equal(labels == 1, expected)


def test_a_central_slice_alone_is_painted(results):
    labels = tifffile.imread(results / "annotations/NMC-2/raw/MLX10-central/A.tif")
    assert np.flatnonzero(labels.any(axis=(1, 2))).size == 1
    labels = tifffile.imread(results / "annotations/NMC-2/raw/MLX10-uncorrected/A.tif")
    assert np.flatnonzero(labels.any(axis=(1, 2))).size == 7


def test_other_users_repeat_the_plan_beside_the_study(results):
    spread = pd.read_csv(results / "tables/structure_spread.csv")
    own = pd.read_csv(results / "tables/variability.csv").set_index("variant")["sd"]
    sds = spread.pivot(index="variant", columns="structure", values="sd")
    assert set(sds) == {"two_class", "sharp_eyed"}
    assert np.allclose(sds["two_class"], own[sds.index])
    people = [name for name in sds.index if name != "Otsu"]
    assert not np.isclose(sds["two_class"], sds["sharp_eyed"])[sds.index.isin(people)].any()
    # The other users are not in the tables of the study itself.
    fractions = pd.read_csv(results / "tables/volume_fractions.csv")
    assert len(fractions) == 6 * 3


def test_every_segmentation_and_the_truth_are_measured(results):
    found = pd.read_csv(results / "tables/microstructure.csv", keep_default_na=False)
    fractions = found[(found["measure"] == "volume_fraction") & (found["phase"] == "active")]
    own = pd.read_csv(results / "tables/volume_fractions.csv")
    assert fractions["value"].to_list() == pytest.approx(own["active_fraction"].to_list())
    truth = pd.read_csv(results / "tables/true_microstructure.csv", keep_default_na=False)
    known = truth[(truth["measure"] == "volume_fraction") & (truth["phase"] == "active")]
    assert known["value"].to_list() == pytest.approx(own["truth_fraction"].unique().tolist())
    # People see two phases; the truth is measured in three as well.
    assert set(found["phase"]) == {"active", "rest"}
    assert {"pore", "pore+cbd", "active|cbd|pore"} < set(truth["phase"])


def test_bias_and_spread_of_each_measure_agree_with_the_other_tables(results):
    spread = pd.read_csv(results / "tables/microstructure_spread.csv")
    chosen = (spread["measure"] == "volume_fraction") & (spread["phase"] == "active")
    rows = spread[chosen].set_index("variant")
    summary = pd.read_csv(results / "tables/accuracy_summary.csv").set_index("variant")
    for column in ("bias", "sd", "rmse"):
        assert np.allclose(rows[column], summary.loc[rows.index, column], atol=1e-7)
    surfaces = spread[spread["measure"] == "specific_surface"].set_index("variant")
    shapes = pd.read_csv(results / "tables/morphology.csv")
    means = shapes.groupby("variant")["specific_surface_per_um"].mean()
    assert np.allclose(surfaces["mean"], means[surfaces.index])
    text = (results / "tables/microstructure_spread.md").read_text()
    assert text.startswith("# Which measures can be trusted")
    assert "| Tortuosity factor, rest |" in text
    for figure in ("fig_microstructure", "fig_solid"):
        assert (results / f"figures/{figure}.svg").stat().st_size > 1000


def test_a_study_without_the_papers_conditions_says_so_and_shows_its_spreads(results):
    # One dataset tests no ordering of the paper; own tomograms never do.
    assert pd.read_csv(results / "tables/survival.csv").empty
    text = (results / "tables/survival.md").read_text()
    assert text.startswith("# What survives other users")
    assert "No ordering of the paper can be tested" in text
    assert (results / "figures/fig_survival.png").exists()


def test_both_are_in_the_report(results):
    page = (results / "report.html").read_text()
    assert "fig_ablation" in page
    assert "fig_survival" in page


def test_another_structure_runs_nothing_of_the_first_again(folder):
    jobs = planned(folder, config=config_of(folder, structures=["sharp_eyed", "contour"]))
    assert jobs["repeat_plan"] == 2
    assert not [rule for rule in jobs if rule.startswith(("annotate_", "segment_", "measure"))]
