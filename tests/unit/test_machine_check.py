import os
import subprocess
from pathlib import Path

import pytest

from manyeyes.running.machine_check import SHELL, machine_problems

TOP = Path(__file__).parents[2]


@pytest.fixture
def problems(tmp_path):
    def of(checkout="house", folder="work", python="/usr/bin/python3", **environment):
        for name in (checkout, folder):
            (tmp_path / name).mkdir(exist_ok=True, parents=True)
        environment = {"HOME": str(tmp_path), **environment}
        return machine_problems(tmp_path / checkout, tmp_path / folder, environment, python)

    return of


def test_an_ordinary_place_is_fine(problems):
    assert problems() == []
    assert problems(checkout="haus-mit-ü", folder="with blank") == []


@pytest.mark.parametrize("sign", list(" $&;('\"*"))
def test_a_python_that_a_shell_cannot_start_is_named(problems, sign):
    (output,) = problems(python=f"/home/jo/a{sign}b/.venv/bin/python")
    assert ("a space" if sign == " " else f"the character {sign}") in output
    assert "move the checkout" in output


@pytest.mark.parametrize("name", ["a b", "a\tb", "a'b", "a$b", "a{b", "a[b", "a]b", "a&b", "a(b)"])
def test_no_environment_is_made_where_no_run_can_be(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    assert SHELL.search(name)
    done = made_environment(folder)
    assert done.returncode == 1
    assert str(folder) in done.stderr
    assert "move it to a path of letters, digits, - and _" in done.stderr
    assert not list(folder.iterdir())


def test_an_environment_is_made_elsewhere(tmp_path):
    folder = tmp_path / "haus-mit-ü_1.2"
    folder.mkdir()
    # It comes as far as Python.
    assert "no-python" in made_environment(folder).stderr


def made_environment(folder):
    """Try to make an environment in a folder, with a Python that is not there."""
    return subprocess.run(
        ["/bin/sh", TOP / "envs" / "make_environment.sh", "lock.txt"],
        cwd=folder,
        env={"PYTHON": "no-python", "PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("where", ["checkout", "folder"])
def test_braces_are_taken_for_wildcards(problems, where):
    (output,) = problems(**{where: "a{b}"})
    assert "the character {" in output


def test_a_home_that_cannot_be_written_is_told_with_what_to_set(problems):
    output = problems(HOME="/proc")
    assert any("XDG_CACHE_HOME" in sentence for sentence in output)
    assert problems(HOME="/proc", XDG_CACHE_HOME="/tmp") == []


def test_a_cache_that_cannot_be_written_is_told(problems):
    (output,) = problems(NUMBA_CACHE_DIR="/proc/numba")
    assert "/proc/numba" in output
    assert "NUMBA_CACHE_DIR" in output


def test_compiled_code_needs_one_place_of_two(tmp_path):
    # beside the code nothing can be written
    environment = {"HOME": str(tmp_path)}
    assert machine_problems(Path("/proc"), tmp_path, environment, "python") == []


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(problems, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work").chmod(0o555)
    assert any("may not write" in output for output in problems())


def test_a_working_folder_that_cannot_be_written_is_told(tmp_path):
    output = machine_problems(tmp_path, Path("/proc"), {"HOME": str(tmp_path)}, "python")
    assert any(sentence.startswith("/proc: results") for sentence in output)
