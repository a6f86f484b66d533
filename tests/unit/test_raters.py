"""Outlines of real people: displacements, the rater model, and draws from it."""

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from manyeyes.statistics.crossed_effects import crossed_effects
from manyeyes.statistics.rater_model import check_raters, fit_raters
from manyeyes.users.people import FITTED, people, typical_people
from manyeyes.users.raters import correlation_length, displacements, edge_width

Y, X = np.mgrid[:120, :120]
RADIUS = np.hypot(Y - 60, X - 60)


def disc(radius):
    return radius > RADIUS


def test_displacements_of_discs_are_their_differences_in_radius():
    found = displacements({"small": disc(28), "middle": disc(30), "large": disc(33)})
    shifts = {name: values.mean() for name, values in found.by_rater.items()}
    assert shifts == pytest.approx({"small": -2, "middle": 0, "large": 3}, abs=0.15)
    assert all(values.std() < 0.4 for values in found.by_rater.values())
    assert len(found.points) == pytest.approx(2 * np.pi * 30, rel=0.06)
    assert found.area_px == np.count_nonzero(disc(30))
    # normals point into the object
    inward = np.array([60, 60]) - found.points
    assert (np.sum(found.normals * inward, axis=1) > 0).all()


def test_a_mask_of_another_object_is_left_out():
    elsewhere = np.hypot(Y - 30, X - 30) < 20
    found = displacements({1: disc(30), 2: disc(31), 3: disc(29), 4: elsewhere})
    assert found.left_out == (4,)
    assert set(found.by_rater) == {1, 2, 3}


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        ({1: disc(30), 2: disc(30)}, "at least 3 raters, found 2"),
        ({1: disc(30), 2: disc(30), 3: disc(0)}, "mask of 3 is empty"),
        ({1: disc(30), 2: disc(30), 3: disc(30)[:50]}, "must have one shape"),
    ],
)
def test_masks_that_cannot_be_compared_are_refused(masks, words):
    with pytest.raises(ValueError, match=words):
        displacements(masks)


def test_correlation_length_of_a_smoothed_outline():
    rng = np.random.default_rng(1)
    noise = ndimage.gaussian_filter1d(rng.standard_normal(20_000), 4.0, mode="wrap")
    # exp(-(s / (2 sigma)) ** 2) falls to 1 / e at 2 sigma
    assert correlation_length(noise) == pytest.approx(8.0, rel=0.05)
    assert np.isnan(correlation_length(np.zeros(100)))


def test_edge_width_of_a_gaussian_step():
    sharp = np.where(disc(30), 200.0, 50.0)
    outline = displacements({1: disc(30), 2: disc(30), 3: disc(30)})
    blurred = ndimage.gaussian_filter(sharp, 2.0)
    assert edge_width(blurred, outline) == pytest.approx(2.563 * 2.0, rel=0.06)


def made_up_outlines(persons=10, objects=15, seed=3):
    """Outlines of one law: habit 1, sitting 0.5 and object 0.8 px at 70 px, growing by the root."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(3):
        sizes = 70 * np.exp(rng.normal(number - 1, 0.3, objects))
        for person in range(persons):
            habit = np.random.default_rng(person).normal(0, 1.0)
            for tool in "ab":
                sitting = habit + rng.normal(0, 0.5)
                for index, size in enumerate(sizes):
                    scale = np.sqrt(size / 70)
                    rows.append(
                        {
                            "set": f"set {number}",
                            "object": str(index),
                            "person": f"person {person}",
                            "tool": tool,
                            "shift_px": scale * (sitting + rng.normal(0, 0.8)),
                            "spread_px": 0.6 * scale * np.exp(rng.normal(0, 0.2)),
                            "correlation_px": 5.0 * scale * np.exp(rng.normal(0, 0.2)),
                            "outline_px": size,
                        }
                    )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def fitted():
    return fit_raters(made_up_outlines(), 50, "test")


def test_the_rater_model_finds_what_outlines_were_made_with(fitted):
    middle = fitted.median()
    assert middle["outline_exponent"] == pytest.approx(0.5, abs=0.1)
    assert middle["outline_object_sd_px"] == pytest.approx(0.8, rel=0.2)
    assert middle["hand_noise_exponent"] == pytest.approx(0.5, abs=0.05)
    assert middle["hand_correlation_exponent"] == pytest.approx(0.5, abs=0.05)
    assert middle["hand_correlation_px"] == pytest.approx(5.0, rel=0.15)
    for part, value in (("habit", 1.0), ("sitting", 0.5)):
        low, high = fitted[f"outline_{part}_sd_px"].quantile([0.01, 0.99])
        assert low < value < high
    assert middle["outline_habit_sd_px"] > middle["outline_sitting_sd_px"]


def test_outlines_that_were_not_fitted_lie_where_the_model_says(fitted):
    check = check_raters(fitted, made_up_outlines(seed=8), "test")
    assert set(check["measure"]) == {"between_px", "spread_px", "correlation_px"}
    assert (check["inside_percent"] >= 80).all()
    # people who differ three times as much do not
    far = made_up_outlines(seed=8).assign(shift_px=lambda table: 3 * table["shift_px"])
    between = check_raters(fitted, far, "test").query("measure == 'between_px'")
    assert (between["inside_percent"] < 40).all()


def test_outlines_without_named_people_cannot_be_fitted():
    nobody = made_up_outlines(2, 3).assign(person=None)
    with pytest.raises(ValueError, match="no outline has a named person"):
        fit_raters(nobody, 5, "test")


def test_crossed_effects_do_not_mistake_outliers_for_spread():
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(30), 10)
    response = rng.normal(0, 1, 30)[group] + rng.normal(0, 0.3, 300)
    response[::50] += 15
    found = crossed_effects(response, {"group": group}, 1.0, 100, "test").median()
    assert found["group"] == pytest.approx(1.0, rel=0.3)
    assert found["error"] < 0.6


def test_crossed_effects_refuse_what_cannot_be_fitted():
    with pytest.raises(ValueError, match="one level only"):
        crossed_effects(np.ones(3), {"group": np.zeros(3)}, 1.0, 5, "test")
    with pytest.raises(ValueError, match="needs 3 labels"):
        crossed_effects(np.ones(3), {"group": np.arange(2)}, 1.0, 5, "test")
    with pytest.raises(ValueError, match="finite"):
        crossed_effects(np.array([1, np.nan]), {"group": np.arange(2)}, 1.0, 5, "test")


def test_draws_of_people_are_complete_and_plausible():
    table = people()
    assert table.shape[1] == len(FITTED)
    assert len(table) >= 200
    assert np.isfinite(table).all()
    assert (table[:, FITTED.index("outline_habit_sd_px")] > 0).all()
    # A tomogram's nodules have outlines like particles; cells are larger. People differ by parts of
    # a pixel on either, taken to particles of 22 px.
    assert 0.1 < typical_people()["outline_habit_sd_px"] < 1.0
