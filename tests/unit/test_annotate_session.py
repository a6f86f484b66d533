"""A person's sitting, kept in their folder as it happens."""

import json
import os

import numpy as np
import pytest

from manyeyes.annotating.session import OtherTabError, OutOfDateError
from manyeyes.files.errors import FileError
from manyeyes.files.volumes import read_volume
from manyeyes.forest import classify, fit_forest
from manyeyes.randomness import seed_from_names
from manyeyes.recording.runs import unpacked
from manyeyes.recording.work import EventError
from recording_example import (
    ALL,
    BRIGHT,
    HALVES,
    LARGE,
    PAINTING,
    SHAPE,
    SIX,
    TAB,
    THRESHOLD,
    VARIANTS,
    do,
    example_image,
    paint,
    session_in,
    stroke,
)

FINISH = {"event": "finish"}


def level(value):
    return {"event": "set", "ends": [value], "slice": None}


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_finished_steps_leave_the_files_of_a_recorded_person(tmp_path):
    session = session_in(tmp_path)
    do(session, THRESHOLD, level(120))
    assert files_in(tmp_path) == ["cathode/raw/S2.events.jsonl"]
    do(session, THRESHOLD, FINISH)
    do(session, LARGE, {"event": "set", "ends": [100, 150], "slice": None}, FINISH)
    do(session, ALL, {"event": "set", "ends": [100, 150], "slice": None}, FINISH)
    results = [name for name in files_in(tmp_path) if "events" not in name]
    assert results == [
        f"cathode/raw/{n}" for n in ("ML3.json", "S1.json", "S2.json", "S3.json", "cWS.json")
    ]
    levels = [json.loads((tmp_path / f"cathode/raw/S{n}.json").read_text())["level"] for n in "123"]
    assert levels == [110, 120, 130]


def test_further_sittings_begin_anew_beside_the_first(tmp_path):
    do(session_in(tmp_path), THRESHOLD, level(120), FINISH)
    second = session_in(tmp_path, sitting=2)
    assert second.state(THRESHOLD)["ends"] == []
    do(second, THRESHOLD, level(125), FINISH)
    stored = [json.loads(p.read_text()) for p in sorted(tmp_path.rglob("S2.json"))]
    assert [(s["level"], s["sitting"]) for s in stored] == [(120, 1), (125, 2)]


def test_all_is_there_again_when_the_program_is_started_again(tmp_path):
    first = session_in(tmp_path)
    do(first, SIX, {"event": "set", "ends": [90, 140], "slice": 2})
    do(
        first,
        PAINTING,
        stroke(12, 2, HALVES),
        stroke(12, 1, BRIGHT),
        {"event": "undo", "slice": 12},
    )
    again = session_in(tmp_path)
    assert again.state(SIX)["ends"] == [[2, [90, 140]]]
    state = again.state(PAINTING)
    page = unpacked(state["labels"][12], SHAPE[1:])
    assert np.flatnonzero(page).size == 24 and state["undoable"][12] == (1, 1)
    do(again, PAINTING, {"event": "redo", "slice": 12})
    assert again.work(PAINTING).painted(12) == 48


def test_results_that_a_crash_prevented_are_written_at_the_next_start(tmp_path):
    do(session_in(tmp_path), THRESHOLD, level(120), FINISH)
    result = tmp_path / "cathode/raw/S2.json"
    result.unlink()
    session_in(tmp_path).overview()
    assert json.loads(result.read_text())["level"] == 120
    # One that is older than the person's last word is written too, and no other.
    result.write_text("{}")
    session_in(tmp_path).overview()
    assert result.read_text() == "{}"
    os.utime(result, (1, 1))
    session_in(tmp_path).overview()
    assert json.loads(result.read_text())["level"] == 120


def test_results_that_a_full_disk_prevented_are_written_when_the_page_tries_again(
    tmp_path, monkeypatch
):
    session = session_in(tmp_path)
    events = [{"id": "a", **level(120)}, {"id": "b", **FINISH}]
    with monkeypatch.context() as broken:

        def full(*_):
            raise FileError("S2.json: No space left on device")

        broken.setattr("manyeyes.annotating.session.write_recorded", full)
        with pytest.raises(FileError):
            session.record(THRESHOLD, TAB, 0, events)
    assert session.record(THRESHOLD, TAB, 0, events)["finished"]
    assert json.loads((tmp_path / "cathode/raw/S2.json").read_text())["level"] == 120


def test_work_on_another_image_is_not_gone_on_with(tmp_path):
    do(session_in(tmp_path), THRESHOLD, level(120))
    changed = session_in(tmp_path)
    changed._read_image = lambda *_: (example_image() + np.uint8(1), None)
    with pytest.raises(FileError, match="begun with sha256"):
        changed.overview()


def test_the_first_output_is_that_of_the_forest_of_the_variant(tmp_path):
    session = session_in(tmp_path)
    paint(session, 12)
    count = session.state(PAINTING)["count"]
    state = session.first_output(PAINTING, TAB, count)
    assert sorted(state["outputs"]) == [6, 18] and state["paintable"] == [12, 6, 18]
    labels = np.zeros(SHAPE, np.uint8)
    labels[12] = session.work(PAINTING).labels[12]
    names = ("7", "jo", "cathode", "raw", "MLX10", "sitting", 1, "first output")
    forest = fit_forest(
        example_image(), labels, seed=seed_from_names(*names), **VARIANTS["MLX10"]["forest"]
    )
    expected = classify(example_image(), forest, slices=[6, 18])
    found = [unpacked(state["outputs"][z], SHAPE[1:]) for z in (6, 18)]
    assert (np.stack(found) == expected).all()
    # It is kept as it was shown, and the whole image is learned from all slices.
    assert session_in(tmp_path).state(PAINTING)["outputs"] == state["outputs"]
    for z in (6, 18):
        paint(session, z)
    do(session, PAINTING, FINISH)
    kept = read_volume(tmp_path / "cathode/raw/MLX10.tif", labels=True)
    assert np.count_nonzero(kept, axis=(1, 2)).nonzero()[0].tolist() == [6, 12, 18]


