"""Paintings with the outline in several places."""

import numpy as np
import pytest

from manyeyes.measures.fractions import volume_fraction
from manyeyes.methods import Request, annotate, label
from manyeyes.randomness import generator
from manyeyes.users.outline_shifts import generosity, shifted_paintings, with_shift
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.sitting import begin_sitting

VARIANTS = {
    "S2": {"method": "threshold", "offset": 0},
    "MLX": {"method": "drawn_forest", "coverage_percent": 25, "slices": 3},
}
NAMES = ("seed", "block", "raw")


@pytest.fixture(scope="module")
def image():
    """A bright disc in noise."""
    y, x = np.mgrid[:48, :48]
    active = np.broadcast_to(np.hypot(y - 24, x - 24) < 14, (12, 48, 48))
    noise = 15 * generator("noise").standard_normal(active.shape)
    return np.clip(90 + 70 * active + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def people():
    return [draw_traits(Population(), "seed", user) for user in "AB"]


@pytest.fixture(scope="module")
def found(image, people):
    return shifted_paintings(image, VARIANTS, people, [-2, 0, 2], NAMES)


def test_an_outline_farther_outside_gives_more_active_material(found):
    for _, rows in found.groupby("user"):
        painted = rows.set_index("shift_px")["active_fraction"]
        assert painted[-2] < painted[0] < painted[2]


def test_the_slider_is_set_as_in_the_study(image, people, found):
    done = annotate(image, VARIANTS["S2"], people[1], seed_names=("seed", "B", "block", "raw"))
    request = Request(VARIANTS["S2"], lambda: done, "B", ())
    ((labels, _),) = label(image, [request])
    row = found[(found["user"] == "B") & found["shift_px"].isna()]
    assert row["variant"].tolist() == ["S2"]
    assert row["active_fraction"].tolist() == [volume_fraction(labels)]


def test_with_a_users_own_shift_the_study_is_painted_again(image):
    """Everything but the shift is that of the user's one sitting."""
    alike = Population(outline_exponent=0.0)
    traits = draw_traits(alike, "seed", "A")
    by_user = ("seed", "A", "block", "raw")
    sitting = begin_sitting(traits, *by_user, "drawn_forest", "25")
    own = {"seed_names": by_user, "output_names": (*by_user, "MLX", "first output")}
    variant = VARIANTS["MLX"]
    theirs = annotate(image, variant, traits, **own)
    fixed = with_shift(traits, sitting.outline_px, 70.0)
    assert np.array_equal(annotate(image, variant, fixed, **own).labels, theirs.labels)
    moved = with_shift(traits, sitting.outline_px + 1, 70.0)
    assert not np.array_equal(annotate(image, variant, moved, **own).labels, theirs.labels)


def test_a_fixed_shift_is_that_of_every_sitting_in_pixels_of_the_image(people):
    for length in (30.0, 300.0):
        fixed = with_shift(people[0], 1.5, length)
        assert begin_sitting(fixed, "any").outline_px == 1.5
        assert fixed.population.outline_exponent == 0
        population = people[0].population
        scale = (length / 70) ** population.outline_exponent
        expected = population.outline_object_sd_px * scale
        assert fixed.population.outline_object_sd_px == pytest.approx(expected)


def test_generosity_is_a_standard_score_against_the_criterion():
    scores = [draw_traits(Population(), "seed", str(user)) for user in range(500)]
    generous = np.array([generosity(traits) for traits in scores])
    criteria = np.array([traits.criterion for traits in scores])
    assert np.corrcoef(generous, criteria)[0, 1] == pytest.approx(-1)
    assert generous.std() == pytest.approx(1, abs=0.1)
    alike = draw_traits(Population(threshold_criterion_sd=0.0), "seed", "A")
    assert generosity(alike) == 0


def test_users_say_how_large_objects_are(found, people):
    first = found.groupby("user").first()
    # a disc with a radius of 14 px
    assert first["outline_px"].between(60, 105).all()
    exponents = {traits.user: traits.population.outline_exponent for traits in people}
    for user, row in first.iterrows():
        scale = (row["outline_px"] / 70) ** exponents[user]
        assert row["shift_scale"] == pytest.approx(scale)
