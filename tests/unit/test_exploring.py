"""Runs of a sensitivity study on one image."""

import numpy as np
import pytest

from manyeyes.methods import annotate
from manyeyes.randomness import generator
from manyeyes.statistics.designs import JITTER
from manyeyes.statistics.sensitivity import sobol_table
from manyeyes.users.exploring import active_fractions, explore, trait_design
from manyeyes.users.population import Population
from manyeyes.users.ranks import traits_at

THRESHOLD = {"method": "threshold", "offset": 0}
WATERSHED = {"method": "watershed", "seed_error": 0.01}
DRAWN = {"method": "drawn_forest", "coverage_percent": 10, "slices": 3}


@pytest.fixture(scope="module")
def image():
    """Two phases side by side in noise, so that a threshold's area is known from the histogram."""
    active = np.zeros((12, 40, 40), bool)
    active[:, :, 20:] = True
    noise = 25 * generator("noise").standard_normal(active.shape)
    return np.clip(100 + 60 * active + noise, 0, 255).astype(np.uint8)


def fraction(image, variant, ranks, sitting):
    return active_fractions(image, variant, Population(), [(ranks, sitting)], ["test"])[0]


def test_a_person_in_the_same_sitting_does_the_same(image):
    for variant in (THRESHOLD, WATERSHED, DRAWN):
        first = fraction(image, variant, {"eye_sigma_px": 0.3}, 5)
        again = fraction(image, variant, {"eye_sigma_px": 0.3}, 5)
        assert again == pytest.approx(first, abs=0)
        assert fraction(image, variant, {"eye_sigma_px": 0.3}, 6) != first


def test_forests_are_trained_as_the_study_says(image):
    with pytest.raises(ValueError, match="trainer"):
        fraction(image, {**DRAWN, "forest": {"trainer": "none such"}}, {}, 1)


def test_forests_take_as_many_labels_as_the_variant_allows(image):
    with pytest.raises(ValueError, match="max_labels must be 1 or more"):
        fraction(image, {**DRAWN, "max_labels": 0}, {}, 1)


def test_a_sitting_moves_people_alike(image):
    """The day's mood is one number, whoever has it: two people keep their distance."""
    moods = {
        (sitting, rank): annotate(
            image,
            THRESHOLD,
            traits_at(Population(), "anybody", {"criterion": rank}),
            seed_names=("test", sitting),
        ).record["criterion"]
        for sitting in (1, 2)
        for rank in (0.3, 0.7)
    }
    assert moods[1, 0.7] - moods[1, 0.3] == pytest.approx(moods[2, 0.7] - moods[2, 0.3])
    assert moods[1, 0.3] != moods[2, 0.3]


def test_the_criterion_is_all_where_nothing_else_varies(image):
    """No jitter, one eye: the threshold is a function of the criterion alone."""
    population = Population(
        session_share=0.0, eye_sigma_ln_sd=0.0, indifference=0.0, inspected_slices=200
    )
    runs = explore(image, THRESHOLD, population, 256, ["test"])
    table = sobol_table(runs.drop(columns="active_fraction"), runs["active_fraction"], "test")
    table = table.set_index("factor")
    assert table["total"]["criterion"] == pytest.approx(1, abs=0.1)
    assert table["first_order"]["criterion"] == pytest.approx(1, abs=0.15)
    assert table["total"]["eye_sigma_px"] == table["total"][JITTER] == 0


def test_runs_repeat_and_follow_their_design(image):
    runs = explore(image, WATERSHED, Population(), 16, ["test", "image"])
    assert runs.equals(explore(image, WATERSHED, Population(), 16, ["test", "image"]))
    assert not runs.equals(explore(image, WATERSHED, Population(), 16, ["test", "other"]))
    assert len(runs) == 16 * (4 + 2)
    assert list(runs)[3:-1] == [
        "eye_sigma_px",
        "seed_tolerance_active",
        "seed_tolerance_other",
        JITTER,
    ]
    assert runs["active_fraction"].between(0, 1).all()


def test_methods_of_nobody_are_refused():
    with pytest.raises(ValueError, match="matter with the methods threshold"):
        trait_design({"method": "recorded_forest"}, 16, "test")
