"""How many people and sittings a laboratory needs: known answers, and simulated laboratories."""

import numpy as np
import pytest

from manyeyes.statistics.laboratory import (
    laboratory_table,
    laboratory_words,
    people_needed,
    sd_interval,
    sittings_needed,
    within_share_interval,
)


def test_the_interval_of_a_spread_is_that_of_the_textbook():
    # chi-square with 9 degrees of freedom: 3.325 and 16.919 (5 and 95 %)
    low, high = sd_interval(10)
    assert low == pytest.approx(np.sqrt(9 / 16.919), abs=1e-4)
    assert high == pytest.approx(np.sqrt(9 / 3.3251), abs=1e-4)


def test_the_interval_holds_the_spread_of_simulated_people_as_often_as_it_says():
    low, high = sd_interval(8)
    found = np.random.default_rng(1).normal(0, 3.0, (20_000, 8)).std(axis=1, ddof=1)
    held = np.mean((low * found <= 3.0) & (high * found >= 3.0))
    assert held == pytest.approx(0.9, abs=0.01)


def test_what_a_record_does_not_say_takes_more_people():
    sure, unsure = sd_interval(20), sd_interval(20, reliability=0.5)
    assert unsure[0] < sure[0]
    assert unsure[1] > sure[1]
    # by hand: half of the variance is error, so 2 x (19 / 10.117) - 1
    assert unsure[1] == pytest.approx(np.sqrt(2 * 19 / 10.117 - 1), abs=1e-3)
    assert people_needed(0.25, reliability=0.5) > 3 * people_needed(0.25)


@pytest.mark.parametrize("half_width", [0.5, 0.25, 0.1])
def test_the_people_needed_are_the_fewest_who_are_enough(half_width):
    people = people_needed(half_width)

    def width(number):
        low, high = sd_interval(number)
        return (high - low) / 2

    assert width(people) <= half_width < width(people - 1)


def test_the_share_within_people_lies_where_simulated_laboratories_find_it():
    people, sittings, share = 10, 4, 0.3
    rng = np.random.default_rng(2)
    lasting = rng.normal(0, np.sqrt(1 - share), (4000, people, 1))
    values = lasting + rng.normal(0, np.sqrt(share), (4000, people, sittings))
    between = sittings * values.mean(axis=2).var(axis=1, ddof=1)
    within = values.var(axis=2, ddof=1).mean(axis=1)
    # the moment estimator of the share, at the median ratio, lies within the interval
    ratio = np.median(between / within)
    estimate = 1 - (ratio - 1) / (ratio + sittings - 1)
    low, high = within_share_interval(people, sittings, share)
    assert low < estimate < high
    assert estimate == pytest.approx(share, abs=0.03)
    # as wide as estimates scatter: 90 % of them lie in an interval of a similar width
    found = between / within
    shares = 1 - (found - 1) / (found + sittings - 1)
    scatter = np.quantile(np.clip(shares, 0, 1), [0.05, 0.95])
    assert (high - low) == pytest.approx(np.ptp(scatter), rel=0.2)


def test_more_people_or_sittings_make_it_narrower():
    widths = [np.ptp(within_share_interval(n, s)) for n, s in ((5, 2), (20, 2), (20, 4), (200, 4))]
    assert widths == sorted(widths, reverse=True)
    assert within_share_interval(5000, 5, 0.25) == pytest.approx((0.25, 0.25), abs=0.02)


def test_sittings_cannot_replace_people():
    assert sittings_needed(3, 0.1) is None
    often = sittings_needed(26, 0.1)
    assert np.ptp(within_share_interval(26, often)) <= 0.2
    assert np.ptp(within_share_interval(26, often - 1)) > 0.2


def test_the_words_say_how_many_more():
    text = laboratory_words(3, 1, 0.25, 0.1)
    assert "takes 26 people; you have 3, so 23 more." in text
    assert "must sit down 7 times each; so far it is 1." in text
    assert "they did." in laboratory_words(30, 8, 0.25, 0.1)


def test_the_table_has_no_share_of_a_single_sitting():
    table = laboratory_table(people=[5], sittings=[2])
    assert table["sittings"].to_list() == [1, 2]
    assert np.isnan(table["share_low"][0])
    assert table["sd_high"][0] == table["sd_high"][1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sd_interval(1), "at least 2 people, found 1"),
        (lambda: sd_interval(5, reliability=0), "reliability must be between 0 and 1, found 0"),
        (lambda: people_needed(0), "must be above 0, found 0"),
        (lambda: people_needed(0.001), "more than 10000 people"),
        (lambda: within_share_interval(5, 1), "at least 2 people and 2 sittings"),
        (lambda: sittings_needed(5, -1), "must be above 0"),
    ],
)
def test_impossible_questions_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
