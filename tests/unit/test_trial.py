"""What would end a process, or never end, is tried in another one."""

import os
import signal

import pytest

from manyeyes.files.errors import FileError
from manyeyes.files.trial import try_first


@pytest.fixture
def path(tmp_path):
    (tmp_path / "cell.h5").write_bytes(b"x")
    return tmp_path / "cell.h5"


def test_a_library_that_breaks_down_is_an_error(path):
    with pytest.raises(FileError, match=r"cell\.h5: the file is damaged, .* \(SIGSEGV\); copy"):
        try_first(path, ("crash",), lambda: os.kill(os.getpid(), signal.SIGSEGV))


def test_what_does_not_end_is_an_error(path):

    def forever():
        while True:
            pass

    with pytest.raises(FileError, match=r"cell\.h5: the file is damaged, .*came to no end"):
        try_first(path, ("hang",), forever)


def test_errors_are_left_to_the_second_time(path):
    def fail():
        raise KeyError("a")

    assert try_first(path, ("error",), fail) is None


def test_a_file_is_tried_once_until_it_changes(path):
    tries = path.with_name("tries")

    def attempt():
        with tries.open("ab") as file:
            file.write(b".")

    for _ in range(3):
        try_first(path, ("count",), attempt)
    assert tries.read_bytes() == b"."
    path.write_bytes(b"xy")
    try_first(path, ("count",), attempt)
    try_first(path, ("something else",), attempt)
    assert tries.read_bytes() == b"..."
