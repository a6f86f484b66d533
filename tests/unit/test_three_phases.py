"""Simulated users who tell active material, carbon-binder domain and pore by sliders."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.annotations import Threshold, Window, annotation_from
from manyeyes.files.annotations import read_annotation, write_annotation
from manyeyes.files.errors import FileError
from manyeyes.labels import THREE_PHASES, TWO_PHASES, phases_from_config
from manyeyes.methods import Request, annotate, label
from manyeyes.methods.threshold import threshold
from manyeyes.methods.watershed import markers_between, watershed
from manyeyes.study.inputs import annotation_problem
from manyeyes.users.eye import perceive
from manyeyes.users.lower_sliders import both_windows
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.sitting import at_lower_boundary, begin_sitting
from manyeyes.users.third_phase import perceive_third
from three_phases import three_phase

PEOPLE = [draw_traits(Population(), "three", user) for user in "ABCDE"]
RAMP = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
S2 = {"method": "threshold", "offset": 0}
CWS = {"method": "watershed", "seed_error": 0.01}
ML1 = {"method": "seeded_forest", "slices": "first", "forest": {"trees": 5}}


def annotated(image, variant, person, phases=THREE_PHASES):
    names = ("three", person.user, "d", "raw")
    return annotate(image, variant, person, seed_names=names, output_names=names, phases=phases)


def labelled(image, variant, done, phases=THREE_PHASES):
    ((labels, _),) = label(image, [Request(variant, lambda: done, "A", ("n",), phases)])
    return labels


def test_phases_are_ordered_by_brightness_whatever_the_order_of_the_config():
    phases = phases_from_config({"cbd": {"code": 9}, "pore": {"code": 2}, "active": {"code": 4}})
    assert [p.key for p in phases.by_brightness("it")] == ["pore", "cbd", "active"]
    assert [p.key for p in TWO_PHASES.by_brightness("it")] == ["rest", "active"]
    odd = phases_from_config({"active": {"code": 1}, "pore": {"code": 2}, "glue": {"code": 3}})
    with pytest.raises(ValueError, match=r"it tells active .* phases are active, pore, glue"):
        odd.by_brightness("it")


def test_two_levels_make_three_phases():
    labels = threshold(RAMP, 200, lower_level=90, phases=THREE_PHASES).ravel()
    assert (labels[:90] == 3).all()
    assert (labels[90:200] == 2).all()
    assert (labels[200:] == 1).all()
    inside = np.ones(RAMP.shape, bool)
    inside[0, 0, 0] = False
    outside = threshold(RAMP, 200, inside, lower_level=90, phases=THREE_PHASES).ravel()
    assert outside[0] == 0
    assert np.array_equal(outside[1:], labels[1:])
    # a third phase of nothing is no error, levels that cross are
    assert (threshold(RAMP, 90, lower_level=90, phases=THREE_PHASES) != 2).all()
    with pytest.raises(ValueError, match=r"lower_level \(91\) must not lie above level \(90\)"):
        threshold(RAMP, 90, lower_level=91, phases=THREE_PHASES)
    with pytest.raises(ValueError, match="3 phases need 2 levels"):
        threshold(RAMP, 90, phases=THREE_PHASES)
    with pytest.raises(ValueError, match="2 phases need 1 levels"):
        threshold(RAMP, 90, lower_level=50)


@pytest.mark.parametrize("variant", [S2, CWS, {"method": "otsu"}, ML1])
def test_clear_phases_are_labelled_exactly(variant):
    image, truth = three_phase()
    for person in PEOPLE[:3]:
        done = annotated(image, variant, person)
        if variant is ML1:
            # what is seeded is right; a forest is not exact at edges
            seeded = done.labels > 0
            assert np.array_equal(done.labels[seeded], truth[seeded])
            assert set(np.unique(done.labels)) == {0, 1, 2, 3}
        else:
            assert np.array_equal(labelled(image, variant, done), truth)


def test_what_is_called_active_does_not_depend_on_the_number_of_phases():
    image, _ = three_phase(noise=40)
    for person in PEOPLE:
        three, two = annotated(image, S2, person), annotated(image, S2, person, TWO_PHASES)
        assert three.level == two.level
        assert two.lower_level is None
        assert set(two.record) < set(three.record)
        active = labelled(image, S2, three) == 1
        assert np.array_equal(active, labelled(image, S2, two, TWO_PHASES) == 1)


def test_offsets_move_both_levels_which_never_pass_each_other():
    image, _ = three_phase(noise=40)
    for person in PEOPLE:
        middle = annotated(image, S2, person)
        for offset in (-200, -10, 10, 200):
            moved = annotated(image, {**S2, "offset": offset}, person)
            assert moved.level == min(max(middle.level + offset, 1), 255)
            assert moved.lower_level == min(max(middle.lower_level + offset, 1), moved.level)
    # people who hardly agree on the lower boundary
    odd = Population(lower_spread_ratio=20.0)
    levels = [annotated(image, S2, draw_traits(odd, "three", f"{n}")) for n in range(20)]
    assert all(1 <= done.lower_level < done.level for done in levels)
    assert len({done.lower_level for done in levels}) > 3


def test_windows_leave_room_for_seeds_of_the_third_phase():
    greys = np.repeat(np.arange(80, 100, dtype=np.uint8), 5)
    assert both_windows((95, 120), (60, 85), greys, 0.05) == (60, 85, 95, 120)
    # windows that overlap make way by as much as the share needs: a twentieth is one level here
    lower_low, lower_high, low, high = both_windows((85, 120), (60, 95), greys, 0.05)
    assert (lower_low, high) == (60, 120)
    assert 85 <= lower_high < low <= 95
    seeded = np.count_nonzero((greys >= lower_high) & (greys < low)) / greys.size
    assert seeded >= 0.05
    # even where one window lies beyond the other
    assert both_windows((20, 30), (200, 210), greys, 0.05)[1:3] == (89, 91)
    assert both_windows((20, 30), (200, 210), greys, 0.05)[::3] == (89, 91)


def test_simulated_users_always_seed_the_phases_that_they_see():
    image, _ = three_phase(noise=45)
    for person in PEOPLE:
        done = annotated(image, {"method": "watershed", "seed_error": 0.01}, person)
        assert done.record["third_phase_seen"] > 0
        assert 1 <= done.lower_low <= done.lower_high < done.low <= done.high <= 255
        assert set(np.unique(labelled(image, CWS, done))) == {1, 2, 3}


def test_markers_lie_outside_the_windows():
    markers = markers_between(RAMP, (50, 80, 150, 200), (3, 2, 1)).ravel()
    assert (markers[:50] == 3).all()
    assert (markers[50:80] == 0).all()
    assert (markers[80:150] == 2).all()
    assert (markers[150:200] == 0).all()
    assert (markers[200:] == 1).all()
    assert np.array_equal(
        markers_between(RAMP, (90, 90), (2, 1)), np.where(RAMP < 90, 2, 1).astype(np.uint8)
    )


def test_a_watershed_says_which_phase_has_no_seed():
    image, truth = three_phase()
    found = watershed(image, 150, 180, lower=(50, 70), phases=THREE_PHASES)
    assert np.array_equal(found, truth)
    with pytest.raises(ValueError, match=r"no seed of carbon.* move lower_high down or low up"):
        watershed(image, 150, 180, lower=(50, 120), phases=THREE_PHASES)
    with pytest.raises(ValueError, match=r"no seed of pore .* move lower_low up"):
        watershed(image, 150, 180, lower=(30, 70), phases=THREE_PHASES)
    with pytest.raises(ValueError, match=r"no seed of active .* move high down"):
        watershed(image, 150, 240, lower=(50, 70), phases=THREE_PHASES)
    with pytest.raises(ValueError, match="needs lower_high <= low, found lower_high 160 above low"):
        watershed(image, 150, 180, lower=(50, 160), phases=THREE_PHASES)
    with pytest.raises(ValueError, match="3 phases need 2 windows"):
        watershed(image, 150, 180, phases=THREE_PHASES)
    # nobody marked a third phase
    found = watershed(image, 95, 180, lower=(95, 95), phases=THREE_PHASES)
    assert np.array_equal(found, np.where(truth == 1, 1, 3))


def test_rims_are_no_third_phase():
    image, truth = three_phase()
    blurred = np.where(truth == 1, 200, 40).astype(np.float64)
    blurred = np.rint(ndimage.gaussian_filter(blurred, (0, 1, 1))).astype(np.uint8)
    seen = perceive_third(perceive(blurred, 1.5), 1.5)
    assert seen.share == 0
    assert np.array_equal(seen.perception.active, perceive(blurred, 1.5).active)
    seen = perceive_third(perceive(image, 1.5), 1.5)
    assert seen.share == pytest.approx((truth == 2).mean(), abs=0.01)
    # nor is noise, where it is all that there is
    flat = np.where(truth == 1, np.uint8(200), np.uint8(40))
    assert perceive_third(perceive(flat, 0.01), 0.01).share == 0


def test_who_sees_no_third_phase_still_sets_the_slider():
    _, truth = three_phase()
    image = np.where(truth == 1, 200, 40).astype(np.float64)
    image = np.rint(ndimage.gaussian_filter(image, (0, 1, 1))).astype(np.uint8)
    done = annotated(image, S2, PEOPLE[0])
    assert done.record["third_phase_seen"] == 0
    assert 40 < done.lower_level < done.level
    window = annotated(image, CWS, PEOPLE[0])
    assert window.record["third_phase_seen"] == 0
    assert window.lower_low == window.lower_high == window.low
    assert set(np.unique(labelled(image, CWS, window))) == {1, 3}
    assert set(np.unique(annotated(image, ML1, PEOPLE[0]).labels)) == {0, 1, 3}


def test_people_differ_at_the_lower_boundary_by_draws_of_its_own():
    usual = draw_traits(Population(), "three", "A")
    bound = draw_traits(Population(lower_criterion_correlation=1.0), "three", "A")
    assert bound.lower_criterion == pytest.approx(usual.criterion)
    assert usual.lower_criterion != pytest.approx(usual.criterion)
    wide = draw_traits(Population(lower_spread_ratio=2.0), "three", "A")
    assert wide.lower_criterion == pytest.approx(2 * usual.lower_criterion)
    nobody = replace(usual, lower_criterion=0.0, lower_seed_tolerance=(0.0, 0.0))
    assert replace(wide, population=usual.population) == replace(
        nobody,
        lower_criterion=wide.lower_criterion,
        lower_seed_tolerance=wide.lower_seed_tolerance,
    )
    sitting = begin_sitting(usual, "s")
    lower = at_lower_boundary(sitting, usual, "s")
    assert (lower.looks, lower.outline_px) == (sitting.looks, sitting.outline_px)
    assert lower.whim != sitting.whim
    people = [draw_traits(Population(), "three", str(n)) for n in range(400)]
    moods = [at_lower_boundary(begin_sitting(p, p.user), p, p.user).criterion for p in people]
    assert np.std(moods) == pytest.approx(1.54, rel=0.1)
    with pytest.raises(ValueError, match="lower_criterion_correlation"):
        Population(lower_criterion_correlation=1.5)


def test_annotations_are_stored_with_the_lower_boundary_only_where_there_is_one(tmp_path):
    path = tmp_path / "a.json"
    for done, numbers in (
        (Threshold(9), {"level": 9}),
        (Threshold(9, lower_level=5), {"level": 9, "lower_level": 5}),
        (Window(5, 9), {"low": 5, "high": 9}),
        (Window(5, 9, {}, 1, 2), {"low": 5, "high": 9, "lower_low": 1, "lower_high": 2}),
    ):
        write_annotation(done, path, None, "A", 100.0)
        stored = json.loads(path.read_text(encoding="utf-8"))
        names = {"user", "made_by", "kind", "record"}
        assert {key: stored[key] for key in stored.keys() - names} == numbers
        assert annotation_from(*read_annotation(path)) == done
    for numbers, message in (
        ({"lower_low": 3}, "has all or none of lower_high, lower_low"),
        ({"lower_low": 3, "lower_high": "4"}, "lower_high must be a number"),
    ):
        document = {"kind": "window", "low": 5, "high": 9, **numbers}
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(FileError, match=message):
            read_annotation(path)


def test_what_people_recorded_must_fit_the_number_of_phases():
    level = {"kind": "threshold", "level": 120}
    both = {**level, "lower_level": 80}
    assert annotation_problem(both, "S2", "threshold", phases=3) is None
    assert "needs lower_level too" in annotation_problem(level, "S2", "threshold", phases=3)
    assert "but the study has two" in annotation_problem(both, "S2", "threshold")
    crossed = {**level, "lower_level": 130}
    found = annotation_problem(crossed, "S2", "threshold", phases=3)
    assert found == "lower_level (130) must not lie above level (120)"
    window = {"kind": "window", "low": 100, "high": 120, "lower_low": 50, "lower_high": 101}
    found = annotation_problem(window, "cWS", "watershed", phases=3)
    assert found == "lower_high (101) must not lie above low (100)"
