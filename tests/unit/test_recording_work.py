"""The state of a step, followed event by event."""

import numpy as np
import pytest

from manyeyes.annotations import Drawing, Threshold, Window
from manyeyes.recording.results import Seeds, annotations_of, phases_without_seeds
from manyeyes.recording.runs import packed
from manyeyes.recording.work import EventError, Work
from recording_example import SHAPE, example_image, example_steps, stroke

LEFT = [0, 30, 30, 12]
"""42 pixels of 600; with `RIGHT` 10.5 per cent."""
RIGHT = [16 + 30, 14, 60, 7]
CENTRE, BELOW, ABOVE = 12, 6, 18


def times():
    """Yield times five seconds apart, with an hour between the second and the third."""
    yield from (f"2026-11-02T09:00:{second:02}+00:00" for second in (0, 5))
    yield from (f"2026-11-02T10:{n // 12:02}:{5 * (n % 12):02}+00:00" for n in range(700))


def begun(variant, inside=None):
    """Return the work of a step after its first event, and a function that adds events."""
    (step,) = example_steps(variant)
    work, when = Work(step, SHAPE, (2, 1), inside), times()

    def add(*events):
        for event in events:
            work.apply({"time": next(when), **event})

    add({"event": "start"})
    return work, add


def output_for(work):
    """Return a first output of all slices that wait for one."""
    page = np.ones(SHAPE[1:], np.uint8)
    return {"event": "output", "slices": {str(z): packed(page) for z in work.slices_for_output()}}


def test_a_threshold_is_finished_once_it_is_set():
    work, add = begun("S2")
    with pytest.raises(EventError, match="nothing has been set"):
        add({"event": "finish"})
    add({"event": "set", "ends": [120], "slice": None}, {"event": "finish"})
    assert work.finished
    assert annotations_of(work) == {"S2": Threshold(120)}


def test_moved_thresholds_follow_from_the_one_that_was_set():
    (step,) = example_steps("S1", "S2", "S3")
    work = Work(step, SHAPE, (2, 1))
    for event in ({"event": "start"}, {"event": "set", "ends": [250], "slice": None}):
        work.apply({"time": "2026-11-02T09:00:00+00:00", **event})
    work.apply({"time": "2026-11-02T09:00:08+00:00", "event": "finish"})
    found = annotations_of(work)
    assert {name: kept.level for name, kept in found.items()} == {"S1": 240, "S2": 250, "S3": 255}
    assert found["S3"].record["preferred_level"] == 250
    assert found["S2"].record["seconds"] == 8


def test_a_window_is_what_was_left_out():
    work, add = begun("cWS")
    add({"event": "set", "ends": [100, 150], "slice": None}, {"event": "finish"})
    assert annotations_of(work) == {"cWS": Window(100, 150)}


@pytest.mark.parametrize(
    ("ends", "missing"), [([100, 150], []), ([0, 150], [2]), ([100, 256], [1]), ([0, 256], [2, 1])]
)
def test_levels_that_leave_no_seed_of_a_phase_are_found(ends, missing):
    work, add = begun("cWS")
    add({"event": "set", "ends": ends, "slice": None})
    assert phases_without_seeds(work, example_image()) == missing


def test_seeds_are_set_slice_by_slice():
    work, add = begun("ML2")
    for z in work.slices:
        add({"event": "set", "ends": [100 + z, 150 + z], "slice": z})
    add({"event": "finish"})
    expected = {z: Window(100 + z, 150 + z) for z in work.slices}
    assert annotations_of(work) == {"ML2": Seeds(expected)}


def test_one_window_can_seed_the_whole_image():
    work, add = begun("ML3")
    add({"event": "set", "ends": [100, 150], "slice": None}, {"event": "finish"})
    assert annotations_of(work) == {"ML3": Seeds({None: Window(100, 150)})}


def test_seeds_outside_the_field_of_view_do_not_count():
    inside = np.ones(SHAPE, bool)
    inside[:, :, 15:] = False
    work, add = begun("ML3", inside)
    add({"event": "set", "ends": [100, 150], "slice": None})
    assert phases_without_seeds(work, example_image()) == [1]


def test_slices_are_painted_after_a_first_output():
    work, add = begun("MLX10")
    assert work.slices == [CENTRE, BELOW, ABOVE]
    assert [work.may_paint(z) for z in (CENTRE, BELOW, 5)] == [True, False, False]
    add(stroke(CENTRE, 2, LEFT))
    assert not work.is_covered(CENTRE)
    add(stroke(CENTRE, 1, RIGHT))
    assert work.is_covered(CENTRE)
    assert work.slices_for_output() == [BELOW, ABOVE]
    with pytest.raises(EventError, match="not to be painted now"):
        add(stroke(BELOW, 1, LEFT))
    add(output_for(work))
    assert work.slices_for_output() == []
    add(stroke(BELOW, 1, [0, 60]))
    with pytest.raises(EventError, match="slice 18 has not reached"):
        add({"event": "finish"})
    add(stroke(ABOVE, 1, [0, 60]), {"event": "finish"})
    drawing = annotations_of(work)["MLX10"]
    assert isinstance(drawing, Drawing)
    counts = [np.count_nonzero(drawing.labels[z]) for z in (CENTRE, BELOW, ABOVE)]
    assert counts == [63, 60, 60]
    assert np.count_nonzero(drawing.labels) == 183
    notes = drawing.record["slices"]
    assert [note["after_first_output"] for note in notes] == [False, True, True]
    assert notes[0]["coverage"] == 63 / 600


def test_with_one_phase_the_next_slice_is_painted_without_an_output():
    work, add = begun("MLX10")
    add(stroke(CENTRE, 1, [0, 60]))
    assert work.slices_for_output() == []
    assert work.may_paint(BELOW) and not work.may_paint(ABOVE)
    add(stroke(BELOW, 2, [0, 60]))
    assert work.slices_for_output() == [ABOVE]


