"""Traits of people from their statistics: posteriors whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from manyeyes.persons.posterior import Learner, nearest, weighted_quantiles
from manyeyes.persons.simulating import Table
from manyeyes.persons.spread import mean_and_spread

NOISE = 0.5
SHOWN = ["criterion", "outline_habit_px", "hand_noise_px", "brush_px", "hand_correlation_px"]
SAID = ["criterion", "outline_habit_px", "brush_px"]


def people(number, seed):
    """People whose criterion, habit plus tolerance, and brush show in three statistics."""
    rng = np.random.default_rng(seed)
    traits = pd.DataFrame({name: rng.normal(size=number) for name in SHOWN})
    traits["brush_px"] = rng.choice([3.0, 5.0, 7.0], number)
    marks = pd.DataFrame(
        {
            (0, "threshold:level"): traits["criterion"] + NOISE * rng.normal(size=number),
            (1, "line:shift"): traits["outline_habit_px"] + traits["hand_noise_px"],
            (1, "width:0.5"): traits["brush_px"] + 0.3 * rng.normal(size=number),
            (1, "grey:active mean"): rng.normal(size=number),
        }
    )
    marks.columns = pd.MultiIndex.from_tuples(marks.columns)
    return Table(traits, marks, 0)


@pytest.fixture(scope="module")
def learner():
    return Learner(people(700, 1), "test")


def test_a_trait_that_shows_has_the_posterior_of_the_normal_model(learner):
    observed = pd.Series([1.0, 0.0, 5.0, 0.0], index=learner.table.marks.columns)
    row = learner.posterior(observed).summary.set_index("trait").loc["criterion"]
    # prior N(0, 1), seen with an error of 0.5: mean 1 / 1.25, SD sqrt(0.2)
    assert row["estimate"] == pytest.approx(0.8, abs=0.12)
    low, high = stats.norm.interval(0.9, 0.8, np.sqrt(0.2))
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.2)
    assert row["explained"] == pytest.approx(0.8, abs=0.05)
    assert row["informed_by"] == "the threshold"


def test_a_trait_that_does_not_show_keeps_its_prior_and_says_so(learner):
    observed = pd.Series([3.0, 2.0, 7.0, 1.0], index=learner.table.marks.columns)
    found = learner.posterior(observed).summary.set_index("trait")
    row = found.loc["hand_correlation_px"]
    assert not row["informed"]
    assert row["informed_by"] == ""
    ends = row[["estimate", "low", "high"]].to_numpy(float)
    prior = row[["prior_median", "prior_low", "prior_high"]].to_numpy(float)
    assert ends == pytest.approx(prior)
    assert set(SAID) < set(found.index[found["informed"]])


def test_intervals_cover_as_often_as_they_say(learner):
    others = people(300, 2)
    covered = {"criterion": 0, "outline_habit_px": 0}
    for place, posterior in enumerate(learner.posteriors(others.marks, draws=2)):
        found = posterior.summary.set_index("trait")
        for name in covered:
            true = others.traits[name].iloc[place]
            covered[name] += found.loc[name, "low"] <= true <= found.loc[name, "high"]
    assert 0.85 < covered["criterion"] / 300 < 0.95
    assert 0.85 < covered["outline_habit_px"] / 300 < 0.95


def test_a_brush_has_a_width_that_exists(learner):
    observed = pd.Series([0.0, 0.0, 5.1, 0.0], index=learner.table.marks.columns)
    posterior = learner.posterior(observed)
    row = posterior.summary.set_index("trait").loc["brush_px"]
    assert row["estimate"] == 5.0
    assert set(posterior.draws["brush_px"]) <= {3.0, 5.0, 7.0}


def test_draws_keep_what_only_a_sum_tells(learner):
    observed = pd.Series([0.0, 0.0, 5.0, 0.0], index=learner.table.marks.columns)
    draws = learner.posterior(observed).draws
    # habit and hand show only as their sum, so if one is high the other is low
    together = np.corrcoef(draws["outline_habit_px"], draws["hand_noise_px"])[0, 1]
    apart = np.corrcoef(draws["criterion"], draws["hand_correlation_px"])[0, 1]
    assert together < -0.7
    assert abs(apart) < 0.2


def test_a_fit_is_the_same_again_and_differs_by_its_seed():
    table = people(220, 3)
    observed = table.marks.iloc[5]
    one, same, other = (Learner(table, seed).posterior(observed) for seed in ("a", "a", "b"))
    pd.testing.assert_frame_equal(one.summary, same.summary, check_exact=True)
    pd.testing.assert_frame_equal(one.draws, same.draws, check_exact=True)
    assert not one.draws.equals(other.draws)


def test_statistics_beyond_all_simulated_people_count_as_the_most_extreme(learner):
    columns = learner.table.marks.columns
    far = learner.posterior(pd.Series([1e6, 0.0, 5.0, 0.0], index=columns)).summary
    end = learner.table.marks[0, "threshold:level"].max()
    near = learner.posterior(pd.Series([end, 0.0, 5.0, 0.0], index=columns)).summary
    assert np.array_equal(far["estimate"], near["estimate"])


def test_a_missing_statistic_says_nothing(learner):
    columns = learner.table.marks.columns
    row = learner.posterior(pd.Series([np.nan, 0.0, 5.0, 0.0], index=columns)).summary.iloc[0]
    assert row["estimate"] == pytest.approx(0.0, abs=0.2)


def test_few_people_are_refused():
    with pytest.raises(ValueError, match="at least 200 simulated people, found 50"):
        Learner(people(50, 1), "test")


def test_the_nearest_count_most():
    near, weights = nearest(np.arange(1000.0), 500.2)
    assert near[0] == 500
    assert len(near) == 150
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == weights.max()


def test_quantiles_of_weighted_values():
    values = np.arange(100.0)
    assert weighted_quantiles(values, np.ones(100) / 100, [0.5])[0] == pytest.approx(49.5)
    heavy = np.where(values == 70, 99.0, 0.01)
    assert weighted_quantiles(values, heavy / heavy.sum(), [0.5])[0] == pytest.approx(70, abs=0.5)


@pytest.mark.parametrize("spread", [0.4, 1.5])
def test_people_are_found_as_far_apart_as_they_are(spread):
    rng = np.random.default_rng(4)
    own = rng.normal(0.5, spread, 60)
    seen = own + rng.normal(0, NOISE, 60)
    # what the record of each says, with the population N(0, 1) as prior
    sd = np.sqrt(NOISE**2 / (1 + NOISE**2))
    draws = [rng.normal(value / (1 + NOISE**2), sd, 400) for value in seen]
    (low, middle, high), (mean_low, _, mean_high) = mean_and_spread(draws)
    assert low < spread < high
    assert middle == pytest.approx(spread, rel=0.3)
    assert mean_low < 0.5 < mean_high


def test_two_people_say_little_about_a_spread():
    rng = np.random.default_rng(5)
    (low, _, high), _ = mean_and_spread([rng.normal(0, 0.3, 400), rng.normal(0.2, 0.3, 400)])
    assert high / low > 4
