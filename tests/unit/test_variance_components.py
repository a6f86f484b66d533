"""Variances of users and seeds: known answers, and intervals that cover what they should."""

import numpy as np
import pytest
import scipy

from manyeyes.statistics.variance_components import crossed_components, difference_of_mean_squares


def test_parts_of_a_table_by_hand():
    # Users 0 and 4, seeds -1, 0 and 1, and a rest of +-1 in opposite corners, which sums to 0.
    values = np.array([[0.0], [4.0]]) + np.array([-1.0, 0.0, 1.0])
    values += np.array([[1.0, 0.0, -1.0], [-1.0, 0.0, 1.0]])
    found = crossed_components(values)
    # Mean squares by hand: users 3 * (2^2 + 2^2) / 1, seeds 2 * (1 + 1) / 2, rest 4 / 2.
    assert found.rest.value == pytest.approx(2.0)
    assert found.user.value == pytest.approx((24 - 2) / 3)
    assert found.seed.value == 0.0
    assert found.another_seed.value == pytest.approx(2 / 2 + 2 / 2)
    assert found.one_training.value == pytest.approx(24 / 3 + 2 / 2 + 2 * (1 - 1 / 3 - 1 / 2))
    assert found.statistic == pytest.approx(12.0)
    assert found.mean == pytest.approx(2.0)


def test_the_interval_of_the_rest_is_exact():
    rng = np.random.default_rng(1)
    found = crossed_components(rng.normal(size=(5, 3)))
    low, high = scipy.stats.chi2.ppf([0.025, 0.975], 8)
    assert found.rest.low == pytest.approx(8 * found.rest.value / high)
    assert found.rest.high == pytest.approx(8 * found.rest.value / low)


def test_without_a_rest_the_interval_of_users_is_that_of_chi_square():
    values = np.array([[1.0], [2.0], [4.0], [8.0]]) + np.zeros((1, 3))
    found = crossed_components(values)
    variance = np.var([1, 2, 4, 8], ddof=1)
    low, high = scipy.stats.chi2.ppf([0.025, 0.975], 3)
    assert found.user == pytest.approx((variance, 3 * variance / high, 3 * variance / low))
    assert found.seed.value == found.rest.value == 0


def test_users_differ_surely_exactly_where_the_f_test_says_so():
    limit = scipy.stats.f.ppf(0.975, 5, 10)
    assert difference_of_mean_squares(1 / 3, 1.001 * limit, 5, 1.0, 10).low > 0
    at = difference_of_mean_squares(1 / 3, 0.999 * limit, 5, 1.0, 10)
    assert at.low == 0 < at.value
    low = scipy.stats.f.ppf(0.025, 5, 10)
    assert difference_of_mean_squares(1 / 3, 0.999 * low, 5, 1.0, 10).high == 0


@pytest.mark.parametrize("sds", [(2.0, 0.5, 1.0), (0.5, 0.2, 1.0)])
def test_intervals_cover_what_they_should(sds):
    rng = np.random.default_rng(3)
    user, seed, rest = sds
    repeats, users, seeds = 600, 8, 3
    covered = np.zeros(5)
    for _ in range(repeats):
        values = (
            user * rng.normal(size=(users, 1))
            + seed * rng.normal(size=(1, seeds))
            + rest * rng.normal(size=(users, seeds))
        )
        found = crossed_components(values)
        true = [user**2, seed**2, rest**2, seed**2 + rest**2]
        parts = [found.user, found.seed, found.rest, found.another_seed]
        covered[:4] += [part.low <= t <= part.high for part, t in zip(parts, true, strict=True)]
        covered[4] += found.mean_low <= 0 <= found.mean_high
    assert (covered / repeats > 0.92).all(), covered / repeats


def test_what_is_refused():
    with pytest.raises(ValueError, match="at least two users and two seeds"):
        crossed_components(np.zeros((3, 1)))
    with pytest.raises(ValueError, match="finite"):
        crossed_components(np.array([[1.0, np.nan], [1.0, 2.0]]))