def test_strokes_are_undone_and_done_again_on_their_slice():
    work, add = begun("MLX10")
    add(stroke(CENTRE, 2, [0, 4]), stroke(CENTRE, 1, [2, 4]))
    assert work.labels[CENTRE][0, :7].tolist() == [2, 2, 1, 1, 1, 1, 0]
    add({"event": "undo", "slice": CENTRE})
    assert work.labels[CENTRE][0, :7].tolist() == [2, 2, 2, 2, 0, 0, 0]
    assert work.undoable(CENTRE) == (1, 1)
    add({"event": "redo", "slice": CENTRE})
    assert work.labels[CENTRE][0, :7].tolist() == [2, 2, 1, 1, 1, 1, 0]
    add({"event": "undo", "slice": CENTRE}, {"event": "undo", "slice": CENTRE})
    assert not work.labels[CENTRE].any()
    with pytest.raises(EventError, match="nothing to undo"):
        add({"event": "undo", "slice": CENTRE})
    add(stroke(CENTRE, 1, [9, 1]))
    with pytest.raises(EventError, match="nothing to redo"):
        add({"event": "redo", "slice": CENTRE})


def test_the_eraser_takes_labels_away():
    work, add = begun("MLX10")
    add(stroke(CENTRE, 2, [0, 10]), stroke(CENTRE, 0, [3, 4]))
    assert work.painted(CENTRE) == 6


def test_pixels_outside_the_field_of_view_are_not_painted():
    inside = np.ones(SHAPE, bool)
    inside[CENTRE, 0] = False
    work, add = begun("MLX10", inside)
    add(stroke(CENTRE, 1, [28, 4]))
    assert work.labels[CENTRE][:2].sum(axis=1).tolist() == [0, 2]
    assert work.wanted(CENTRE) == 57


def test_time_at_work_leaves_out_pauses():
    work, add = begun("S2")
    add({"event": "set", "ends": [120], "slice": None})
    assert work.seconds == 5
    add({"event": "set", "ends": [121], "slice": None})
    assert work.seconds == 65


@pytest.mark.parametrize(
    ("variant", "event", "complaint"),
    [
        ("S2", {"event": "start"}, "started already"),
        ("S2", {"event": "set", "ends": [1, 2]}, "expected 1 ascending"),
        ("S2", {"event": "set", "ends": [257]}, "from 0 to 256"),
        ("S2", {"event": "set", "ends": [1.5]}, "from 0 to 256"),
        ("S2", {"event": "set", "ends": [True]}, "from 0 to 256"),
        ("S2", {"event": "set", "ends": [9], "slice": 3}, "not of a slice"),
        ("cWS", {"event": "set", "ends": [9, 8]}, "ascending"),
        ("ML2", {"event": "set", "ends": [9, 9], "slice": 3}, "none of those asked for"),
        ("ML2", {"event": "set", "ends": [9, 9], "slice": "3"}, "none of those asked for"),
        ("MLX10", {"event": "set", "ends": [9]}, "is painted"),
        ("MLX10", stroke(3, 1, [0, 1]), "not to be painted"),
        ("MLX10", stroke(12, 3, [0, 1]), "expected a code"),
        ("MLX10", stroke(12, True, [0, 1]), "expected a code"),
        ("MLX10", stroke(12, 1, [0, 601]), "runs must"),
        ("MLX10", {"event": "output", "slices": {}}, "no first output is due"),
        ("S2", stroke(12, 1, [0, 1]), "not to be painted"),
        ("S2", {"event": "explode"}, "no event 'explode'"),
        ("S2", {}, "no event None"),
        ("S2", {"event": "look", "time": "yesterday"}, "expected a time"),
        ("S2", {"event": "look", "time": "2026-11-02T09:00:00"}, "with its zone"),
    ],
)
def test_events_that_do_not_fit_change_nothing(variant, event, complaint):
    work, add = begun(variant)
    with pytest.raises(EventError, match=complaint):
        add(event)
    assert len(work.ids) == 1 and not work.ends and not work.labels


def test_an_output_of_other_codes_is_refused():
    work, add = begun("MLX10")
    add(stroke(CENTRE, 2, LEFT), stroke(CENTRE, 1, RIGHT))
    page = packed(np.full(SHAPE[1:], 7, np.uint8))
    with pytest.raises(EventError, match="no phase"):
        add({"event": "output", "slices": {str(BELOW): page, str(ABOVE): page}})
    assert not work.outputs


def test_finished_work_is_changed_only_after_it_was_reopened():
    work, add = begun("S2")
    add({"event": "set", "ends": [120], "slice": None}, {"event": "finish"})
    with pytest.raises(EventError, match="reopen it first"):
        add({"event": "set", "ends": [121], "slice": None})
    add({"event": "reopen"}, {"event": "set", "ends": [121], "slice": None}, {"event": "finish"})
    assert annotations_of(work)["S2"].level == 121


def test_three_phases_have_two_levels_and_two_windows():
    (threshold,), (window,) = example_steps("S3"), example_steps("cWS")
    for step, ends, kept in (
        (threshold, [80, 252], Threshold(255, {}, 90)),
        (window, [50, 60, 100, 150], Window(100, 150, {}, 50, 60)),
    ):
        work = Work(step, SHAPE, (3, 2, 1))
        for event in (
            {"event": "start"},
            {"event": "set", "ends": ends, "slice": None},
            {"event": "finish"},
        ):
            work.apply({"time": "2026-11-02T09:00:00+00:00", **event})
        assert list(annotations_of(work).values()) == [kept]
