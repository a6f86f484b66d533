"""What a network has of its user: known answers in both directions."""

import numpy as np
import pytest
import scipy

from manyeyes.labels import TWO_PHASES
from manyeyes.statistics.inheritance import inheritance, slope_over_users, slope_within_groups
from manyeyes.statistics.label_bias import label_bias_table
from manyeyes.study.model import Cell

FOREST = np.array([0.44, 0.45, 0.46, 0.47, 0.48, 0.50])


def noise(sd, seed, shape=(6, 3)):
    return sd * np.random.default_rng(seed).normal(size=shape)


def test_a_network_that_copies_its_user():
    found = inheritance(FOREST[:, None] + 0.02 + noise(1e-4, 1), FOREST, FOREST - 0.46)
    assert found.on_forest.slope == pytest.approx(1, abs=0.02)
    assert found.on_forest.low > 0.9
    assert found.on_labels.correlation_low > 0.9
    assert found.sd_ratio == pytest.approx(1, abs=0.02)
    assert found.sd_ratio_low < 1 < found.sd_ratio_high
    assert found.offset == pytest.approx(0.02, abs=1e-4)
    assert found.offset_low < 0.02 + 1e-4 and found.offset_low > 0
    assert found.own.low == 0


def test_a_network_that_averages_its_users_out():
    found = inheritance(0.46 + noise(1e-3, 2), FOREST, FOREST - 0.46)
    assert found.on_forest.low < 0 < found.on_forest.high
    assert found.sd_ratio_high < 1
    assert found.own.low == 0


def test_a_network_that_adds_its_own():
    own = np.array([0.02, -0.03, 0.03, -0.02, 0.03, -0.03])
    found = inheritance((0.46 + own)[:, None] + noise(1e-3, 3), FOREST, FOREST - 0.46)
    assert found.own.low > 0
    assert np.sqrt(found.own.value) == pytest.approx(0.033, abs=0.003)


def test_a_line_is_that_of_scipy():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(2, 9))
    found, known = slope_over_users(x, y), scipy.stats.linregress(x, y)
    assert found.slope == pytest.approx(known.slope)
    assert found.correlation == pytest.approx(known.rvalue)
    reach = scipy.stats.t.ppf(0.975, 7) * known.stderr
    assert (found.low, found.high) == pytest.approx((known.slope - reach, known.slope + reach))
    ends = scipy.stats.pearsonr(x, y).confidence_interval()
    assert (found.correlation_low, found.correlation_high) == pytest.approx(tuple(ends))


def test_datasets_have_levels_of_their_own():
    x = np.array([1.0, 2, 3, 4, 1, 2, 3, 4])
    groups, users = np.repeat(["a", "b"], 4), np.tile(list("ABCD"), 2)
    y = 0.5 * x + np.where(groups == "a", 10, -10)
    assert slope_within_groups(x, y, groups, users) == pytest.approx((0.5, 0.5, 0.5))
    # One number each: the robust variance of White with the correction for few numbers.
    y = np.array([1.0, 3, 2, 5])
    slope, low, high = slope_within_groups(x[:4], y, np.zeros(4), np.arange(4))
    centred = x[:4] - 2.5
    left = y - y.mean() - 1.1 * centred
    error = np.sqrt(4 / 3 * 3 / 2 * np.sum((centred * left) ** 2)) / 5
    assert slope == pytest.approx(1.1)
    assert high - low == pytest.approx(2 * scipy.stats.t.ppf(0.975, 3) * error)


def test_what_says_nothing_is_told_so():
    assert np.isnan(slope_over_users(np.ones(5), np.arange(5.0)).slope)
    assert np.isnan(slope_within_groups(np.ones(4), np.arange(4.0), np.zeros(4), np.arange(4))[0])
    found = inheritance(FOREST[:, None] + noise(1e-3, 1), FOREST, np.full(6, np.nan))
    assert np.isnan(found.on_labels.slope)
    with pytest.raises(ValueError, match="at least 4 users"):
        inheritance(np.zeros((3, 3)), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="same users"):
        inheritance(np.zeros((5, 3)), np.zeros(4), np.zeros(5))


def test_bias_of_labels_by_hand():
    truth = np.full((1, 2, 4), 3, np.uint8)
    truth[0, 0] = 1
    labels = np.zeros_like(truth)
    labels[0, 0, :2] = 1  # right
    labels[0, 1, :2] = [1, 2]  # one wrong
    cell = Cell("d", "raw", "MLX25", "A")
    empty = label_bias_table([(cell, np.zeros_like(labels))], truth, TWO_PHASES).iloc[0]
    row = label_bias_table([(cell, labels)], truth, TWO_PHASES).iloc[0]
    assert row["labelled_voxels"] == 4
    assert (row["active_share"], row["true_active_share"]) == (0.75, 0.5)
    assert (row["bias"], row["wrong_share"]) == (0.25, 0.25)
    assert np.isnan(empty["bias"])
    with pytest.raises(ValueError, match="same crop"):
        label_bias_table([(cell, labels[:, :1])], truth, TWO_PHASES)
