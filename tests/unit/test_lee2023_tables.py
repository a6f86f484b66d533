"""Tables and sentences of Lee et al. from made-up predictions, with known answers."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.files.particle_slices import write_slices
from manyeyes.files.results import read_result
from manyeyes.files.volumes import volume_facts
from manyeyes.lee2023 import measuring, words
from manyeyes.lee2023.metrics import epochs_to_settle, metrics_table, settled
from manyeyes.lee2023.predictions import as_levels, as_probability
from manyeyes.lee2023.stated import PAPER, TABLE_2
from manyeyes.lee2023.tables import bounds_table, table_1, table_2
from manyeyes.pores.codes import GRAIN, PORE

EDGES = (15.0, 10.0, 10.0)
INPUTS = ("raw", "stretched", "equalised")


def block(size=20, pore=6):
    """Return labels with a cubic pore, uint8 (z, y, x)."""
    labels = np.full((size, size, size), GRAIN, np.uint8)
    labels[4 : 4 + pore, 4 : 4 + pore, 4 : 4 + pore] = PORE
    return labels


def named(particle, slices, method, trained_on="one", seed=1):
    return {
        "particle": particle,
        "slices": slices,
        "method": method,
        "trained_on": trained_on,
        "seed": seed,
    }


@pytest.fixture(scope="module")
def volumes():
    """Return labels that are the truth without its first layer of pore."""
    truth, labels = block(), block()
    labels[4] = GRAIN
    return {"labels": labels, "truth": truth}


@pytest.fixture(scope="module")
def scores(volumes):
    """Return scores: stretched is perfect, raw and equalised find nothing."""
    rows = []
    for particle, slices in (("one", "training"), ("two", "test")):
        for method in INPUTS:
            found = (volumes["labels"] == PORE) * (0.9 if method == "stretched" else 0.1)
            rows += measuring.score_rows(named(particle, slices, method), found, volumes)
        threshold = measuring.threshold_name(particle)
        rows += measuring.score_rows(threshold, volumes["truth"] == PORE, volumes)
    return pd.DataFrame(rows)


def test_levels_keep_which_side_of_one_half_a_probability_is_on():
    just_above = np.nextafter(np.float32(0.5), np.float32(1))
    probability = np.array([0.0, 0.25, 0.5, just_above, 1.0], np.float32)[None, None]
    levels = as_levels(probability)
    assert levels.dtype == np.uint16
    assert (levels > 32767).ravel().tolist() == [False, False, False, True, True]
    assert np.abs(as_probability(levels) - probability).max() < 1e-5
    assert (as_probability(levels) > 0.5).ravel().tolist() == [False, False, False, True, True]
    with pytest.raises(ValueError, match="from 0 to 1"):
        as_levels(np.array([[[np.nan]]]))


def test_the_table_beside_the_papers_is_of_test_and_training_slices(scores, volumes):
    table = table_2(scores)
    assert len(table) == 2 * 2 * len(INPUTS)
    rows = table[(table["slices"] == "test") & (table["against"] == "labels")].set_index("input")
    assert list(rows.index) == list(INPUTS)
    assert rows["paper_accuracy"].tolist() == [TABLE_2[name, "test"].accuracy for name in INPUTS]
    assert rows.loc["stretched", ["accuracy", "f1_pore", "f1_grain"]].tolist() == [1, 1, 1]
    share = np.mean(volumes["labels"] == PORE)
    assert rows.loc["raw", "accuracy"] == rows.loc["raw", "accuracy_no_pore"] == 1 - share
    assert rows.loc["raw", "f1_pore"] == 0
    assert rows.loc["stretched", "mse"] == pytest.approx(share * 0.01)
    against_truth = table[table["against"] == "truth"]
    assert against_truth["paper_f1"].isna().all()
    assert (against_truth.loc[against_truth["input"] == "stretched", "f1_pore"] < 1).all()


def test_table_1_holds_shares_of_all_pixels(scores, volumes):
    table = table_1(scores)
    counts = table[["true_pore", "false_pore", "false_grain", "true_grain"]]
    assert counts.sum(axis=1).tolist() == pytest.approx([1.0] * len(table))
    row = table[(table["input"] == "raw") & (table["against"] == "truth")].iloc[0]
    assert row["false_grain"] == pytest.approx(np.mean(volumes["truth"] == PORE))


def test_bounds_list_the_paper_the_notebook_and_this_study(scores):
    table = bounds_table(scores)
    assert table["source"].value_counts().to_dict() == {PAPER: 6, "this study": 6, "notebook": 1}
    paper = table[table["source"] == PAPER]
    assert paper["f1_beyond"].all() and paper["mse_beyond"].sum() == 5
    assert paper["grey_at_least"].min() > 0.01
    others = table[table["source"] != PAPER]
    assert not others[["f1_beyond", "mse_beyond"]].any(axis=None)
    assert (others["grey_at_least"] == 0).all()


def test_volumes_are_measured_beside_labels_and_truth(volumes):
    references = {name: measuring.volume_row(v, EDGES) for name, v in volumes.items()}
    table = measuring.volumes_table(
        [named("two", "test", "raw")], [volumes["truth"]], references, EDGES
    )
    row = table.iloc[0]
    assert row["porosity"] == pytest.approx(6**3 / 20**3)
    assert row["pore_volume_um3"] == pytest.approx(6**3 * 15 * 10 * 10 / 1e9)
    assert row["porosity_per_labels"] == pytest.approx(6 / 5)
    assert row["pore_surface_per_truth"] == 1


def test_learning_settles_where_the_error_stays():
    assert settled([0.5, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1]) == 3
    assert settled([0.1] * 9) == 1
    # it leaves the end's neighbourhood once more
    assert settled([0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1]) == 4
    assert settled([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3]) == 8
    with pytest.raises(ValueError, match="found none"):
        settled([])


def test_a_network_that_finds_no_pore_has_not_settled():
    found = np.where(np.arange(20) < 12, 0.0, 0.7)
    curve = pd.DataFrame(
        {
            "epoch": np.arange(1, 21),
            "test_accuracy": np.where(found > 0, 0.99, 0.98),
            "test_f1_pore": found,
        }
    )
    assert epochs_to_settle(curve) == epochs_to_settle(curve.iloc[::-1]) == 13
    # Its accuracy never changes, as that of one that has long settled.
    nothing = curve.assign(test_accuracy=0.98, test_f1_pore=0.0)
    assert epochs_to_settle(nothing) == 21
    assert epochs_to_settle(nothing.assign(test_f1_pore=0.5)) == 1


def curves(epochs):
    return pd.DataFrame(
        {
            "input": np.repeat(INPUTS, epochs),
            "trained_on": "one",
            "seed": 1,
            "epoch": np.tile(np.arange(1, epochs + 1), 3),
            "test_f1_pore": 0.5,
            "test_accuracy": np.concatenate(
                [np.where(np.arange(epochs) < first, 0.5, 0.9) for first in (9, 29, 4)]
            ),
        }
    )


def volume_rows(volumes):
    references = {name: measuring.volume_row(v, EDGES) for name, v in volumes.items()}
    names = [named("two", "test", "raw"), measuring.threshold_name("two")]
    return measuring.volumes_table(names, [volumes["truth"], volumes["labels"]], references, EDGES)


def value(metrics, metric, method, against="labels", slices="test"):
    keys = ["metric", "method", "against", "slices"]
    rows = metrics[(metrics[keys] == [metric, method, against, slices]).all(axis=1)]
    assert rows["training"].tolist() == ["one.1"]
    return rows["value"].iloc[0]


def test_every_number_that_a_claim_compares_is_listed(scores, volumes):
    metrics = metrics_table(scores, volume_rows(volumes), curves(100), [("one", "two")])
    assert value(metrics, "epochs_to_settle", "stretched") == 30
    assert value(metrics, "epochs_after_equalised", "stretched") == 25
    assert value(metrics, "porosity", "raw") == pytest.approx(1.2)
    assert value(metrics, "porosity_off", "raw") == pytest.approx(20)
    assert value(metrics, "pore_volume_off", "threshold") == 0
    assert value(metrics, "porosity_off", "threshold", "truth") == pytest.approx(100 / 6)
    assert value(metrics, "error", "stretched") == 0
    extra = np.mean(volumes["truth"] != volumes["labels"])
    assert value(metrics, "false_pore", "threshold") == pytest.approx(extra)


def test_short_trainings_say_nothing_about_when_learning_settles(scores, volumes):
    metrics = metrics_table(scores, volume_rows(volumes), curves(99), [("one", "two")])
    assert not metrics["metric"].str.startswith("epochs").any()


def test_grey_labels_make_scores_that_binary_ones_cannot(volumes):
    labels = volumes["labels"]
    probability = np.where(labels == PORE, 0.99, 0.01)
    probability[0, 0, :5] = 0.99
    table = measuring.grey_table(
        [named("two", "test", "raw")],
        [probability],
        labels,
        {"shares": [0.0, 0.03], "departure": 0.05},
        ("seed",),
    )
    binary, grey = table.to_dict("records")
    assert (binary["f1_beyond"], binary["mse_beyond"]) == (False, False)
    assert grey["grey_share"] == pytest.approx(0.03)
    assert grey["accuracy"] == pytest.approx(binary["accuracy"] - 0.03)
    assert grey["f1_grain"] == binary["f1_grain"]
    assert (grey["f1_beyond"], grey["mse_beyond"]) == (True, True)


def test_thresholds_label_more_the_higher_they_are(volumes):
    rng = np.random.default_rng(0)
    dark = volumes["truth"] == PORE
    images = np.where(dark, 8000, 24000) + rng.normal(0, 3000, dark.shape)
    images = np.clip(images, 0, 65535).astype(np.uint16)
    table = measuring.threshold_table("two", images, volumes, [0.3, 0.5, 0.8], EDGES)
    assert table["porosity"].is_monotonic_increasing
    middle = measuring.thresholded(images, 0.5)
    assert table["porosity"].iloc[1] == np.mean(middle == PORE)


def test_slices_are_counted_in_truth_and_labels(volumes):
    table = measuring.slices_table("two", volumes, EDGES)
    assert len(table) == 2 * 20
    counts = table.groupby("method")["pores"].sum()
    assert counts.to_dict() == {"truth": 6, "labels": 5}


def test_scores_are_written_as_the_paper_writes_them():
    assert words.short(0.9742) == ".9742"
    assert words.short(0.974) == ".974"
    assert words.short(1.0) == "1"
    assert words.short(0.0) == "0"


def test_sentences_hold_the_numbers_of_the_tables(scores, volumes):
    beside, bounds = table_2(scores), bounds_table(scores)
    text = words.headline({"lee_table_2": beside})
    share = 100 * np.mean(volumes["labels"] == GRAIN)
    assert f"predicting no pore at all would agree in {share:.2f} %" in text
    assert "Their F1 of pore is 0.00 to 1.00" in text
    assert "6 of 6 F1 values (.9932 to .998, allowed .9868 to .9909)" in words.bounds_sentence(
        bounds
    )
    expected = words.expected_sentence(bounds)
    assert "at most .6389 to .6534" in expected and "97.7 to 98.4 %" in expected
    written = words.table_2_text(beside, bounds)
    assert "| Stretching | test | .974 | 1 |" in written
    best = words.inputs_sentence(beside)
    assert "stretched 1, raw 0" in best


def test_without_grey_labels_that_help_the_sentence_says_so(volumes):
    labels = volumes["labels"]
    table = measuring.grey_table(
        [named("two", "test", "raw")],
        [np.zeros(labels.shape)],
        labels,
        {"shares": [0.0], "departure": 0.1},
        ("seed",),
    )
    assert "most stay within both bounds" in words.grey_sentence(table)


def test_grey_labels_are_told_with_how_many_predictions_break_which_bound(volumes):
    labels = volumes["labels"]
    probability = np.where(labels == PORE, 0.99, 0.01)
    probability[0, 0, :5] = 0.99
    table = measuring.grey_table(
        [named("two", "test", "raw"), named("two", "test", "equalised")],
        [probability, np.where(labels == PORE, 0.99, 0.01)],
        labels,
        {"shares": [0.0, 0.001, 0.03], "departure": 0.05},
        ("seed",),
    )
    text = words.grey_sentence(table)
    assert "with 0 % of the label pixels grey" in text
    assert "with 3 %: beyond the bounds are then F1 of 2 and squared error of 2 out of 2" in text


def test_shorter_trainings_than_the_papers_are_told():
    assert "25 epochs here, not 100" in words.rests(["one"], 25)
    assert "epochs" not in words.rests(["one"], 100)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_slices_keep_their_values_and_the_three_edges_of_a_voxel(tmp_path, dtype):
    volume = np.arange(2 * 3 * 4, dtype=dtype).reshape(2, 3, 4)
    for name in ("one", "two"):
        write_slices(tmp_path / f"{name}.tif", volume, (15.0, 9.0, 8.0))
    assert np.array_equal(read_result(tmp_path / "one.tif"), volume)
    facts = volume_facts(tmp_path / "one.tif", labels=False)
    assert facts.voxel_size_nm == pytest.approx((15.0, 9.0, 8.0))
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()
