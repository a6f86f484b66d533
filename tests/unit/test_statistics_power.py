"""How many users show a ratio: published numbers, formula against simulation."""

import numpy as np
import pytest

from manyeyes.statistics.power import (
    power_curves,
    power_paired,
    power_table,
    power_unpaired,
    simulated_power,
    users_needed,
    users_to_show,
)

DRAWS = 10_000


def test_users_that_show_a_ratio():
    assert users_needed(2) == 19
    assert users_needed(1.5) == 50
    assert users_needed(2, correlation=0.0) == 19
    assert users_needed(0.5) == 19


def test_the_number_of_users_is_the_smallest_that_reaches_the_power():
    for correlation in (None, 0.6):
        users = users_needed(1.7, correlation=correlation, power=0.9)
        power = power_unpaired if correlation is None else power_paired
        extra = () if correlation is None else (correlation,)
        assert power(users, 1.7, *extra) >= 0.9 > power(users - 1, 1.7, *extra)


def test_users_who_keep_their_habits_save_users():
    needed = [users_needed(1.5, correlation=r) for r in (0.0, 0.5, 0.8, 0.95)]
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] < needed[0] / 3
    assert power_paired(15, 1.5, -0.5) == pytest.approx(power_paired(15, 1.5, 0.5))


def test_equal_spreads_are_rejected_at_the_error_rate():
    assert power_unpaired(12, 1.0) == pytest.approx(0.05)
    assert power_paired(12, 1.0, 0.7) == pytest.approx(0.05)
    assert power_paired(12, 1.0, 0.7, alpha=0.01) == pytest.approx(0.01)


@pytest.mark.parametrize("correlation", [None, 0.0, 0.8])
@pytest.mark.parametrize(("users", "ratio"), [(3, 4.0), (10, 1.8), (30, 0.7)])
def test_formula_and_simulation_agree(users, ratio, correlation):
    exact = (
        power_unpaired(users, ratio)
        if correlation is None
        else power_paired(users, ratio, correlation)
    )
    simulated = simulated_power(
        users, ratio, correlation=correlation, draws=DRAWS, names=("test", users, ratio)
    )
    assert abs(exact - simulated) < 4 * np.sqrt(0.25 / DRAWS)


def test_the_table_has_a_row_for_each_design():
    table = power_table([2.0], correlations=[0.5], draws=2000)
    assert table["design"].tolist() == ["unpaired", "paired"]
    assert table["users"].tolist() == [19, users_needed(2, correlation=0.5)]
    assert (table["power"] >= 0.8).all()
    assert (abs(table["power"] - table["simulated_power"]) < 0.045).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power_unpaired(1, 2.0), "at least 2 users"),
        (lambda: power_paired(2, 2.0), "at least 3 users"),
        (lambda: power_paired(9, 2.0, 1.0), "between -1 and 1"),
        (lambda: power_unpaired(9, 0.0), "above 0"),
        (lambda: power_unpaired(9, 2.0, alpha=5), "error rate"),
        (lambda: users_needed(1.0), "further from 1"),
        (lambda: users_needed(2.0, power=80), "power must be between"),
    ],
)
def test_impossible_questions_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_curves_hold_the_power_of_every_design():
    curves = power_curves([2.0], [5, 19], (0.5,))
    assert list(curves["power"]) == [
        power_unpaired(5, 2.0),
        power_unpaired(19, 2.0),
        power_paired(5, 2.0, 0.5),
        power_paired(19, 2.0, 0.5),
    ]
    assert curves["correlation"].isna().tolist() == [True, True, False, False]


def test_a_ratio_that_was_found_takes_as_many_users_as_if_it_were_true():
    assert users_to_show(2.0, 0.0) == 19
    assert users_to_show(0.5, 0.5) == users_needed(2, correlation=0.5)
    for ratio, correlation in ((1.0, 0.3), (np.nan, 0.3), (2.0, 1.0), (2.0, np.nan)):
        assert np.isnan(users_to_show(ratio, correlation))
