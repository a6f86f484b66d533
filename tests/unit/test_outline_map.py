"""The map over people's outlines, on responses with a known break-even value."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from manyeyes.figures import fig_outline_map
from manyeyes.figures.figure import FigureData
from manyeyes.statistics.outline_experiment import (
    Parts,
    assurance,
    mean_squares,
    people_needed,
    placed,
    power_to_place,
)
from manyeyes.statistics.outline_map import (
    Responses,
    break_even,
    log_ratio,
    outline_map_table,
    outline_people_table,
    panels,
    probability_of_less,
    responses_of,
    spreads_of_people,
)
from manyeyes.statistics.outline_text import outline_text

SHIFTS = np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0])


def responses(users=30, slope=0.04, own=0.02, slider=0.05, noise=0.0):
    """Painters with an SD of `own` beside their shifts, against sliders with an SD of `slider`."""
    rng = np.random.default_rng(3)

    def exact(size):
        scores = rng.standard_normal(users)
        return size * (scores - scores.mean()) / scores.std(ddof=1)

    score = exact(1.0)
    painted = 0.5 + exact(own)[:, None] + slope * SHIFTS
    painted = painted + noise * rng.standard_normal(painted.shape)
    return Responses(0.5 + slider * score, painted, SHIFTS, score)


def rows_of(given, dataset="NMC-2", outline_px=70.0):
    rows = []
    for user, (slider, painted) in enumerate(zip(given.slider, given.painted, strict=True)):
        who = {
            "user": str(user),
            "generosity": given.generosity[user],
            "outline_px": outline_px,
            "shift_scale": 1.0,
        }
        rows.append({"shift_px": np.nan, "active_fraction": slider, "variant": "S2", **who})
        rows += [
            {"shift_px": shift, "active_fraction": value, "variant": "MLX25", **who}
            for shift, value in zip(given.shifts_px, painted, strict=True)
        ]
    return pd.DataFrame(rows).assign(dataset=dataset, filter="raw")


def test_the_ratio_is_that_of_the_variances_that_were_put_in():
    estimate, error = log_ratio(responses(), [0.0, 0.5, 2.0])
    spreads = np.array([0.0, 0.5, 2.0])
    expected = np.sqrt(0.02**2 + (0.04 * spreads) ** 2) / 0.05
    assert np.exp(estimate) == pytest.approx(expected, rel=1e-3)
    # two independent SDs of 30 normal users, and one where shifts make the other
    assert error[0] == pytest.approx(1 / np.sqrt(29), rel=0.4)
    assert (error > 0.05).all()


def test_both_spread_alike_where_the_variances_do():
    even = break_even(responses(), 5.0)
    assert even.px == pytest.approx(np.sqrt(0.05**2 - 0.02**2) / 0.04, rel=2e-3)
    assert 0 < even.low < even.px < even.high < 5
    narrow = break_even(responses(), 5.0, level=0.5)
    assert even.low < narrow.low < even.px < narrow.high < even.high


def test_there_may_be_no_break_even_value():
    assert break_even(responses(own=0.2), 5.0).px == 0
    assert break_even(responses(slope=0.0001), 5.0).px == np.inf


def test_noise_of_paintings_is_not_lost_between_shifts():
    """At a shift between two paintings, their mean would have half the noise of one."""
    noisy = responses(users=2000, own=0.0, noise=0.03)
    spreads = np.array([0.0, 0.3, 1.0])
    estimate, _ = log_ratio(noisy, spreads)
    expected = np.sqrt(0.03**2 + (0.04 * spreads) ** 2) / 0.05
    assert np.exp(estimate) == pytest.approx(expected, rel=0.03)


def test_shifts_beyond_those_painted_go_on_along_the_mean():
    given = responses(own=0.0, slope=0.02)
    narrow = given._replace(shifts_px=given.shifts_px[2:5], painted=given.painted[:, 2:5])
    spreads = [1.0, 3.0]
    expected = 0.02 * np.array(spreads) / 0.05
    assert np.exp(log_ratio(narrow, spreads)[0]) == pytest.approx(expected, rel=1e-3)


def test_people_below_the_break_even_value_are_probably_won():
    given = responses()
    even = break_even(given, 5.0).px
    assert probability_of_less(given, [even]) == pytest.approx(0.5, abs=0.01)
    assert probability_of_less(given, [0.2 * even]) > 0.95
    assert probability_of_less(given, [3 * even]) < 0.05
    half = probability_of_less(given, [0.01, 20.0])
    assert half == pytest.approx(0.5, abs=0.01)


def test_panels_depend_on_the_correlation_and_the_ratio_does_not():
    # outlines alone move painters, as far as the criterion moves sliders
    given = responses(own=0.0, slope=0.04, slider=0.05)
    share, together = panels(given, [1.0, 1.5], [-1.0, 0.0, 1.0], "test")
    # all three of a panel keep their order and distances: those of the slider, times 0.8 or 1.2
    assert share[0, 2] == 1
    assert share[1, 0] == 0
    assert 0.3 < share[0, 1] < 0.9
    assert together[0] == pytest.approx([-1, 0, 1], abs=0.1)
    few = rows_of(responses(users=8))
    table = outline_map_table(few, "seed")
    assert (table.groupby("spread_px")["sd_ratio"].nunique() == 1).all()
    again = outline_map_table(few, "seed")
    pd.testing.assert_frame_equal(table, again)


def test_users_who_lack_a_painting_are_refused():
    rows = rows_of(responses())
    with pytest.raises(ValueError, match="a painting for each shift"):
        responses_of(rows.drop(index=3))
    with pytest.raises(ValueError, match="at least 5 users, found 4"):
        responses_of(rows[rows["user"].isin(list("0123"))])
    with pytest.raises(ValueError, match="no ratio"):
        log_ratio(responses(slider=0.0), [1.0])


def test_fitted_people_are_carried_over_in_two_ways():
    law = [spreads_of_people(px, "law of size", "apart") for px in (70.0, 600.0)]
    cells = [spreads_of_people(px, "pixels of cells", "apart") for px in (70.0, 600.0)]
    assert np.median(law[0]) == pytest.approx(0.51, abs=0.02)
    assert np.array_equal(cells[0], cells[1])
    assert np.array_equal(law[1], cells[1])
    joint = spreads_of_people(70.0, "law of size", "with the sitting")
    assert (joint > law[0]).all()


def test_the_experiment_of_people_alone_has_the_power_of_a_chi_square():
    """Without sittings and objects it is a test of a variance with n - 1 degrees of freedom."""
    habit, boundary, people = 0.5, 1.0, 12
    limit = chi2.ppf(0.025, people - 1)
    expected = chi2.cdf((boundary / habit) ** 2 * limit, people - 1)
    found = power_to_place(Parts(habit, 0.0, 0.0), boundary, people, 5, "test")
    assert found == pytest.approx(expected, abs=0.03)


def test_enough_people_are_just_enough():
    parts, boundary = Parts(0.5, 0.0, 0.0), 1.0
    people = int(people_needed(parts, boundary, 5, "test"))

    def exact(number):
        return chi2.cdf((boundary / 0.5) ** 2 * chi2.ppf(0.025, number - 1), number - 1)

    assert exact(people - 2) < 0.8 <= exact(people + 1)
    assert np.isnan(people_needed(parts, 0.502, 5, "test"))
    nearer = people_needed(parts, 0.8, 5, "test")
    assert nearer > people
    assert people_needed(Parts(0.5, 0.3, 1.0), 0.8, 20, "test") > 2


def test_people_at_the_boundary_are_rarely_placed_on_either_side():
    parts = Parts(0.4, 0.3, 0.6)
    squares = mean_squares(parts, 20, 20, 20_000, np.random.default_rng(1))
    sides = placed(squares, 0.5, 20, 20)
    assert np.mean(sides == -1) == pytest.approx(0.025, abs=0.01)
    assert np.mean(sides == 1) == pytest.approx(0.025, abs=0.01)


def test_mean_squares_are_those_of_outlines_by_the_rater_model():
    """Shifts are drawn one by one, those of objects with the heavy tails of the fit."""
    rng = np.random.default_rng(2)
    parts, people, objects, many = Parts(0.4, 0.3, 0.6), 20, 10, 1500
    habit = 0.4 * rng.standard_normal((many, people, 1, 1))
    sitting = 0.3 * rng.standard_normal((many, people, 2, 1))
    each = 0.6 / np.sqrt(2) * rng.standard_t(4, (many, people, 2, objects))
    shifts = habit + sitting + each
    means = shifts.mean(axis=-1)
    persons = 2 * means.mean(axis=-1).var(axis=-1, ddof=1)
    sittings = means.var(axis=-1, ddof=1).mean(axis=-1)
    rest = shifts - means[..., None] - shifts.mean(axis=(1, 2), keepdims=True)
    rest = rest + shifts.mean(axis=(1, 2, 3), keepdims=True)
    left = np.sum(rest**2, axis=(1, 2, 3)) / ((2 * people - 1) * (objects - 1))
    drawn = mean_squares(parts, people, objects, many, rng)
    for mine, theirs in zip((persons, sittings, left), drawn, strict=True):
        assert mine.mean() == pytest.approx(theirs.mean(), rel=0.05)
    placed_mine = np.mean(placed((persons, sittings, left), 0.8, people, objects) == -1)
    placed_theirs = np.mean(placed(drawn, 0.8, people, objects) == -1)
    assert placed_mine == pytest.approx(placed_theirs, abs=0.05)


def test_assurance_is_lower_where_people_may_lie_at_the_boundary():
    sure = Parts(np.full(100, 0.4), np.full(100, 0.1), np.full(100, 0.3))
    unsure = Parts(np.linspace(0.1, 2, 100), np.full(100, 0.1), np.full(100, 0.3))
    assert assurance(sure, 0.9, 20, 5, "test") > 0.9
    assert 0.5 < assurance(unsure, 0.9, 20, 5, "test") < 0.9


@pytest.fixture(scope="module")
def made_up():
    shifts = pd.concat(
        [
            rows_of(responses(users=10), "NMC-2"),
            rows_of(responses(users=10, own=0.2), "GRA-2", 150.0),
            rows_of(responses(users=10, slope=0.0001), "NEX-U", 150.0),
        ]
    )
    people = outline_people_table(shifts, "seed").assign(painted="MLX25", slider="S2")
    return outline_map_table(shifts, "seed"), people


def test_the_table_of_people_says_what_would_settle_it(made_up):
    _, people = made_up
    own = people[(people["dataset"] == "NMC-2") & (people["objects"] == "apart")]
    assert own["break_even_px"].tolist() == pytest.approx([1.146] * 2, rel=2e-3)
    law, cells = own.itertuples()
    assert law.probability > 0.9
    assert 0.3 < cells.probability < 0.7
    assert law.people_with_20_objects <= law.people_with_5_objects < 20
    # at the median of cells the spread is the break-even value
    assert np.isnan(cells.people_with_5_objects)
    assert people[people["objects"] != "apart"]["people_with_5_objects"].isna().all()


def test_the_text_says_for_each_image_where_people_lie(made_up):
    _, people = made_up
    lead, nmc, graphite, nex, experiment = outline_text(people, "MLX25", "S2").split("\n\n")
    assert "nobody has measured" in lead
    assert "both spread alike if outlines differ by 1.15 px (0." in nmc
    assert "probability 0.9" in nmc
    assert "MLX25 spreads more than S2 even if all place outlines alike" in graphite
    assert "wherever the map reaches" in nex
    assert "(b) more than 200" in experiment
    number = people["people_with_5_objects"].min()
    assert f"with a standard error of {1 / np.sqrt(number - 1):.2f} where" in experiment
    assert "on GRA-2 (raw) nothing, for there is no such value" in experiment


def test_the_map_is_drawn_with_people_below_each_image(made_up):
    table, people = made_up
    names = dict.fromkeys(("NMC-2", "GRA-2", "NEX-U"), "twin")
    data = FigureData({"outline_map": table, "outline_people": people}, names)
    figure = fig_outline_map.draw(data)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert [any(name in title for title in titles) for name in names] == [True] * 3
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    inner = people.loc[people["probability"].between(0.01, 0.99), "probability"]
    assert {f"{value:.2f}" for value in inner} <= texts
    assert "< 0.01" in texts
    assert fig_outline_map.FIGURE.finding(data).startswith("MLX25 spreads less than S2")
