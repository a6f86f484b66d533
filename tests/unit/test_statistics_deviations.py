"""Brown-Forsythe in a mixed model: known answers, and error rates under several nulls."""

import numpy as np
import pytest
from scipy import stats

from manyeyes.randomness import generator
from manyeyes.statistics.deviations import absolute_deviations, compare_deviations

DRAWS = 3000


def users_with_habits(rng, draws, datasets, users, *, habit, electrode, realisations=1):
    """Two methods of equal spread: users keep habits per method, electrodes suit one or other."""
    sides = []
    for _ in range(2):
        scale = np.exp(electrode * rng.standard_normal((draws, datasets, 1, 1)))
        persistent = np.sqrt(habit) * rng.standard_normal((draws, 1, 1, users))
        fresh = np.sqrt(1 - habit) * rng.standard_normal((draws, datasets, realisations, users))
        sides.append(scale * (persistent + fresh))
    return sides


def test_deviations_are_from_the_median_user():
    assert absolute_deviations([1.0, 2.0, 6.0]).tolist() == [1.0, 0.0, 4.0]


def test_one_dataset_is_the_paired_t_test_of_deviations():
    first, second = generator("test", "one dataset").standard_normal((2, 1, 1, 15))
    result = compare_deviations(2 * first, second, datasets="fixed")
    expected = stats.ttest_rel(*(absolute_deviations(x)[0, 0] for x in (2 * first, second)))
    assert result.statistic == pytest.approx(expected.statistic)
    assert result.p_value == pytest.approx(expected.pvalue)
    assert result.freedom == 14


def test_a_method_of_twice_the_spread_is_seen_as_such():
    rng = generator("test", "twice")
    first = rng.standard_normal((6, 2, 40))
    result = compare_deviations(2 * first, first + 0.0)
    assert result.spread_ratio == pytest.approx(2)
    assert result.effect == pytest.approx(2 / 3)
    swapped = compare_deviations(first, 2 * first)
    assert swapped.effect == pytest.approx(-result.effect)
    assert swapped.spread_ratio == pytest.approx(1 / 2)
    assert swapped.p_value == pytest.approx(result.p_value)


def test_each_dataset_counts_alike_whatever_its_noise():
    first, second = generator("test", "scale").standard_normal((2, 5, 1, 20))
    noisy = np.array([1.0, 10.0, 0.1, 3.0, 1.0])[:, None, None]
    assert compare_deviations(noisy * first, noisy * second) == pytest.approx(
        compare_deviations(first, second)
    )


def test_standard_error_is_that_of_restricted_likelihood():
    """MixedLM of statsmodels 0.15 fitted by REML to the same differences, user and dataset as
    crossed variance components (0.0215 and 0.8500, residual 1.3811): -0.677393 +- 0.372299.
    """
    rng = generator("test", "mixed")
    sides = []
    for _ in range(2):
        scale = np.exp(0.5 * rng.standard_normal((6, 1, 1)))
        habit = rng.standard_normal((1, 1, 8))
        sides.append(scale * (habit + 0.7 * rng.standard_normal((6, 1, 8))))
    result = compare_deviations(*sides)
    assert result.effect == pytest.approx(-0.677393, abs=1e-5)
    assert result.effect / result.statistic == pytest.approx(0.372299, abs=1e-5)
    assert 5 < result.freedom < 40


@pytest.mark.parametrize(
    ("habit", "electrode", "least"),
    # With neither kind of variation the test is cautious; with both it holds its rate.
    [(0.0, 0.0, 0.01), (0.5, 0.0, 0.02), (0.0, 0.5, 0.035), (0.5, 0.5, 0.035)],
)
def test_error_rate_when_electrodes_are_a_draw(habit, electrode, least):
    rng = generator("test", "random datasets", habit, electrode)
    sides = users_with_habits(rng, DRAWS, 6, 30, habit=habit, electrode=electrode)
    rejected = np.mean(compare_deviations(*sides).p_value <= 0.05)
    assert least <= rejected <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / DRAWS)


@pytest.mark.parametrize(("habit", "realisations"), [(0.0, 1), (0.5, 1), (0.5, 5)])
def test_error_rate_on_given_electrodes(habit, realisations):
    rng = generator("test", "fixed datasets", habit, realisations)
    sides = users_with_habits(
        rng, DRAWS, 3, 30, habit=habit, electrode=0.0, realisations=realisations
    )
    rejected = np.mean(compare_deviations(*sides, datasets="fixed").p_value <= 0.05)
    assert 0.03 <= rejected <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / DRAWS)


def test_taking_every_segmentation_for_a_user_would_reject_far_too_often():
    """Why the user is the unit: the naive paired test on all datasets at once."""
    rng = generator("test", "naive")
    first, second = users_with_habits(rng, DRAWS, 6, 30, habit=0.9, electrode=0.0)
    difference = absolute_deviations(first) - absolute_deviations(second)
    naive = stats.ttest_1samp(difference.reshape(DRAWS, -1), 0, axis=-1).pvalue
    assert np.mean(naive <= 0.05) > 0.15
    assert np.mean(compare_deviations(first, second, datasets="fixed").p_value <= 0.05) < 0.07


def test_a_dataset_without_deviations_gives_no_result():
    values = generator("test", "none").standard_normal((4, 1, 5))
    values[2] = 1.0
    assert np.isnan(compare_deviations(values, values).p_value)


@pytest.mark.parametrize(
    ("first", "second", "datasets", "message"),
    [
        (np.zeros((4, 1, 5)), np.zeros((4, 1, 6)), "random", "same datasets"),
        (np.zeros((1, 5)), np.zeros((1, 5)), "random", "same datasets"),
        (np.zeros((4, 1, 2)), np.zeros((4, 1, 2)), "random", "need 3 users"),
        (np.zeros((3, 1, 5)), np.zeros((3, 1, 5)), "random", "3 datasets do not show"),
        (np.zeros((4, 1, 5)), np.full((4, 1, 5), np.nan), "random", "every user"),
        (np.zeros((4, 1, 5)), np.zeros((4, 1, 5)), "some", "'random' or 'fixed'"),
    ],
)
def test_bad_input_is_refused(first, second, datasets, message):
    with pytest.raises(ValueError, match=message):
        compare_deviations(first, second, datasets=datasets)
