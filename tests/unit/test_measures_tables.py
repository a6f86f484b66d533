"""The tidy tables: columns, types, order, and the numbers in them."""

import itertools
from collections import namedtuple

import numpy as np
import pandas as pd
import pytest

from manyeyes.measures.tables import (
    PAPER,
    Baseline,
    accuracy_summary,
    accuracy_table,
    baseline_table,
    first_realisation,
    image_quality_table,
    listed_realisations,
    morphology_table,
    pairwise_table,
    variability_table,
    volume_fractions_table,
)
from manyeyes.randomness import generator

Cell = namedtuple("Cell", "dataset filter variant user made_by", defaults=["simulated"])
Image = namedtuple("Image", "dataset filter")
ORIGINS = {"NMC-1": "twin", "NEX-V": "twin", "real": "measured"}


def labels_with(active_slices):
    labels = np.full((10, 4, 5), 2, dtype=np.uint8)
    labels[:active_slices] = 1
    return labels


@pytest.fixture
def truths():
    truth = np.full((10, 4, 5), 3, dtype=np.uint8)
    truth[:5] = 1
    truth[1] = 4
    return {"NMC-1": truth, "NEX-V": truth.copy()}


@pytest.fixture
def segmentations():
    slices = {"A": 4, "B": 5, "C": 7}
    cells = [
        (Cell(dataset, "raw", variant, user), labels_with(slices[user]))
        for dataset in ("NEX-V", "real")
        for variant in ("cWS", "S2")
        for user in ("A", "B", "C")
    ]
    return [*cells, (Cell("real", "raw", "recorded", "person"), labels_with(6))]


@pytest.fixture
def fractions(segmentations, truths):
    return volume_fractions_table(segmentations, ORIGINS, truths)


def test_volume_fractions(fractions):
    assert list(fractions) == [
        "dataset",
        "origin",
        "filter",
        "variant",
        "user",
        "made_by",
        "active_fraction",
        "voxels",
        "truth_fraction",
        "truth_fraction_filled",
    ]
    assert list(fractions["variant"])[:6] == ["cWS"] * 3 + ["S2"] * 3
    assert list(fractions["active_fraction"])[:3] == [0.4, 0.5, 0.7]
    assert (fractions["voxels"] == 200).all()
    twin = fractions[fractions["dataset"] == "NEX-V"]
    assert (twin["truth_fraction"] == 0.4).all()
    assert (twin["truth_fraction_filled"] == 0.5).all()
    measured = fractions[fractions["dataset"] == "real"]
    assert (measured["origin"] == "measured").all()
    assert measured[["truth_fraction", "truth_fraction_filled"]].isna().all(axis=None)


def test_volume_fractions_want_an_origin(segmentations):
    with pytest.raises(ValueError, match="NEX-V has no origin"):
        volume_fractions_table(segmentations, {}, {})


def test_pairs_are_all_pairs_of_one_image_and_variant(segmentations):
    pairs = pairwise_table(iter(segmentations))
    assert len(pairs) == 4 * 3
    first = pairs.iloc[:3]
    assert list(first["user_a"] + first["user_b"]) == ["AB", "AC", "BC"]
    assert np.allclose(first["percent_different"], [10, 30, 20])
    assert "recorded" not in set(pairs["variant"])


def test_pairs_want_users_together_and_unique(segmentations):
    with pytest.raises(ValueError, match="follow one another"):
        pairwise_table(sorted(segmentations, key=lambda pair: pair[0].user))
    with pytest.raises(ValueError, match="user A appears twice"):
        pairwise_table([segmentations[0], segmentations[0]])


def test_variability(fractions, segmentations):
    table = variability_table(fractions, pairwise_table(segmentations))
    assert list(table) == [
        "dataset",
        "filter",
        "variant",
        "made_by",
        "users",
        "mean",
        "sd",
        "mean_percent_different",
    ]
    row = table.iloc[0]
    assert row["users"] == 3
    assert row["mean"] == pytest.approx(1.6 / 3)
    assert row["sd"] == pytest.approx(np.std([0.4, 0.5, 0.7], ddof=1))
    assert row["mean_percent_different"] == pytest.approx(20)


