"""Choices of three users: all of them, and how sure a share of them is."""

from itertools import combinations

import numpy as np
import pytest

from manyeyes.randomness import generator
from manyeyes.statistics.choices import (
    central_range,
    choices_of_users,
    mean_of_choices,
    pairs_of_choices,
    place_in,
    sd_of_choices,
    share_of_choices,
    shortest_range,
)


def test_thirty_users_make_4060_choices_of_three():
    choices = choices_of_users(30)
    assert choices.shape == (4060, 3)
    assert len({tuple(row) for row in choices}) == 4060
    assert choices_of_users(3).tolist() == [[0, 1, 2]]


def test_sd_mean_and_pairs_equal_a_plain_loop():
    rng = generator("test", "choices")
    values = rng.random((2, 6))
    pairwise = rng.random((2, 6, 6))
    pairwise += pairwise.transpose(0, 2, 1)
    choices = choices_of_users(6)
    for place, (a, b, c) in enumerate(combinations(range(6), 3)):
        for row in range(2):
            chosen = values[row, [a, b, c]]
            three = pairwise[row, a, b], pairwise[row, a, c], pairwise[row, b, c]
            assert sd_of_choices(values, choices)[row, place] == pytest.approx(
                np.std(chosen, ddof=1)
            )
            assert mean_of_choices(values, choices)[row, place] == pytest.approx(chosen.mean())
            assert pairs_of_choices(pairwise, choices)[row, place] == pytest.approx(np.mean(three))


def test_nested_sets_bound_the_sd_by_the_pairwise_difference():
    """Sets cut by one threshold: SD lies between 0.75 and 0.866 of the mean difference."""
    values = generator("test", "nested").random(10)
    choices = choices_of_users(10)
    differences = np.abs(values[:, None] - values[None, :])
    ratio = sd_of_choices(values, choices) / pairs_of_choices(differences, choices)
    assert ratio.min() >= 0.75 - 1e-9
    assert ratio.max() <= np.sqrt(3) / 2 + 1e-9


def test_place_in_a_distribution():
    assert place_in([1, 2, 3, 4], 0) == 0
    assert place_in([1, 2, 3, 4], 2.5) == 0.5
    assert place_in([1, 2, 3, 4], 9) == 1
    assert place_in([2, 2, 2], 2) == 0.5
    assert central_range(np.arange(1001), 0.9) == pytest.approx((50, 950))


def test_the_shortest_range_of_distances_reaches_down_to_none():
    distances = np.abs(generator("test", "distances").standard_normal(10_000))
    low, high = shortest_range(distances, 0.95)
    assert low < 0.01  # the central range would start at 0.03
    assert high == pytest.approx(1.96, abs=0.06)
    assert np.mean((distances >= low) & (distances <= high)) >= 0.95
    assert shortest_range([3.0], 0.5) == (3.0, 3.0)


def test_a_share_of_all_choices_and_realisations():
    choices = choices_of_users(5)
    holds = np.zeros((2, len(choices)), bool)
    holds[0] = (choices == 0).any(axis=1)
    share = share_of_choices(holds, choices, 5)
    assert share.share == pytest.approx(6 / 20)  # user 0 is in 6 of 10 choices, in one of two
    assert 0 <= share.low < share.share < share.high <= 1


def test_a_single_choice_has_no_interval():
    share = share_of_choices(np.ones((1, 1), bool), choices_of_users(3), 3)
    assert share.share == 1
    assert np.isnan(share.low)
    assert np.isnan(share.high)


def test_an_interval_needs_two_choices_without_each_user():
    # of the choices of three of four, one lacks a given user; of those of five, four do
    four, five = (choices_of_users(users) for users in (4, 5))
    assert np.isnan(share_of_choices(np.eye(1, 4, dtype=bool), four, 4).low)
    assert share_of_choices(np.eye(1, 10, dtype=bool), five, 5).low == 0


def test_the_interval_of_a_share_has_the_width_that_new_users_show():
    """Overlapping choices are not independent: a binomial interval would be far too narrow."""
    users, studies = 12, 400
    choices = choices_of_users(users)
    values = generator("test", "share").standard_normal((2, studies, users))
    holds = sd_of_choices(values[0], choices) < sd_of_choices(1.5 * values[1], choices)
    results = [share_of_choices(row[None], choices, users) for row in holds]
    shares = np.array([result.share for result in results])
    # equal tails are cut at 0 and 1, so the inner side shows the full reach
    reach = np.array([result.share - result.low for result in results]) / 1.959964
    assert np.sqrt(np.mean(reach**2)) == pytest.approx(shares.std(), rel=0.25)
    binomial = np.sqrt(shares.mean() * (1 - shares.mean()) / len(choices))
    assert shares.std() > 3 * binomial


def test_users_and_realisations_add_to_the_interval():
    choices = choices_of_users(12)
    of_user = (choices < 3).any(axis=1)
    one = share_of_choices(of_user[None], choices, 12)
    alike = share_of_choices(np.repeat(of_user[None], 3, axis=0), choices, 12)
    # realisations that agree add nothing, and take nothing away
    assert alike == pytest.approx(one)
    assert one.high - one.low > 0.2


def test_realisations_that_differ_widen_the_interval():
    choices = choices_of_users(10)
    holds = generator("test", "wide").random((1, len(choices))) < 0.5
    alike = np.repeat(holds, 4, axis=0)
    unlike = alike.copy()
    unlike[0] = True
    narrow, wide = (share_of_choices(one, choices, 10) for one in (alike, unlike))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: choices_of_users(2), "cannot choose 3 out of 2"),
        (lambda: place_in([], 1.0), "at least one number"),
        (lambda: place_in([np.nan], 1.0), "none missing"),
        (lambda: share_of_choices(np.ones(4), choices_of_users(4), 4), "realisations, 4"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
