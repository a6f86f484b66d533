from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from manyeyes.users.people import FITTED
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.sitting import begin_sitting

CROWD = [draw_traits(Population(), 1, f"user {index}") for index in range(2000)]


def test_a_config_sets_what_it_names_and_nothing_else():
    changed = Population.from_mapping({"margin_px": 2, "inspected_slices": 3})
    expected = asdict(Population()) | {"margin_px": 2, "inspected_slices": 3}
    assert asdict(changed) == expected
    assert Population.from_mapping({}) == Population()


def test_every_prior_is_documented():
    for item in fields(Population):
        assert item.name in Population.__doc__


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"margin": 2}, "unknown key margin in population; its keys are .*margin_px"),
        ({"margin_px": "wide"}, "margin_px must be a number"),
        ({"margin_px": True}, "margin_px must be a number"),
        ({"margin_px": float("nan")}, "margin_px must be a number"),
        ({"hand_noise_px": -1}, "hand_noise_px must be a number of at least 0"),
        ({"eye_sigma_px": None}, "eye_sigma_px must be a number of at least 0, found None"),
        ({"criterion_outline_correlation": -1.1}, "must be a number between -1 and 1, found -1.1"),
        ({"overlay_tries": 1.5}, "overlay_tries must be a whole number of at least 0"),
        ({"overlay_tolerance": 2}, "overlay_tolerance must be a number between 0 and 1"),
        ({"stroke_px": 0}, "stroke_px must be above 0"),
        ({"overshoot_a": 0}, "overshoot_a must be above 0"),
        ({"session_share": 1.5}, "session_share must be a number between 0 and 1"),
        ({"indifference": 0.5}, "indifference must be below 0.5"),
        ({"inspected_slices": 2.5}, "inspected_slices must be a whole number"),
        ({"inspected_slices": 0}, "inspected_slices must be a whole number"),
        ({"eye_sigma_min_px": 4}, "eye_sigma_min_px .* must not exceed"),
    ],
)
def test_an_impossible_population_is_refused(mapping, message):
    with pytest.raises(ValueError, match=message):
        Population.from_mapping(mapping)


def test_a_person_depends_on_seed_and_name_alone():
    assert draw_traits(Population(), 1, "A") == draw_traits(Population(), 1, "A")
    assert draw_traits(Population(), 1, "A") != draw_traits(Population(), 1, "B")
    assert draw_traits(Population(), 1, "A") != draw_traits(Population(), 2, "A")


def test_traits_follow_their_priors():
    prior = Population()
    lasting = np.sqrt(1 - prior.session_share)
    criterion = np.array([traits.criterion for traits in CROWD])
    tolerance = np.array([traits.seed_tolerance for traits in CROWD])
    habit = np.array([traits.outline_habit_px for traits in CROWD])
    eye = np.array([traits.eye_sigma_px for traits in CROWD])
    overshoot = np.array([traits.overshoot_share for traits in CROWD])
    # 2000 draws leave an SD uncertain by 1.6 %, a mean by 2.2 % of the SD
    assert criterion.std() == pytest.approx(prior.threshold_criterion_sd * lasting, rel=0.07)
    assert abs(criterion.mean()) < 0.1 * prior.threshold_criterion_sd
    assert tolerance.std(axis=0) == pytest.approx(prior.seed_error_spread * lasting, rel=0.07)
    assert abs(np.corrcoef(tolerance.T)[0, 1]) < 0.1
    # each user's habit belongs to one draw from real people
    spreads = [traits.population.outline_habit_sd_px for traits in CROWD]
    assert habit.std() == pytest.approx(np.sqrt(np.mean(np.square(spreads))), rel=0.07)
    assert np.median(eye) == pytest.approx(prior.eye_sigma_px, rel=0.05)
    assert prior.eye_sigma_min_px <= eye.min() < eye.max() <= prior.eye_sigma_max_px
    assert overshoot.mean() == pytest.approx(2 / 12, rel=0.07)
    assert {traits.brush_px for traits in CROWD} == {3, 5, 7}
    for name in ("correction_depth", "correction_share"):
        suffix = "_px" if name.endswith("depth") else ""
        values = [getattr(traits, name + suffix) for traits in CROWD]
        low, high = (getattr(prior, f"{name}_{end}{suffix}") for end in ("min", "max"))
        assert low <= min(values) < max(values) <= high


def test_a_wider_prior_spreads_the_same_people():
    narrow = draw_traits(Population(threshold_criterion_sd=0.5), 1, "A")
    wide = draw_traits(Population(threshold_criterion_sd=1.0), 1, "A")
    assert wide.criterion == pytest.approx(2 * narrow.criterion)
    assert wide.eye_sigma_px == narrow.eye_sigma_px


def test_sittings_add_their_share_of_the_variance():
    prior = Population()
    sittings = [begin_sitting(traits, 1, traits.user, "D", "raw", "threshold") for traits in CROWD]
    criterion = np.array([sitting.criterion for sitting in sittings])
    mood = criterion - [traits.criterion for traits in CROWD]
    assert criterion.std() == pytest.approx(prior.threshold_criterion_sd, rel=0.07)
    assert mood.var() == pytest.approx(
        prior.session_share * prior.threshold_criterion_sd**2, rel=0.12
    )
    looks = np.array([sitting.looks for sitting in sittings])
    slabs = np.floor(looks * prior.inspected_slices)
    assert (slabs == np.arange(prior.inspected_slices)).all()


def test_without_session_jitter_moods_never_change():
    traits = draw_traits(Population(session_share=0), 1, "A")
    for dataset in "XYZ":
        sitting = begin_sitting(traits, 1, "A", dataset, "raw", "threshold")
        assert sitting.criterion == traits.criterion
        assert sitting.seed_tolerance == traits.seed_tolerance


def test_what_is_fitted_to_people_is_drawn_for_each_user_and_can_be_stated():
    population = Population()
    one, other = (draw_traits(population, 1, name).population for name in "AB")
    assert all(getattr(one, name) is not None for name in FITTED)
    assert one.outline_habit_sd_px != other.outline_habit_sd_px
    stated = replace(population, outline_habit_sd_px=0.9, hand_noise_ln_sd=0, hand_noise_px=2.0)
    for name in "AB":
        own = draw_traits(stated, 1, name).population
        assert (own.outline_habit_sd_px, own.hand_noise_px) == (0.9, 2.0)
        # the rest is as before
        assert own.outline_exponent == draw_traits(population, 1, name).population.outline_exponent


@pytest.mark.parametrize("correlation", [-1.0, -0.5, 0.0, 0.7, 1.0])
def test_generous_thresholds_go_with_generous_outlines(correlation):
    population = Population(criterion_outline_correlation=correlation, outline_habit_sd_px=1.0)
    crowd = [draw_traits(population, 1, f"user {index}") for index in range(2000)]
    # a high criterion gives little active material
    found = np.corrcoef(
        [-traits.criterion for traits in crowd], [traits.outline_habit_px for traits in crowd]
    )[0, 1]
    assert found == pytest.approx(correlation, abs=0.05)
    assert np.std([traits.outline_habit_px for traits in crowd]) == pytest.approx(1.0, rel=0.05)


def test_sittings_of_one_person_place_outlines_differently():
    traits = draw_traits(Population(outline_sitting_sd_px=0.5), 1, "A")
    shifts = [begin_sitting(traits, 1, "A", sitting).outline_px for sitting in range(2000)]
    assert np.mean(shifts) == pytest.approx(traits.outline_habit_px, abs=0.05)
    assert np.std(shifts) == pytest.approx(0.5, rel=0.07)
