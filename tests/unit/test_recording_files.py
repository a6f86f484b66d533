"""The folder of a recorded person: events, and what came of finished work."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from manyeyes.annotations import Drawing, Window
from manyeyes.files.annotations import read_annotation
from manyeyes.files.errors import FileError
from manyeyes.files.recordings import FORMAT, EventFile, held, sitting_folder, write_recorded
from manyeyes.files.volumes import read_volume
from manyeyes.recording.results import Seeds
from manyeyes.recording.work import Work
from recording_example import SHAPE, example_steps

TIME = "2026-11-02T09:00:00+00:00"
ABOUT = {"format": FORMAT, "user": "jo", "sha256": "ab"}
START = {"event": "start", "time": TIME, **ABOUT}
WHO = {"user": "jo", "sitting": 1, "voxel_size_nm": 400.0}


def level(value):
    return {"event": "set", "time": TIME, "ends": [value], "slice": None}


def read(path, about=ABOUT):
    """Return the work that a file of events tells of, and the file."""
    work, file = Work(example_steps("S2")[0], SHAPE, (2, 1)), EventFile(path)
    file.replay(work, about)
    return work, file


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "cathode" / "raw" / "S2.events.jsonl"
    _, file = read(path)
    file.append([START, level(100)])
    file.append([level(120)])
    return path


def test_events_come_back(path):
    work, _ = read(path)
    assert work.ends == {None: [120]}
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.parametrize("lost", [1, 5, 40])
def test_a_line_that_a_crash_cut_off_is_dropped_and_written_over(path, lost):
    content = path.read_bytes()
    path.write_bytes(content[:-lost])
    work, file = read(path)
    assert work.ends == {None: [100]}
    file.append([level(130)])
    assert read(path)[0].ends == {None: [130]}
    assert path.read_text().count("\n") == 3


def test_events_of_something_else_are_not_gone_on_with(path):
    with pytest.raises(FileError, match=r"S2\.events\.jsonl.*sha256 'ab', but now it is 'cd'"):
        read(path, ABOUT | {"sha256": "cd"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[]\n", "first line does not say"),
        ("{}\n", "first line does not say"),
        ("7\n", "first line does not say"),
        ("\n", "line 1"),
        ("nonsense\n", "line 1"),
        (json.dumps(START) + '\n{"event": "set"}\n', "line 2: expected a time"),
        (json.dumps(START) + "\n" + "[" * 100_000 + "\n", "line 2"),
        (json.dumps(START) + "\n\xff\n", "line 2"),
    ],
)
def test_files_that_are_no_events_are_named(tmp_path, content, complaint):
    path = tmp_path / "S2.events.jsonl"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(FileError, match=complaint) as told:
        read(path)
    assert str(path) in str(told.value)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "cathode").write_text("a file where a folder should be")
    file = EventFile(tmp_path / "cathode" / "raw" / "S2.events.jsonl")
    with pytest.raises(FileError, match=r"S2\.events\.jsonl"):
        file.replay(Work(example_steps("S2")[0], SHAPE, (2, 1)), ABOUT)
        file.append([START])


def test_thresholds_and_windows_are_read_as_any_annotation(tmp_path):
    write_recorded(tmp_path, "cWS", Window(100, 150, {"seconds": 9}), WHO)
    found, labels = read_annotation(tmp_path / "cWS.json")
    assert (found["kind"], found["low"], found["high"], labels) == ("window", 100, 150, None)
    assert found["made_by"] == "recorded" and found["record"]["seconds"] == 9


def test_seeds_are_windows_of_slices_or_of_the_whole_image(tmp_path):
    write_recorded(tmp_path, "ML3", Seeds({None: Window(100, 150)}), WHO)
    assert read_annotation(tmp_path / "ML3.json")[0]["high"] == 150
    write_recorded(tmp_path, "ML2", Seeds({4: Window(90, 150), 9: Window(80, 140)}), WHO)
    assert read_annotation(tmp_path / "ML2.json")[0]["slices"] == [
        {"slice": 4, "low": 90, "high": 150},
        {"slice": 9, "low": 80, "high": 140},
    ]


def test_drawings_are_label_volumes_and_nothing_unfinished_is_left(tmp_path):
    labels = np.zeros(SHAPE, np.uint8)
    labels[3, 4, 5] = 2
    assert write_recorded(tmp_path, "MLX10", Drawing(labels), WHO) == tmp_path / "MLX10.tif"
    assert (read_volume(tmp_path / "MLX10.tif", labels=True) == labels).all()
    assert [path.name for path in tmp_path.iterdir()] == ["MLX10.tif"]


def test_further_sittings_have_folders_of_their_own(tmp_path):
    assert sitting_folder(tmp_path, 1) == tmp_path
    assert sitting_folder(tmp_path, 3) == tmp_path / "sitting-3"


def test_two_programs_cannot_record_into_one_folder(tmp_path):
    code = (
        "import sys, time\nfrom manyeyes.files.recordings import held\n"
        "with held(sys.argv[1]):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    paths = os.pathsep.join(sys.path)
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FileError, match="already recording"), held(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()
    with held(tmp_path):
        pass