def test_the_first_output_needs_a_covered_slice(tmp_path):
    session = session_in(tmp_path)
    do(session, PAINTING, stroke(12, 1, [0, 3]))
    with pytest.raises(EventError, match="not reached the coverage"):
        session.first_output(PAINTING, TAB, session.state(PAINTING)["count"])


def test_what_is_outside_the_field_of_view_has_no_output(tmp_path):
    inside = np.ones(SHAPE, bool)
    inside[:, :, :6] = False
    session = session_in(tmp_path, "MLX10", inside=inside)
    do(session, 0, stroke(12, 2, [6, 8, 36, 8, 66, 8, 96, 8]), stroke(12, 1, [16, 12, 46, 12]))
    state = session.first_output(0, TAB, session.state(0)["count"])
    page = unpacked(state["outputs"][6], SHAPE[1:])
    assert not page[:, :6].any() and page[:, 6:].all()


def test_levels_without_seeds_of_a_phase_are_not_finished(tmp_path):
    session = session_in(tmp_path)
    do(session, LARGE, {"event": "set", "ends": [0, 150], "slice": None})
    with pytest.raises(EventError, match="no seed of pore"):
        do(session, LARGE, FINISH)
    assert not session.state(LARGE)["finished"]


def test_one_tab_works_and_others_look_on_until_they_take_over(tmp_path):
    session = session_in(tmp_path)
    assert not session.claim("second tab")
    with pytest.raises(OtherTabError):
        do(session, THRESHOLD, level(99), tab="second tab")
    do(session, THRESHOLD, level(120))
    assert session.claim("second tab", take=True)
    with pytest.raises(OtherTabError):
        do(session, THRESHOLD, level(99))
    do(session, THRESHOLD, level(125), tab="second tab")
    session.release(TAB)
    assert not session.claim(TAB)
    session.release("second tab")
    assert session.claim(TAB)
    assert session.state(THRESHOLD)["ends"] == [[None, [125]]]


def test_a_page_with_an_old_state_changes_nothing(tmp_path):
    session = session_in(tmp_path)
    do(session, THRESHOLD, level(120))
    with pytest.raises(OutOfDateError):
        session.record(THRESHOLD, TAB, 0, [{"id": "new", **level(99)}])
    assert session.state(THRESHOLD)["ends"] == [[None, [120]]]


def test_what_was_saved_but_not_confirmed_is_taken_once(tmp_path):
    session = session_in(tmp_path)
    events = [{"id": "a", **stroke(12, 1, [0, 3])}, {"id": "b", **stroke(12, 1, [3, 3])}]
    first = session.record(PAINTING, TAB, 0, events)
    again = session_in(tmp_path).record(PAINTING, TAB, 0, events)
    assert first == again and again["count"] == 3
    later = session.record(PAINTING, TAB, 3, [{"id": "c", "event": "undo", "slice": 12}])
    assert session.record(PAINTING, TAB, 3, [{"id": "c", "event": "undo", "slice": 12}]) == later


def test_of_events_that_were_saved_in_part_the_others_are_taken_in(tmp_path):
    session = session_in(tmp_path)
    events = [{"id": name, **stroke(12, 1, [3 * n, 3])} for n, name in enumerate("abc")]
    session.record(PAINTING, TAB, 0, events[:1])
    assert session.record(PAINTING, TAB, 0, events)["count"] == 4
    assert session.work(PAINTING).painted(12) == 9
    for count, names in ((0, "ad"), (2, "ad"), (9, "e")):
        others = [{"id": name, **stroke(12, 1, [30, 3])} for name in names]
        with pytest.raises(OutOfDateError):
            session.record(PAINTING, TAB, count, others)


@pytest.mark.parametrize("event", [{"event": "start"}, {"event": "output", "slices": {}}, 7, None])
def test_a_page_cannot_send_what_only_the_program_says(tmp_path, event):
    session = session_in(tmp_path)
    with pytest.raises(EventError, match="a page cannot send"):
        session.record(PAINTING, TAB, 0, [event])


def test_a_full_disk_is_told_and_nothing_is_believed_saved(tmp_path, monkeypatch):
    session = session_in(tmp_path)
    do(session, THRESHOLD, level(120))
    with monkeypatch.context() as broken:

        def full(*_):
            raise OSError(28, "No space left on device")

        broken.setattr("manyeyes.files.recordings.os.pwrite", full)
        with pytest.raises(FileError, match="No space left"):
            do(session, THRESHOLD, level(99))
    assert session.state(THRESHOLD)["ends"] == [[None, [120]]]
    do(session, THRESHOLD, level(121))
    assert session_in(tmp_path).state(THRESHOLD)["ends"] == [[None, [121]]]


def test_sliders_begin_at_random_but_the_same_after_a_restart(tmp_path):
    begins = {
        (sitting, seed): session_in(tmp_path, sitting=sitting, seed=seed).state(LARGE)["begins_at"]
        for sitting in (1, 2)
        for seed in ("7", "8")
    }
    assert len({str(each) for each in begins.values()}) == 4
    for ((_, (low, high)),) in begins.values():
        assert 32 <= low < 128 <= high < 224
    assert session_in(tmp_path).state(LARGE)["begins_at"] == begins[1, "7"]
