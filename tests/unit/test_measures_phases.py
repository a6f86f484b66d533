"""Scores of each phase, and how phases are mixed up."""

from collections import namedtuple

import numpy as np
import pytest

from manyeyes.labels import THREE_PHASES, TWO_PHASES, phases_from_config
from manyeyes.measures.confusion_matrix import confusion_counts, phase_scores
from manyeyes.measures.tables_of_phases import phase_spread_table, phase_tables

Cell = namedtuple("Cell", "dataset filter variant user made_by", defaults=["simulated"])
TRUTH = np.array([[[1, 1, 1, 1, 2, 2, 3, 3, 3, 4]]], np.uint8)
LABELS = np.array([[[1, 1, 1, 2, 2, 3, 3, 3, 1, 3]]], np.uint8)


def test_counts_of_true_and_labelled_phases():
    counts = confusion_counts(LABELS, TRUTH, THREE_PHASES)
    assert counts.tolist() == [[3, 1, 0], [0, 1, 1], [1, 0, 3]]
    # a pore inside a particle is a pore; two phases take the binder for the rest
    two = np.where(LABELS == 1, 1, 2).astype(np.uint8)
    assert confusion_counts(two, TRUTH, TWO_PHASES).tolist() == [[3, 1], [1, 5]]
    outside = LABELS.copy()
    outside[0, 0, :4] = 0
    assert confusion_counts(outside, TRUTH, THREE_PHASES).tolist() == [
        [0, 0, 0],
        [0, 1, 1],
        [1, 0, 3],
    ]
    # in the order of the config, whatever the codes
    other = phases_from_config({"pore": {"code": 9}, "active": {"code": 4}, "cbd": {"code": 7}})
    recoded = np.array([0, 4, 7, 9], np.uint8)[LABELS]
    assert confusion_counts(recoded, TRUTH, other).tolist() == [[3, 1, 0], [0, 3, 1], [1, 0, 1]]
    with pytest.raises(ValueError, match="both must be of the same crop"):
        confusion_counts(LABELS[..., :4], TRUTH, THREE_PHASES)
    with pytest.raises(ValueError, match="holds 1"):
        confusion_counts(np.full_like(LABELS, 5), TRUTH, THREE_PHASES)


def test_scores_of_each_phase():
    active, cbd, pore = phase_scores(confusion_counts(LABELS, TRUTH, THREE_PHASES))
    assert (active.true_fraction, active.fraction, active.bias) == (0.4, 0.4, 0.0)
    assert (active.dice, active.iou) == (pytest.approx(6 / 8), pytest.approx(3 / 5))
    assert (cbd.true_fraction, cbd.fraction, cbd.dice) == (0.2, 0.2, 0.5)
    assert cbd.iou == pytest.approx(1 / 3)
    assert (pore.dice, pore.iou) == (0.75, 0.6)
    # a phase that is neither true nor labelled is no error, one that is only labelled is
    none = phase_scores(np.array([[5, 0, 1], [0, 0, 0], [0, 0, 4]]))[1]
    assert (none.fraction, none.dice, none.iou) == (0.0, 1.0, 1.0)
    missed = phase_scores(np.array([[5, 0, 0], [2, 0, 0], [0, 0, 3]]))[1]
    assert (missed.bias, missed.dice, missed.iou) == (-0.2, 0.0, 0.0)


def test_tables_of_phases():
    perfect = np.array([1, 1, 2, 3, 3], np.uint8)[TRUTH]
    cells = [(Cell("d", "raw", "S2", "A"), LABELS), (Cell("d", "raw", "S2", "B"), perfect)]
    scores, mixed = phase_tables(cells, {"d": TRUTH}, THREE_PHASES)
    assert scores["phase"].tolist() == ["active", "cbd", "pore"] * 2
    assert scores["iou"].tolist()[3:] == [1.0, 1.0, 1.0]
    assert scores["true_fraction"].tolist() == [0.4, 0.2, 0.4] * 2
    shares = mixed.pivot_table(index="true_phase", columns="phase", values="share", aggfunc="first")
    assert shares.loc["active"].tolist() == [0.75, 0.25, 0.0]
    assert mixed.groupby(["user", "true_phase"])["share"].sum().eq(1).all()
    spread = phase_spread_table(scores).set_index("phase")
    assert spread.loc["cbd", ["users", "mean", "sd", "bias"]].tolist() == [2, 0.2, 0.0, 0.0]
    assert spread.loc["cbd", "dice"] == 0.75


def test_spread_over_users_and_realisations():
    values = {"A": 0.1, "B": 0.3}
    scores, _ = phase_tables(
        [(Cell("d", "raw", "S2", user), LABELS) for user in values], {"d": TRUTH}, THREE_PHASES
    )
    scores["fraction"] = scores["user"].map(values)
    scores["bias"] = scores["fraction"] - 0.2
    found = phase_spread_table(scores).iloc[0]
    assert (found["mean"], found["bias"]) == (pytest.approx(0.2), pytest.approx(0.0))
    assert found["sd"] == pytest.approx(0.2 / np.sqrt(2))
    assert found["relative_sd"] == pytest.approx(1 / np.sqrt(2))
    assert found["rmse"] == pytest.approx(0.1)
    scores.insert(1, "realisation", ["1", "1", "1", "2", "2", "2"])
    assert len(phase_spread_table(scores)) == 6


def test_without_a_truth_or_places_for_it_only_fractions_are_known():
    cells = [(Cell("d", "raw", "S2", "A"), LABELS)]
    scores, mixed = phase_tables(cells, {}, THREE_PHASES)
    assert scores["fraction"].tolist() == [0.4, 0.2, 0.4]
    assert scores[["true_fraction", "bias", "dice", "iou"]].isna().all(axis=None)
    assert list(mixed) == [*Cell._fields, "true_phase", "phase", "share"]
    assert mixed.empty
    odd = phases_from_config({"active": {"code": 1}, "glue": {"code": 2}, "pore": {"code": 3}})
    assert phase_tables(cells, {"d": TRUTH}, odd)[0]["dice"].isna().all()
    # no row is lost where a phase is nowhere
    absent = np.where(TRUTH == 2, 3, TRUTH).astype(np.uint8)
    _, mixed = phase_tables(cells, {"d": absent}, THREE_PHASES)
    assert mixed["share"].isna().sum() == 3