def test_a_recorded_user_has_no_spread_and_changes_nobody_elses(fractions, segmentations):
    table = variability_table(fractions, pairwise_table(segmentations))
    recorded = table[table["variant"] == "recorded"].iloc[0]
    assert recorded["users"] == 1
    assert recorded["mean"] == 0.6
    assert np.isnan(recorded["sd"])
    assert np.isnan(recorded["mean_percent_different"])
    simulated = fractions[fractions["variant"] != "recorded"]
    without = variability_table(simulated, pairwise_table(segmentations[:-1]))
    pd.testing.assert_frame_equal(table[table["variant"] != "recorded"], without)


def test_variability_wants_every_pair(fractions, segmentations):
    pairs = pairwise_table(segmentations)
    with pytest.raises(ValueError, match="3 users, so 3 pairs, but 2"):
        variability_table(fractions, pairs.iloc[1:])


def test_accuracy(segmentations, truths):
    table = accuracy_table(segmentations, truths)
    assert list(table)[:8] == [*Cell._fields, "bias", "dice", "voxel_error"]
    assert set(table["dataset"]) == {"NEX-V"}
    assert np.allclose(table["bias"].iloc[:3], [0.0, 0.1, 0.3])
    assert np.allclose(table["bias_filled"].iloc[:3], [-0.1, 0.0, 0.2])
    assert np.allclose(table["voxel_error_filled"].iloc[:3], [0.1, 0.0, 0.2])


def test_rmse_splits_into_bias_and_spread(segmentations, truths):
    summary = accuracy_summary(accuracy_table(segmentations, truths))
    n = summary["users"]
    expected = summary["bias"] ** 2 + (n - 1) / n * summary["sd"] ** 2
    assert np.allclose(summary["rmse"] ** 2, expected)
    assert (n == 3).all()


def test_baseline_parts_add_up(fractions):
    block = Baseline("measured", 0.52, truth_fraction=0.53)
    table = baseline_table(fractions, {"NEX-V": [block, PAPER]})
    assert set(table["dataset"]) == {"NEX-V"}
    assert list(table["baseline_source"]) == ["measured", "paper"] * 2
    measured, paper = table.iloc[0], table.iloc[1]
    mean = 1.6 / 3
    assert measured["difference_points"] == pytest.approx(100 * (mean - 0.52))
    assert measured["difference_percent"] == pytest.approx(100 * (mean - 0.52) / 0.52)
    assert measured["truth_fraction"] == 0.5
    assert measured["sampling_difference"] == pytest.approx(-3)
    assert measured["segmentation_difference"] == pytest.approx(100 * (mean - 0.5))
    assert measured["baseline_error"] == pytest.approx(-1)
    assert measured["difference_points"] == pytest.approx(
        measured["segmentation_difference"]
        + measured["sampling_difference"]
        - measured["baseline_error"]
    )
    assert paper["baseline"] == 0.508
    assert np.isnan(paper["sampling_difference"])
    assert paper["segmentation_difference"] == measured["segmentation_difference"]


def test_every_realisation_is_compared_with_the_block(fractions):
    second = fractions.assign(active_fraction=fractions["active_fraction"] + 0.02)
    both = pd.concat([fractions.assign(realisation="1"), second.assign(realisation="2")])
    alone = baseline_table(fractions, {"NEX-V": [PAPER]})
    table = baseline_table(both, {"NEX-V": [PAPER]})
    assert list(table)[:2] == ["dataset", "realisation"]
    first = first_realisation(table).drop(columns="realisation").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, alone)
    difference = table["difference_points"].to_numpy()
    assert np.allclose(difference[len(alone) :] - difference[: len(alone)], 2)


def test_baseline_per_cent_are_not_points(fractions):
    # 2.4 % of 50.8 % are 1.2 points.
    fractions = fractions.iloc[:1].assign(active_fraction=0.508 * 1.024)
    row = baseline_table(fractions, {"NEX-V": [PAPER]}).iloc[0]
    assert row["difference_percent"] == pytest.approx(2.4)
    assert row["difference_points"] == pytest.approx(1.2, abs=0.02)


def test_baseline_refuses_a_percentage(fractions):
    with pytest.raises(ValueError, match=r"found 50\.8"):
        baseline_table(fractions, {"NEX-V": [Baseline("paper", 50.8)]})


