"""Standard deviations and their ratios: textbook limits, error rates, coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from manyeyes.randomness import generator
from manyeyes.statistics.spread import (
    f_ratio,
    pitman_morgan,
    sample_sd,
    sd_interval,
    sd_interval_factors,
)

DRAWS = 20_000


def within_simulation_error(share, expected, draws):
    """Four standard errors: wrong once in 16 000 tests, and the seeds are fixed."""
    return abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / draws)


@pytest.mark.parametrize(
    ("users", "low", "high"),
    # chi-square quantiles of any table: sqrt(2 / 7.3778), sqrt(2 / 0.050636); 29 / 45.722, 16.047
    [(3, 0.5207, 6.2847), (30, 0.7964, 1.3443)],
)
def test_interval_of_an_sd(users, low, high):
    assert sd_interval_factors(users) == pytest.approx((low, high), abs=1e-4)


def test_the_sample_sd_of_equal_values_is_exactly_zero():
    assert sample_sd(np.array([[1.0, 2.0, 3.0], [0.1, 0.1, 0.1]])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("users", [3, 10])
def test_the_interval_of_an_sd_covers_as_often_as_it_says(users):
    sd = sample_sd(generator("test", "sd coverage", users).standard_normal((DRAWS, users)))
    low, high = (sd * factor for factor in sd_interval_factors(users, level=0.9))
    covered = np.mean((low <= 1) & (high >= 1))
    assert within_simulation_error(covered, 0.9, DRAWS)


def test_three_users_have_the_chi_square_interval():
    values = [1.0, 2.0, 3.0]
    assert sd_interval(values) == pytest.approx((0.5207, 6.2847), abs=1e-4)
    assert sd_interval([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]) == pytest.approx(sd_interval(values))
    assert sd_interval([2.0] * 20) == (0.0, 0.0)


def test_the_interval_by_resampling_is_a_bootstrap_t_of_the_log_of_the_sd():
    """The same with loops: users drawn one by one, kurtosis and quantiles by SciPy."""
    values = generator("test", "bootstrap t").gamma(4, size=12)
    rng = generator("test", "bootstrap t, drawn")
    studentised = []
    for _ in range(20_000):
        drawn = values[rng.integers(0, 12, 12)]
        error = np.sqrt((stats.kurtosis(drawn, fisher=False) - 1) / 48)
        studentised.append((np.log(drawn.std()) - np.log(values.std())) / error)
    error = np.sqrt((stats.kurtosis(values, fisher=False) - 1) / 48)
    error *= stats.t.ppf(0.975, 11) / stats.norm.ppf(0.975) * np.sqrt(12 / 11)
    reach = error * np.quantile(studentised, [0.975, 0.025])
    expected = np.array([values.std(), sample_sd(values)]) * np.exp(-reach)
    # Both are simulations; the quantiles of 4000 samples are known to a few per cent.
    assert np.log(sd_interval(values)) == pytest.approx(np.log(expected), abs=0.06)


def test_the_interval_has_the_values_unit_and_no_origin_and_knows_no_order():
    values = generator("test", "unit").standard_normal(30)
    expected = np.array(sd_interval(values))
    assert sd_interval(values[::-1]) == pytest.approx(expected)
    assert sd_interval(7 - 3 * values) == pytest.approx(3 * expected)
    # Realisations that repeat each other add nothing.
    assert sd_interval([values, values + 5]) == pytest.approx(expected)


def test_realisations_of_their_own_shorten_the_interval():
    values = generator("test", "realisations").standard_normal((200, 2, 30))
    one, two = (np.array([sd_interval(row) for row in some]) for some in (values[:, :1], values))
    ratio = np.mean(np.log(two[:, 1] / two[:, 0])) / np.mean(np.log(one[:, 1] / one[:, 0]))
    assert ratio == pytest.approx(1 / np.sqrt(2), abs=0.05)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("others", [[0.0] * 29, list(np.arange(9) * 1e-9)])
def test_one_user_far_from_all_others_leaves_no_more_than_three_users_know(others, level):
    values = [*others, 1.0]
    low, high = sd_interval(values, level)
    assert high == pytest.approx(sample_sd(np.array(values)) * sd_interval_factors(3, level)[1])
    assert 0 < low < sample_sd(np.array(values))


def test_users_of_two_camps_are_covered():
    """Two readings of what counts: half the users 8 of their own SDs above the other half."""
    draws = 600
    rng = generator("test", "two camps")
    values = 8 * rng.choice([-1.0, 1.0], (draws, 12)) + rng.standard_normal((draws, 12))
    ends = np.array([sd_interval(row) for row in values])
    covered = np.mean((ends[:, 0] <= np.sqrt(65)) & (np.sqrt(65) <= ends[:, 1]))
    assert 0.93 - 0.02 <= covered <= 0.97 + 0.02
    # Five at -1 and five at 1 spread most of all samples of such users: 1 is possible.
    low, high = sd_interval([-1.0, 1.0] * 5)
    assert low <= 1 < high


def test_the_interval_covers_sds_of_users_with_heavy_tails():
    draws = 1200
    values = generator("test", "heavy tails").standard_t(5, (draws, 30))
    true = np.sqrt(5 / 3)
    ends = np.array([sd_interval(row) for row in values])
    covered = np.mean((ends[:, 0] <= true) & (true <= ends[:, 1]))
    assert 0.93 - 0.02 <= covered <= 0.97 + 0.02
    low, high = sample_sd(values) * np.array(sd_interval_factors(30))[:, None]
    assert np.mean((low <= true) & (true <= high)) < 0.88


def test_two_sds_of_three_differ_only_above_a_ratio_of_six():
    same = np.array([0.0, 1.0, 2.0])
    assert f_ratio(6.24 * same, same).p_value > 0.05
    assert f_ratio(6.25 * same, same).p_value < 0.05
    assert f_ratio(same, same).high == pytest.approx(np.sqrt(39))  # F(0.975; 2, 2) = 39


@pytest.mark.parametrize("users", [3, 10, 30])
def test_f_test_rejects_five_per_cent_of_equal_spreads(users):
    first, second = generator("test", "f", users).standard_normal((2, DRAWS, users))
    assert within_simulation_error(np.mean(f_ratio(first, second).p_value <= 0.05), 0.05, DRAWS)


@pytest.mark.parametrize("users", [3, 10, 30])
@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.9])
def test_pitman_morgan_rejects_five_per_cent_of_equal_spreads(users, correlation):
    first, other = generator("test", "pm", users, correlation).standard_normal((2, DRAWS, users))
    second = correlation * first + np.sqrt(1 - correlation**2) * other
    rejected = np.mean(pitman_morgan(first, second).p_value <= 0.05)
    assert within_simulation_error(rejected, 0.05, DRAWS)


def test_pitman_morgan_interval_covers_the_true_ratio():
    first, other = generator("test", "pm coverage").standard_normal((2, DRAWS, 12))
    result = pitman_morgan(3 * first, 0.6 * first + 0.8 * other)
    assert within_simulation_error(np.mean((result.low < 3) & (result.high > 3)), 0.95, DRAWS)


def test_pitman_morgan_is_the_correlation_of_sum_and_difference():
    first, second = generator("test", "pm scipy").standard_normal((2, 9))
    result = pitman_morgan(2 * first + second, second)
    expected = stats.pearsonr(2 * first + 2 * second, 2 * first)
    assert result.p_value == pytest.approx(expected.pvalue)
    assert result.ratio == pytest.approx(np.std(2 * first + second) / np.std(second))
    assert result.log_ratio == pytest.approx(np.log(result.ratio))


def test_the_ends_of_the_interval_are_where_the_test_just_rejects():
    first, second = generator("test", "pm ends").standard_normal((2, 7))
    second += 0.5 * first
    result = pitman_morgan(first, second)
    for end in (result.low, result.high):
        assert pitman_morgan(first, end * second).p_value == pytest.approx(0.05)


@given(st.integers(3, 12), st.integers(0, 1000))
def test_swapping_the_conditions_inverts_the_ratio(users, seed):
    first, second = generator("test", "swap", seed).standard_normal((2, users))
    there, back = pitman_morgan(first, second), pitman_morgan(second, first)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p_value == pytest.approx(back.p_value)


def test_realisations_average_variances_and_bring_no_degrees_of_freedom():
    first, second = generator("test", "realisations").standard_normal((2, 8))
    once = pitman_morgan(2 * first, second)
    thrice = pitman_morgan(
        np.stack([2 * first] * 3), np.stack([second] * 3), over_realisations=True
    )
    assert thrice == pytest.approx(once)


def users_on_realisations(rng, habit, realisations=5, users=30, draws=2000):
    """Values of users of whose variance a share, the habit, is the same on each realisation."""
    persistent = np.sqrt(habit) * rng.standard_normal((draws, 1, users))
    fresh = np.sqrt(1 - habit) * rng.standard_normal((draws, realisations, users))
    return persistent + fresh


@pytest.mark.parametrize(("habit", "least"), [(1.0, 0.03), (0.8, 0.01), (0.0, 0.0)])
def test_over_realisations_equal_spreads_are_not_rejected_too_often(habit, least):
    """Exact where users differ by habit alone, cautious where sittings differ too."""
    rng = generator("test", "pm realisations", habit)
    sides = [users_on_realisations(rng, habit) for _ in range(2)]
    rejected = np.mean(pitman_morgan(*sides, over_realisations=True).p_value <= 0.05)
    assert least <= rejected < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize("habit", [1.0, 0.5, 0.0])
def test_the_interval_of_a_pooled_sd_covers_at_least_as_often_as_it_says(habit):
    values = users_on_realisations(generator("test", "pooled sd", habit), habit)
    sd = np.sqrt(values.var(axis=-1, ddof=1).mean(axis=-1))
    low, high = sd_interval_factors(values.shape[-1])
    covered = np.mean((sd * low <= 1) & (sd * high >= 1))
    assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 2000)


def test_proportional_pairs_and_equal_values_allow_no_test():
    values = np.array([1.0, 2.0, 4.0])
    assert np.isnan(pitman_morgan(2 * values, values).p_value)
    assert np.isnan(pitman_morgan(values, np.ones(3)).ratio)
    assert np.isnan(f_ratio(values, np.ones(3)).p_value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: f_ratio([1.0], [1.0, 2.0]), "at least 2 users, found 1"),
        (lambda: f_ratio([1.0, np.nan], [1.0, 2.0]), "finite"),
        (lambda: sd_interval_factors(3, level=95), "between 0 and 1"),
        (lambda: sd_interval_factors(1), "at least 2 users, found 1"),
        (lambda: pitman_morgan([1, 2], [1, 2]), "at least 3 users"),
        (lambda: pitman_morgan([1, 2, 3], [1, 2, 3, 4]), "same users"),
    ],
)
def test_bad_values_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
