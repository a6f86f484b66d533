"""Simulated users who paint active material, carbon-binder domain and pore."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.imaging.masks import edge_distance
from manyeyes.labels import THREE_PHASES
from manyeyes.methods import annotate
from manyeyes.users import third_strokes
from manyeyes.users.page import Page
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.third_strokes import depths_between
from three_phases import three_phase

# A hand that does not err, and never crosses an edge.
STEADY = Population(
    outline_habit_sd_px=0,
    outline_sitting_sd_px=0,
    outline_object_sd_px=0,
    hand_noise_px=0,
    outline_ambiguity_max_px=0,
)
PERSON = replace(draw_traits(STEADY, "paint", "A"), overshoot_share=0.0)
DRAWN = {"method": "drawn_forest", "slices": 3, "coverage_percent": 20, "forest": {"trees": 5}}


def drawing(image, person=PERSON, first_output=None, inside=None, **changes):
    return annotate(
        image,
        DRAWN | changes,
        person,
        seed_names=("paint", "A", "d", "raw"),
        output_names=("output",),
        first_output=first_output,
        inside=inside,
        phases=THREE_PHASES,
    )


def test_every_pixel_lies_within_one_phase():
    rng = np.random.default_rng(0)
    upper, lower = rng.normal(size=(2, 30, 40))
    upper[:4], lower[4:8] = 0, 0
    depths = depths_between(upper, lower)
    assert (np.count_nonzero(depths > 0, axis=0) == 1).all()
    # with the edge of active material inside that of all that is bright
    active, third, pore = depths_between(
        np.array([[3.0, -1.0, -4.0]]), np.array([[5.0, 2.0, -1.0]])
    )
    assert (active > 0).tolist() == [[True, False, False]]
    assert third.tolist() == [[-3.0, 1.0, -1.0]]
    assert pore.tolist() == [[-5.0, -2.0, 1.0]]
    everywhere = np.full((2, 2), np.inf)
    assert np.isposinf(depths_between(everywhere, everywhere)[0]).all()
    outside = np.full((2, 2), np.nan)
    assert np.isnan(depths_between(outside, outside)).all()


@pytest.mark.parametrize("corrections", [False, True])
def test_clear_phases_are_painted_as_they_are(corrections):
    image, truth = three_phase()
    done = drawing(image, corrections=corrections)
    painted = done.labels > 0
    for note in done.record["slices"]:
        assert np.count_nonzero(painted[note["slice"]]) == round(0.2 * truth[0].size)
    assert np.array_equal(done.labels[painted], truth[painted])
    # each phase gets its share of the labels
    for code in (1, 2, 3):
        share = (done.labels[painted] == code).mean()
        assert share == pytest.approx((truth == code).mean(), abs=0.06)
    assert done.record["third_phase_seen"] == pytest.approx((truth == 2).mean(), abs=0.01)


def test_a_slice_can_be_painted_full_and_only_inside_the_field_of_view():
    image, truth = three_phase()
    inside = np.zeros(image.shape, bool)
    inside[:, 8:, 8:] = True
    done = drawing(image, slices="central", coverage_percent=100, inside=inside)
    labels = done.labels[6]
    assert (labels[8:, 8:] > 0).all()
    assert not labels[:8].any()
    assert not labels[:, :8].any()
    assert (labels[8:, 8:] == truth[6, 8:, 8:]).mean() > 0.95


def test_a_habit_moves_both_edges():
    image, _ = three_phase()
    areas = {}
    for habit in (-1.5, 0.0, 1.5):
        person = replace(PERSON, outline_habit_px=habit)
        labels = drawing(image, person, slices="central", coverage_percent=100).labels
        areas[habit] = [np.count_nonzero(labels == code) for code in (1, 2, 3)]
    pore = [areas[habit][2] for habit in areas]
    active = [areas[habit][0] for habit in areas]
    assert pore == sorted(pore, reverse=True)
    assert active == sorted(active)
    # the slab gains on pore what it loses to the rod beside it, and more
    assert areas[-1.5][1] < areas[1.5][1]


def test_rims_are_painted_as_what_they_divide():
    _, truth = three_phase()
    image = np.where(truth == 1, 200, 40).astype(np.float64)
    image = np.rint(ndimage.gaussian_filter(image, (0, 1, 1))).astype(np.uint8)
    done = drawing(image, coverage_percent=100)
    assert set(np.unique(done.labels)) == {0, 1, 3}
    assert done.record["third_phase_seen"] == 0


def test_errors_of_a_first_output_get_the_phase_that_is_seen_there():
    image, truth = three_phase()
    # the classifier takes the lower half of the binder for pore
    given = truth.copy()
    given[:, 48:][truth[:, 48:] == 2] = 3
    asked = []

    def output(labels, slices):
        asked.append(set(np.unique(labels)))
        return given[slices]

    done = drawing(image, replace(PERSON, correction_share=0.3), output, coverage_percent=10)
    assert asked == [{0, 1, 2, 3}]
    first, *later = done.record["slices"]
    assert first["visible_errors"] == 0
    for note in later:
        assert note["visible_errors"] == 1
        assert note["correction_strokes"] > 0
        labels = done.labels[note["slice"]]
        # more of the error than of the rest, and all of it binder
        wrong = given[note["slice"]] != truth[note["slice"]]
        corrected = labels[wrong & (labels > 0)]
        assert (corrected == 2).all()
        assert corrected.size / wrong.sum() > 0.2


def test_the_worst_errors_are_corrected_first():
    truth = np.full((40, 60), 3, np.uint8)
    truth[5:20, 5:25], truth[25:35, 30:55] = 1, 2
    depths = depths_between(edge_distance(truth == 1), edge_distance(truth < 3))
    contrast = np.where(truth == 1, 100.0, 1.0)
    page = Page(np.zeros(truth.shape, np.uint8), 100, 0, (1, 2, 3))
    rng = np.random.default_rng(1)
    note = third_strokes._correct(page, np.full_like(truth, 3), depths, contrast, PERSON, rng)
    assert note["visible_errors"] == 2
    assert set(np.unique(page.labels)) == {0, 1}
    assert np.count_nonzero(page.labels) == round(100 * PERSON.correction_share)


def test_two_people_differ_and_one_repeats():
    image, _ = three_phase(noise=30)
    one, again = drawing(image), drawing(image)
    assert np.array_equal(one.labels, again.labels)
    other = drawing(image, draw_traits(Population(), "paint", "B"))
    assert not np.array_equal(one.labels, other.labels)
