"""The tables of statistics on the tiny study: complete, and consistent with the others."""

import numpy as np
import pandas as pd
import pytest
import tifffile

pytestmark = pytest.mark.pipeline

GROUP = ["dataset", "filter", "variant"]


def table(results, name):
    return pd.read_csv(results / "tables" / f"{name}.csv", keep_default_na=False, na_values=[""])


def test_every_claim_has_its_verdict(tiny):
    claims = table(tiny, "claims")
    first = ["id", "claim", "paper_value", "our_value", "low", "high", "verdict", "reason"]
    assert list(claims)[:8] == first
    assert claims["id"].tolist() == [f"C{i:03d}" for i in range(1, 115)]
    summary = table(tiny, "claims_summary").set_index("verdict")["claims"]
    assert summary.sum() == 114
    assert summary["undecided"] == (claims["verdict"] == "undecided").sum() > 0


def test_spreads_and_errors_are_those_of_the_other_tables(tiny):
    variability = table(tiny, "variability").set_index(GROUP)
    spread, errors = (table(tiny, name).set_index(GROUP) for name in ("spread", "errors"))
    assert set(spread.index) == set(variability.index) == set(errors.index)
    assert np.allclose(spread["sd"], variability["sd"].loc[spread.index])
    rmse = errors["bias"] ** 2 + 2 / 3 * errors["sd"] ** 2
    assert np.allclose(errors["rmse"] ** 2, rmse)


def test_comparisons_are_those_of_the_list_that_the_study_can_make(tiny):
    comparisons = table(tiny, "comparisons")
    assert comparisons["comparison"].nunique() == 7
    assert (
        comparisons.groupby("comparison")["dataset"]
        .agg(list)
        .map(lambda found: found == ["NMC-2", "NEX-V"])
        .all()
    )
    assert set(table(tiny, "comparisons_over_datasets")["scope"]) == {"fixed"}


def test_agreement_is_that_of_the_labels(tiny):
    pairs = table(tiny, "agreement")
    assert len(pairs) == len(table(tiny, "pairwise"))
    row = pairs.iloc[-1]
    folder = tiny / "segmentations" / row["dataset"] / row["filter"] / row["variant"]
    a, b = (tifffile.imread(folder / f"{row[user]}.tif") == 1 for user in ("user_a", "user_b"))
    assert row["dice"] == pytest.approx(2 * np.sum(a & b) / (a.sum() + b.sum()))
    assert len(table(tiny, "concentration")) == 3 * len(table(tiny, "group_agreement"))


def test_effort_is_what_was_drawn(tiny):
    effort = table(tiny, "effort").set_index([*GROUP, "user"])["labelled_voxels"]
    drawn = tifffile.imread(tiny / "annotations/NMC-2/raw/MLX25/B.tif")
    assert effort["NMC-2", "raw", "MLX25", "B"] == np.count_nonzero(drawn) > 0
    by_threshold = [name for name in effort.index if not name[2].startswith("MLX")]
    assert (effort[by_threshold] == 0).all()


def test_the_recommendation_is_the_lowest_error(tiny):
    found = table(tiny, "recommendation").set_index("dataset")
    errors = table(tiny, "errors")
    # Deliberate offsets are no candidates.
    errors = errors[~errors["variant"].isin(["S1", "S3"])]
    assert set(found.index) == {"NMC-2", "NEX-V"}
    for dataset, rows in errors.groupby("dataset"):
        assert found.loc[dataset, "rmse"] == pytest.approx(rows["rmse"].min())
    text = (tiny / "tables/recommendation.md").read_text()
    assert all(variant in text for variant in found["variant"])


def test_the_traits_of_users_are_explored(tiny):
    found = table(tiny, "sensitivity")
    assert found.groupby("variant")["runs"].first().to_dict() == {"S2": 5 * 256, "cWS": 6 * 16}
    by_threshold = found[found["variant"] == "S2"].set_index("factor")
    assert set(by_threshold.index) == {"eye_sigma_px", "criterion", "session_jitter"}
    # Another criterion moves the threshold, and so the fraction: this effect must be the largest.
    assert by_threshold["total"].idxmax() == "criterion"
    text = (tiny / "tables/sensitivity.md").read_text()
    assert "**S2.** First the choice between specks and holes" in text
    assert (tiny / "figures/fig_sensitivity.png").exists()
