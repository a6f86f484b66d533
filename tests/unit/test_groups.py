"""Simulated users and recorded people are two groups: each has its own numbers, everywhere."""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from manyeyes.groups import (
    groups_in,
    in_groups,
    judged_group,
    of_group,
)
from manyeyes.measures.tables import (
    Baseline,
    accuracy_summary,
    accuracy_table,
    baseline_table,
    pairwise_table,
    variability_table,
    volume_fractions_table,
)
from manyeyes.paper.claims.placing import choices_table
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.scorecard import scorecard
from manyeyes.statistics.ablations import ablation_table, ablation_text
from manyeyes.statistics.agreement import agreement_tables
from manyeyes.statistics.effort import effort_table
from manyeyes.statistics.grids import users_by_cell
from manyeyes.statistics.recommendation import recommendation_table, recommendation_text
from manyeyes.statistics.tables import (
    Contrast,
    comparison_table,
    error_table,
    mixed_comparison_table,
    pool_errors,
    spread_table,
)
from manyeyes.study.comparisons import (
    cells_with_choices,
    comparisons_of,
    shared_cells,
    users_of_all,
)
from manyeyes.study.model import Cell
from manyeyes.study.reading import study_from_config

Made = namedtuple("Made", "dataset filter variant user made_by")
PEOPLE = {"ann": 9, "bob": 3, "cleo": 6}
SIMULATED = {"A": 4, "B": 5, "C": 7}


def labels_with(active_slices):
    labels = np.full((10, 4, 5), 2, np.uint8)
    labels[:active_slices] = 1
    return labels


def segmentations(variants=("S2", "cWS"), people=PEOPLE):
    """Return simulated users and people who did the same."""
    return [
        (Made("mine", "raw", variant, user, made_by), labels_with(slices + (variant == "cWS")))
        for variant in variants
        for made_by, users in (("simulated", SIMULATED), ("recorded", people))
        for user, slices in users.items()
    ]


def fractions(people=PEOPLE, datasets=("mine",), seed=0):
    """Return volume fractions; those of people scatter more and lie higher."""
    rng = np.random.default_rng(seed)
    rows = [
        (dataset, "raw", variant, user, made_by, base + scale * rng.normal())
        for dataset in datasets
        for variant, scale in (("S2", 0.02), ("cWS", 0.05))
        for made_by, users, base in (("simulated", SIMULATED, 0.4), ("recorded", people, 0.6))
        for user in users
    ]
    columns = ["dataset", "filter", "variant", "user", "made_by", "active_fraction"]
    return pd.DataFrame(rows, columns=columns)


def test_spread_of_simulated_users_does_not_depend_on_people():
    cells = segmentations()
    table = volume_fractions_table(cells, {"mine": "measured"}, {})
    assert list(table)[4:6] == ["user", "made_by"]
    pairs = pairwise_table(cells)
    assert list(pairs)[2:4] == ["variant", "made_by"]
    # Three pairs in each group, and none of a person and a simulated user.
    assert pairs.groupby(["variant", "made_by"]).size().tolist() == [3] * 4
    groups = pairs[["user_a", "user_b"]].map(lambda user: user in PEOPLE)
    assert (groups["user_a"] == groups["user_b"]).all()
    found = variability_table(table, pairs)
    assert list(found)[2:5] == ["variant", "made_by", "users"]
    by_group = found.set_index(["variant", "made_by"])
    assert by_group.loc[("S2", "simulated"), "sd"] == pytest.approx(np.std([4, 5, 7], ddof=1) / 10)
    assert by_group.loc[("S2", "recorded"), "sd"] == pytest.approx(np.std([9, 3, 6], ddof=1) / 10)
    alone = [one for one in cells if one[0].made_by == "simulated"]
    expected = variability_table(
        volume_fractions_table(alone, {"mine": "measured"}, {}), pairwise_table(alone)
    )
    own = of_group(found, "simulated").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected)


def test_accuracy_baseline_and_realisations_are_summed_up_by_group():
    cells = segmentations()
    truth = {"mine": np.where(labels_with(5) == 1, 1, 3).astype(np.uint8)}
    summary = accuracy_summary(accuracy_table(cells, truth)).set_index(["variant", "made_by"])
    assert summary.loc[("S2", "simulated"), "bias"] == pytest.approx(16 / 30 - 0.5)
    assert summary.loc[("S2", "recorded"), "bias"] == pytest.approx(0.1)
    table = volume_fractions_table(cells, {"mine": "twin"}, truth)
    compared = baseline_table(table, {"mine": [Baseline("measured", 0.5)]})
    assert list(compared)[2:4] == ["variant", "made_by"]
    means = compared.set_index(["variant", "made_by"])["mean"]
    assert means[("S2", "recorded")] == pytest.approx(0.6)
    twice = pd.concat([table.assign(realisation=r) for r in ("1", "2")], ignore_index=True)
    pairs = pairwise_table(cells)
    pairs = pd.concat([pairs.assign(realisation=r) for r in ("1", "2")], ignore_index=True)
    over = variability_table(twice, pairs)
    assert list(over)[3:6] == ["made_by", "users", "realisations"]
    assert over["users"].tolist() == [3] * 4


