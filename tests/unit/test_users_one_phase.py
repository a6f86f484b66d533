"""Users who get a slice with a single phase continue with one that shows both."""

import numpy as np
import pytest

from manyeyes.methods import Person
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.seeding import set_seeds
from manyeyes.users.slices import next_slices
from one_user import annotation_of, forest_segmentations
from two_phases import two_phase

FOREST = {"trees": 10}
STRUCTURES = ("two_class", "sharp_eyed", "contour")
NAMES = ("1", "A", "d", "raw")
# Objects are some 10 px wide here: people's errors of a pixel would hide what is tested.
STEADY = {
    "outline_habit_sd_px": 0.4,
    "outline_sitting_sd_px": 0,
    "outline_object_sd_px": 0,
    "outline_exponent": 0,
    "hand_noise_px": 0.6,
    "hand_noise_ln_sd": 0,
    "hand_noise_exponent": 0,
}


def with_one_phase(*slices, grey=160):
    """Return the image of `two_phase` with slices of one phase."""
    image, truth = two_phase()
    for z in slices:
        noise = np.random.default_rng(1).normal(grey, 12, (48, 48))
        image[z] = np.clip(noise, 0, 255)
        truth[z] = grey > 110
    return image, truth


def drawn(image, structure="two_class", **variant):
    variant = {"method": "drawn_forest", "coverage_percent": 10, "forest": FOREST, **variant}
    traits = draw_traits(Population(structure=structure, **STEADY), "1", "A")
    return annotation_of(image, "MLX10", variant, traits, NAMES)


def seeded(image, which, structure="two_class"):
    traits = draw_traits(Population.from_mapping({"structure": structure}), "1", "A")
    return set_seeds(image, which, Person(traits, (*NAMES, "seeded_forest")))


def order(drawing):
    return [note["slice"] for note in drawing.record["slices"]]


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("grey", [60, 160])
def test_a_central_slice_of_one_phase_is_drawn_and_the_next_before_a_first_output(grey, structure):
    image, truth = with_one_phase(12, grey=grey)
    found = drawn(image, structure, slices=7)
    assert order(found) == [12, 3, 6, 9, 15, 18, 21]
    first, second = found.record["slices"][:2]
    assert set(found.labels[12][found.labels[12] > 0]) == {1 if grey > 110 else 2}
    assert set(np.unique(found.labels[3])) == {0, 1, 2}
    # both are drawn without an output to correct
    assert first["visible_errors"] == second["visible_errors"] == 0
    variants = {"MLX10": {"method": "drawn_forest", "forest": FOREST}}
    labels, _ = forest_segmentations(image, {"MLX10": found.labels}, variants, NAMES)["MLX10"]
    assert np.mean((labels == 1) == truth) > 0.85


def test_a_single_slice_of_one_phase_is_followed_by_the_next_that_shows_both():
    image, _ = with_one_phase(12, 13)
    found = drawn(image, slices="central")
    assert order(found) == [12, 14]
    assert set(np.unique(found.labels)) == {0, 1, 2}
    assert order(drawn(with_one_phase(23)[0], slices="last")) == [23, 22]


def test_labels_of_one_phase_alone_are_refused_with_their_slices():
    # a pixel a slice, so that no slice gets labels of both
    output = r"only active material on slices 12, 3, .*coverage_percent"
    with pytest.raises(ValueError, match=output):
        drawn(two_phase()[0], slices=7, coverage_percent=0.04)


def test_a_slice_with_a_handful_of_pixels_of_a_phase_is_covered():
    image, _ = with_one_phase(12)
    image[12, 20:23, 20:23] = 60
    found = drawn(image, slices=7)
    assert {order(found)[0]} == {12}
    assert np.count_nonzero(found.labels[12]) == round(0.1 * 48 * 48)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("grey", [60, 160])
def test_seeds_are_set_on_the_next_slice_that_shows_both(grey, structure):
    image, truth = with_one_phase(0, 1, grey=grey)
    found = seeded(image, "first", structure)
    assert found.record["slices"] == [2]
    labels = found.labels[2]
    assert set(np.unique(labels)) >= {1, 2}
    assert np.mean(truth[2][labels == 1]) > 0.9
    assert np.mean(truth[2][labels == 2]) < 0.1
    assert not np.delete(found.labels, 2, axis=0).any()


def test_several_seeded_slices_keep_their_number_where_they_can():
    image, _ = with_one_phase(2, 6)
    assert seeded(image, 6).record["slices"] == [3, 7, 10, 14, 18, 22]
    # as always where every slice shows both
    assert seeded(two_phase()[0], 6).record["slices"] == [2, 6, 10, 14, 18, 22]


def test_a_flat_first_slice_is_passed_over():
    image, _ = two_phase()
    image[0] = 160
    assert seeded(image, "first").record["slices"] == [1]


def test_one_goes_on_upwards_then_downwards():
    assert next_slices(3, [1, 2, 3, 5, 6]) == [5, 6, 2, 1]