def test_image_quality_and_morphology_keep_order_and_types():
    grey = generator("grey").integers(0, 256, size=(16, 16, 16)).astype(np.uint8)
    quality = image_quality_table([(Image(name, "raw"), grey) for name in ("NMC-1", "GRA-1")])
    assert list(quality["dataset"]) == ["NMC-1", "GRA-1"]
    assert list(quality)[2:] == [
        "contrast_to_noise",
        "histogram_modes",
        "otsu_threshold",
        "otsu_fraction",
    ]
    assert quality["histogram_modes"].dtype == "int64"
    cells = [(Cell("NMC-1", "raw", "S2", user), labels_with(4)) for user in "BA"]
    shapes = morphology_table(cells, {"NMC-1": 397.0})
    assert list(shapes["user"]) == ["B", "A"]
    assert shapes["active_specks"].dtype == "int64"
    assert {"specific_surface_per_um", "active_specks", "closed_pores"} <= set(shapes)


def test_empty_tables_have_columns_and_types(fractions):
    empty = [
        volume_fractions_table([], {}, {}),
        pairwise_table([]),
        accuracy_table([], {}),
        baseline_table(fractions, {}),
        image_quality_table([]),
        morphology_table([], {}),
    ]
    full = accuracy_table(
        [(Cell("NMC-1", "raw", "S2", "A"), labels_with(4))],
        {"NMC-1": np.ones((10, 4, 5), np.uint8)},
    )
    assert all(len(table) == 0 and len(table.columns) > 4 for table in empty)
    assert list(empty[2].dtypes) == list(full.dtypes)


def test_what_is_done_image_by_image_adds_up_to_the_whole(segmentations, truths):
    by_group = [
        list(members) for _, members in itertools.groupby(segmentations, key=lambda p: p[0][:3])
    ]
    parts = [volume_fractions_table(group, ORIGINS, truths) for group in by_group]
    whole = volume_fractions_table(segmentations, ORIGINS, truths)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_realisations_are_pooled_and_not_mixed_with_users():
    # Two users who differ by 0.2 on one electrode and by 0.4 on another: variances 0.02 and 0.08.
    fractions = pd.DataFrame(
        {
            "dataset": "d",
            "realisation": ["1", "1", "2", "2"],
            "filter": "raw",
            "variant": "S2",
            "user": ["A", "B", "A", "B"],
            "active_fraction": [0.1, 0.3, 0.5, 0.9],
        }
    )
    pairs = pd.DataFrame(
        {
            "dataset": "d",
            "realisation": ["1", "2"],
            "filter": "raw",
            "variant": "S2",
            "user_a": "A",
            "user_b": "B",
            "percent_different": [2.0, 4.0],
        }
    )
    (row,) = variability_table(fractions, pairs).itertuples()
    assert (row.users, row.realisations) == (2, 2)
    assert row.sd == pytest.approx(np.sqrt((0.02 + 0.08) / 2))
    assert row.mean == pytest.approx(0.45)
    assert row.mean_percent_different == pytest.approx(3.0)


def test_errors_of_realisations_are_pooled_as_squares():
    accuracies = pd.DataFrame(
        {
            "dataset": "d",
            "realisation": ["1", "1", "2", "2"],
            "filter": "raw",
            "variant": "S2",
            "user": ["A", "B", "A", "B"],
            "bias": [0.03, 0.03, 0.04, -0.04],
            "dice": [0.9, 0.7, 0.8, 0.8],
            "voxel_error": 0.1,
        }
    )
    (row,) = accuracy_summary(accuracies).itertuples()
    assert row.bias == pytest.approx(0.015)
    assert row.rmse == pytest.approx(np.sqrt((0.03**2 + 0.04**2) / 2))
    assert row.sd == pytest.approx(np.sqrt(0.0032 / 2))
    assert row.dice == pytest.approx(0.8)


def test_realisations_are_listed_under_their_dataset():
    table = pd.DataFrame({"dataset": ["d", "d.r2"], "x": [1, 2]})
    found = listed_realisations(table, {"d": ("d", 1), "d.r2": ("d", 2)})
    assert found.to_dict("list") == {"dataset": ["d", "d"], "realisation": [1, 2], "x": [1, 2]}
    assert first_realisation(found)["x"].tolist() == [1]
    assert first_realisation(table)["x"].tolist() == [1, 2]