def test_nothing_is_summed_up_over_both_groups():
    with pytest.raises(ValueError, match="two groups"):
        users_by_cell(fractions(), "active_fraction")


@pytest.mark.parametrize("name", ["simulated", "recorded"])
def test_statistics_are_those_of_each_group_alone(name):
    table = fractions(datasets=("one", "two"))
    alone = of_group(table, name).drop(columns="made_by")
    spread = of_group(spread_table(table), name)
    assert list(spread)[2:4] == ["variant", "made_by"]
    assert np.allclose(spread["sd"], spread_table(alone)["sd"])
    contrasts = [
        Contrast("why", ("one", "two"), ("raw", "cWS"), ("raw", "S2"), made_by)
        for made_by in ("simulated", "recorded")
    ]
    for compare in (comparison_table, mixed_comparison_table):
        found = of_group(compare(table, contrasts), name)
        expected = compare(alone, contrasts[:1])
        # A family of its own for Holm's correction.
        for column in ("p_value", "p_holm"):
            assert np.allclose(found[column], expected[column])
    errors = table.assign(bias=table["active_fraction"] - 0.5)
    found = of_group(error_table(errors), name)
    assert np.allclose(found["rmse"], error_table(of_group(errors, name))["rmse"])
    pooled = pool_errors(
        error_table(
            pd.concat([errors.assign(realisation=r) for r in ("1", "2")], ignore_index=True)
        )
    )
    assert np.allclose(of_group(pooled, name)["rmse"], found["rmse"])


def test_ablations_are_answered_by_each_group():
    table = fractions()
    found = ablation_table(table, None, {"Why?": ["cWS", "S2"]})
    assert found["made_by"].tolist() == ["simulated", "recorded"] * 2
    text = ablation_text(found)
    assert text.index("**Simulated users**") < text.index("**Recorded people**")
    # Two people have a spread and no paired test.
    two = {"ann": 9, "bob": 3}
    found = ablation_table(fractions(two), None, {"Why?": ["cWS", "S2"]})
    people = of_group(found, "recorded")
    assert people["sd"].gt(0).all()
    assert people["p_value"].isna().all()
    assert of_group(found, "simulated")["p_value"].notna().sum() == 1


def test_votes_and_effort_know_their_group():
    pairs, groups = agreement_tables(segmentations(variants=["S2"]))
    assert groups["users"].tolist() == [3, 3]
    assert groups["made_by"].tolist() == ["simulated", "recorded"]
    assert set(pairs["made_by"]) == {"simulated", "recorded"}
    made = Made("mine", "raw", "S2", "ann", "recorded")
    assert effort_table([(made, None)], 10)["made_by"].tolist() == ["recorded"]


def test_each_group_gets_its_recommendation():
    table = fractions(datasets=("one",)).assign(bias=lambda t: t["active_fraction"] - 0.4)
    effort = table[["dataset", "filter", "variant", "user", "made_by"]].assign(labelled_voxels=0)
    quality = pd.DataFrame({"dataset": ["one"], "filter": "raw", "contrast_to_noise": 3.0})
    found = recommendation_table(table, quality, effort, ["raw"], {"one": 350.0})
    assert found["made_by"].tolist() == ["simulated", "recorded"]
    assert found["rmse"].iloc[0] < 0.1 < found["rmse"].iloc[1]
    text = recommendation_text(found, ["raw"])
    assert text.index("| simulated users | one ") < text.index("| recorded people | one ")


CLAIMS = {
    "rules": {
        "level": 0.95,
        "least_users": 15,
        "agrees_from": 0.8,
        "majority": 0.5,
        "number_agrees_from": 0.5,
        "similar": 1.5,
        "much": 2,
        "near": 2,
        "near_percent": 0.5,
        "permutations": 99,
        "chance_at_most": 0.2,
    },
    "claims": [
        {
            "id": "C1",
            "place": "here",
            "claim": "cWS spreads more",
            "paper": "SD",
            "kind": "ordering",
            "checks": [
                {
                    "metric": "sd",
                    "where": {"dataset": "mine", "filter": "raw"},
                    "left": {"variant": "S2"},
                    "is": "below",
                    "right": {"variant": "cWS"},
                }
            ],
        }
    ],
}


