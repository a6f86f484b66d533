"""More realisations or users: nothing of the smaller study changes or runs again."""

import copy

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import TOP, planned, run

pytestmark = pytest.mark.pipeline

TINY = yaml.safe_load((TOP / "config/tiny.yaml").read_text())


def config_of(folder, **changes):
    config = copy.deepcopy(TINY) | {"baseline": None, "realisations": 2, "users_per_job": 2}
    del config["datasets"]["NEX-V"]
    config["sensitivity"]["base_runs"] = {"S2": 16, "cWS": 16}
    config["users"] = {"simulated": 4}
    config["plan"] = {
        "simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2", "cWS"]},
        "drawn": {"datasets": "all", "filters": ["raw"], "variants": ["MLX10"]},
    }
    path = folder / "several.yaml"
    path.write_text(yaml.safe_dump(config | changes, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A finished run of four users in two batches on two realisations."""
    folder = tmp_path_factory.mktemp("several")
    run(folder, "tables", config=config_of(folder))
    return folder


def labels(results, dataset, variant, user):
    return tifffile.imread(results / f"segmentations/{dataset}/raw/{variant}/{user}.tif")


def test_the_first_realisation_is_that_of_a_study_with_one(several, tiny):
    results = several / "results/tiny"
    for variant in ("S2", "cWS", "MLX10"):
        for user in ("A", "B", "C"):
            first = labels(results, "NMC-2", variant, user)
            assert np.array_equal(first, labels(tiny, "NMC-2", variant, user)), (variant, user)


def test_another_realisation_is_another_electrode_with_the_same_people(several):
    results = several / "results/tiny"
    truths = [tifffile.imread(results / f"truth/{name}.tif") == 1 for name in ("NMC-2", "NMC-2.r2")]
    # Two independent electrodes of one half active material agree on about half of the voxels.
    assert 0.3 < np.mean(truths[0] == truths[1]) < 0.7
    table = pd.read_csv(results / "tables/volume_fractions.csv")
    assert list(table)[:2] == ["dataset", "realisation"]
    assert set(table["dataset"]) == {"NMC-2"}
    assert (
        table.groupby(["realisation", "variant"])["user"]
        .agg(list)
        .map(lambda users: users == ["A", "B", "C", "U04"])
        .all()
    )


def test_spreads_are_over_users_within_a_realisation(several):
    tables = several / "results/tiny/tables"
    fractions = pd.read_csv(tables / "volume_fractions.csv")
    within = fractions.groupby(["variant", "realisation"])["active_fraction"].var()
    expected = np.sqrt(within.groupby("variant").mean())
    for name in ("variability", "spread"):
        found = pd.read_csv(tables / f"{name}.csv").set_index("variant")
        assert (found["realisations"] == 2).all()
        assert np.allclose(found["sd"], expected[found.index], rtol=1e-6)


def test_more_users_are_more_batches_and_no_earlier_user_again(several):
    jobs = planned(several, config=config_of(several, users={"simulated": 6}))
    heavy = {rule: n for rule, n in jobs.items() if rule.startswith(("annotate_", "segment_"))}
    # Two realisations each.
    assert heavy == {
        f"{stage}_{block}_batch3": 2
        for stage in ("annotate", "segment")
        for block in ("simple", "drawn")
    }
    assert jobs["measure"] == 2


def test_more_realisations_run_no_earlier_one_again(several):
    jobs = planned(several, config=config_of(several, realisations=3))
    assert jobs["rasterise_twin"] == jobs["image_truth"] == 1
    assert jobs["annotate_simple"] == jobs["segment_drawn_batch2"] == 1


def test_a_population_sample_stands_beside_the_study_s_own_users(several):
    tables = several / "results/tiny/tables"
    before = pd.read_csv(tables / "volume_fractions.csv")
    plan = {"few": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}}
    sample = {"users": 7, "users_per_job": 2, "plan": plan}
    config = config_of(several, population_sample=sample)
    jobs = planned(several, "tables", config=config)
    for stage in ("annotate", "segment"):
        heavy = {rule: n for rule, n in jobs.items() if rule.startswith(stage)}
        assert heavy == {
            f"{stage}_population_sample_few": 2,
            f"{stage}_population_sample_few_batch2": 2,
        }
    run(several, "tables", config=config)
    pd.testing.assert_frame_equal(pd.read_csv(tables / "volume_fractions.csv"), before)
    everybody = pd.read_csv(tables / "population_fractions.csv")
    users = ["A", "B", "C", "U04", "U05", "U06", "U07"]
    assert everybody.groupby("realisation")["user"].agg(list).tolist() == [users, users]
    own = before[before["variant"] == "S2"]
    both = own.merge(everybody, on=["realisation", "user"], suffixes=("", "_sampled"))
    assert len(both) == len(own)
    assert (both["active_fraction"] == both["active_fraction_sampled"]).all()
    pairs = pd.read_csv(tables / "population_pairwise.csv")
    assert len(pairs) == 2 * 7 * 6 / 2
    spread = pd.read_csv(tables / "spread.csv").set_index("variant")
    squares = everybody.groupby("realisation")["active_fraction"].var()
    assert spread.loc["S2", "population_sd"] == pytest.approx(np.sqrt(squares.mean()))
    assert spread.loc["S2", "choices"] == 35
    assert 0 <= spread.loc["S2", "place"] <= 1
    assert spread.loc[["cWS", "MLX10"], "population_sd"].isna().all()
