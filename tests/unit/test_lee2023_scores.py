"""Scores by hand, and the bounds that no scores of binary labels can break."""

import numpy as np
import pytest

from manyeyes.lee2023 import bounds
from manyeyes.lee2023.scores import score, score_as_keras, score_no_pore
from manyeyes.lee2023.stated import LAST_DIGITS, NOTEBOOK, TABLE_2

LABELS = np.array([[[2, 2, 1, 1], [2, 1, 1, 1]]], np.uint8)
PROBABILITY = np.array([[[0.9, 0.2, 0.6, 0.1], [0.8, 0.0, 0.0, 0.0]]], np.float32)


def random_case(rng):
    """Return a random prediction and labels, often nearly perfect."""
    labels = np.where(rng.random((2, 9, 9)) < rng.random(), 2, 1).astype(np.uint8)
    wrong = rng.random(labels.shape) < rng.random() ** 3
    right_side = (labels == 2) ^ wrong
    return np.where(right_side, 1 - rng.random(labels.shape) / 2.1, rng.random() / 2), labels


def test_scores_by_hand():
    scores = score(PROBABILITY, LABELS)
    assert (scores.true_pore, scores.false_pore, scores.false_grain) == (2, 1, 1)
    assert scores.true_grain == 4 and scores.pixels == 8
    assert scores.accuracy == 6 / 8
    assert scores.precision == scores.recall == scores.f1_pore == pytest.approx(2 / 3)
    assert scores.f1_grain == 8 / 10
    squares = [0.01, 0.64, 0.36, 0.01, 0.04]
    assert scores.mse == pytest.approx(sum(squares) / 8)
    assert scores.pore_share == scores.predicted_share == 3 / 8


def test_predicting_no_pore_is_right_where_there_is_grain():
    scores = score_no_pore(LABELS)
    assert scores.accuracy == 5 / 8
    assert scores.mse == 3 / 8
    assert scores.f1_pore == 0 and scores.recall == 0
    assert np.isnan(scores.precision)
    assert scores.f1_grain == 10 / 13


def test_a_probability_of_one_half_is_grain():
    assert score(np.full((1, 1, 1), 0.5), np.full((1, 1, 1), 1, np.uint8)).accuracy == 1


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 2, 4\) and \(2, 4\)"):
        score(PROBABILITY, LABELS[0])


def test_keras_never_counts_a_grey_label_as_right():
    target = np.array([[[1.0, 0.4, 0.6, 0.0]]])
    found = score_as_keras(np.array([[[1.0, 0.4, 0.6, 0.0]]]), target)
    assert found["accuracy"] == 0.5
    assert found["grey_share"] == 0.5
    assert found["f1_pore"] == found["f1_grain"] == 1
    assert found["mse"] == 0


def test_without_grey_labels_keras_scores_as_we_do():
    ours, found = score(PROBABILITY, LABELS), score_as_keras(PROBABILITY, (LABELS == 2) * 1.0)
    assert found["grey_share"] == 0
    for name in ("accuracy", "f1_pore", "f1_grain", "mse"):
        assert found[name] == pytest.approx(getattr(ours, name))


@pytest.mark.parametrize("seed", range(60))
def test_no_scores_of_binary_labels_break_the_bounds(seed):
    scores = score(*random_case(np.random.default_rng(seed)))
    error = 1 - scores.accuracy
    most = bounds.f1_at_most(error) + 1e-12
    assert not scores.f1_pore > most and not scores.f1_grain > most
    assert not scores.f1_pore > bounds.f1_at_most(error, scores.pore_share) + 1e-12
    assert not scores.f1_grain > bounds.f1_at_most(error, 1 - scores.pore_share) + 1e-12
    assert scores.mse >= bounds.mse_at_least(error) - 1e-12


def test_the_bounds_can_be_reached():
    # all pixels but two are pore and found; the others are called pore with a probability of 1/2
    labels = np.full((1, 10, 10), 2, np.uint8)
    labels[0, 0, :2] = 1
    probability = np.where(labels == 2, 1.0, np.nextafter(0.5, 1))
    scores = score(probability, labels)
    assert scores.f1_pore == pytest.approx(bounds.f1_at_most(0.02))
    assert scores.mse == pytest.approx(bounds.mse_at_least(0.02))


def test_six_f1_and_five_mse_of_table_2_break_the_bounds():
    """As counted in networks.md; half of the last digit does not save any of them."""
    rows = {key: (1 - s.accuracy, s.f1, s.mse) for key, s in TABLE_2.items()}
    too_high = {key for key, (error, f1, _) in rows.items() if f1 > bounds.f1_at_most(error)}
    too_low = {key for key, (error, _, mse) in rows.items() if mse < bounds.mse_at_least(error)}
    assert len(too_high) == 6 and len(too_low) == 5
    expected = [0.9896, 0.9900, 0.9909, 0.9869, 0.9868, 0.9876]
    assert [round(bounds.f1_at_most(error), 4) for error, *_ in rows.values()] == expected
    kindly = {
        key
        for key, (error, f1, _) in rows.items()
        if f1 - LAST_DIGITS[key].f1 / 2 > bounds.f1_at_most(error - LAST_DIGITS[key].accuracy / 2)
    }
    assert len(kindly) == 6


def test_the_notebooks_scores_are_possible():
    error = 1 - NOTEBOOK.accuracy
    assert NOTEBOOK.mse > bounds.mse_at_least(error)
    pores = 1 - NOTEBOOK.accuracy_without_pores
    assert NOTEBOOK.f1 < bounds.f1_at_most(error, pores) < 0.82


def test_grey_pixels_make_impossible_scores_possible():
    # 3 % of the pixels are grey; of the others one in a hundred is wrong
    found = bounds.grey_at_least(0.04, bounds.f1_at_most(0.01), 0.0025)
    assert found == pytest.approx(0.03)
    assert bounds.grey_at_least(0.04, 0.9, 0.04) == 0
    assert bounds.error_at_most(bounds.f1_at_most(0.0244)) == pytest.approx(0.0244)


def test_shares_beyond_0_and_1_are_refused():
    with pytest.raises(ValueError, match="error is a share"):
        bounds.f1_at_most(2.5)