def test_claims_are_held_against_simulated_users_or_people_alone():
    claims = claims_from_mapping(CLAIMS)
    table = fractions()
    simulated, recorded = (of_group(table, name) for name in ("simulated", "recorded"))
    assert judged_group(table) == judged_group(simulated) == "simulated"
    assert judged_group(recorded) == "recorded"
    both = scorecard({"volume_fractions": table}, claims)
    alone = scorecard({"volume_fractions": simulated}, claims)
    pd.testing.assert_frame_equal(both, alone)
    assert both["made_by"].tolist() == ["simulated"]
    assert both["users"].tolist() == [3]
    people = scorecard({"volume_fractions": recorded}, claims)
    assert people["made_by"].tolist() == ["recorded"]


def test_choices_are_of_users_of_one_group():
    found = choices_table({"volume_fractions": fractions()}, least_users=3)
    assert found["made_by"].tolist() == ["simulated", "recorded"] * 2
    assert found["choices"].tolist() == [1] * 4


def test_what_is_shared_is_shared_within_a_group():
    cells = [Cell("d", "raw", "S2", "A"), Cell("d", "raw", "S2", "ann", "recorded")]
    study = SimpleNamespace(cells=lambda: cells, users={"A": None, "ann": None})
    assert shared_cells(study) == []
    cells.append(Cell("d", "raw", "S2", "bob", "recorded"))
    study.users["bob"] = None
    assert [cell.user for cell in shared_cells(study)] == ["ann", "bob"]
    assert users_of_all(study, "d", "recorded") == ["ann", "bob"]
    assert users_of_all(study, "d", "simulated") == []
    many = [
        Cell("d", "raw", "S2", f"U{i}", "recorded" if i % 2 else "simulated") for i in range(20)
    ]
    assert cells_with_choices(SimpleNamespace(cells=lambda: many, population_sample=None)) == []


def config(**changes):
    files = [
        {
            "name": name,
            "recorded": [
                {
                    "datasets": ["mine"],
                    "filters": ["raw"],
                    "variants": ["S2", "cWS"],
                    "source": {"file": "{user}-{variant}.json"},
                }
            ],
        }
        for name in PEOPLE
    ]
    source = {"kind": "file", "file": "mine.tif"}
    return {
        "study": "mine",
        "seed": 1,
        "datasets": {
            "mine": {
                "material": "NMC811",
                "voxel_size_nm": 350,
                "source": source,
                "crop": {"shape": [24, 48, 48]},
            }
        },
        "filters": {"raw": {"method": "none"}},
        "variants": {
            "S2": {"method": "threshold", "offset": 0},
            "cWS": {"method": "watershed", "seed_error": 0.01},
        },
        "users": ["A", "B", "C", *files],
        "plan": {"p": {"datasets": "all", "filters": "all", "variants": ["S2", "cWS"]}},
        **changes,
    }


def test_a_study_knows_by_whom_each_segmentation_is():
    study = study_from_config(config())
    made = {cell.user: cell.made_by for cell in study.cells()}
    assert made == {**dict.fromkeys("ABC", "simulated"), **dict.fromkeys(PEOPLE, "recorded")}
    assert study.users_of("mine", "raw", "S2", "recorded") == list(PEOPLE)


def test_a_comparison_is_made_by_every_group_that_can():
    entry = {"datasets": "all", "first": ["raw", "cWS"], "second": ["raw", "S2"]}
    study = study_from_config(config())
    assert [one["made_by"] for one in comparisons_of([entry], study)] == ["simulated", "recorded"]
    # Two simulated users and two people are four, and not enough.
    two = config(users=["A", "B", *config()["users"][3:5]])
    assert comparisons_of([entry], study_from_config(two)) == []


def test_rows_of_both_groups_stand_beside_each_other():
    table = pd.DataFrame(
        {
            "dataset": ["d"] * 4,
            "filter": ["raw"] * 4,
            "variant": ["S2", "cWS", "S2", "cWS"],
            "made_by": ["simulated", "simulated", "recorded", "recorded"],
        }
    )
    found = in_groups(lambda part: part.assign(rows=len(part)), table)
    assert found["variant"].tolist() == ["S2", "S2", "cWS", "cWS"]
    assert found["made_by"].tolist() == ["simulated", "recorded"] * 2
    assert list(found) == ["dataset", "filter", "variant", "made_by", "rows"]
    assert list(in_groups(lambda part: part, table.iloc[:0])) == list(table)


def test_an_unknown_group_is_refused():
    with pytest.raises(ValueError, match="found robot"):
        groups_in(pd.DataFrame({"made_by": ["robot"]}))
