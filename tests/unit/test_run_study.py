"""A run that was killed goes on when it is started again."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "workflow" / "run_study.sh"


@pytest.fixture
def called(tmp_path):
    """Return what runs the script with a program in Snakemake's place, and tells its arguments."""
    program = tmp_path / "program"
    program.write_text(
        '#!/bin/sh\necho "$@" >>calls\n[ "$1" != --unlock ] || rm -r .snakemake/locks\n'
    )
    program.chmod(0o755)

    def call(*arguments):
        subprocess.run(["sh", str(SCRIPT), str(program), *arguments], cwd=tmp_path, check=True)
        return (tmp_path / "calls").read_text().splitlines()

    return call


def locked_by(folder, process):
    locks = folder / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").write_text("file")
    (folder / ".snakemake" / "running.pid").write_text(str(process))


def of_nobody():
    """Return the number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_first_run_just_runs(called):
    assert called("--cores", "1", "--", "a file") == ["--cores 1 -- a file"]


def test_after_a_finished_run_nothing_is_unlocked(called):
    called("first")
    assert called("second") == ["first", "second"]


def test_the_lock_of_a_killed_run_is_taken_away_whatever_is_asked_for(called, tmp_path):
    locked_by(tmp_path, of_nobody())
    assert called("--forcerun", "a", "--", "b") == [
        "--unlock --forcerun a -- b",
        "--forcerun a -- b",
    ]


def test_the_lock_of_a_run_that_goes_on_stays(called, tmp_path):
    locked_by(tmp_path, os.getpid())
    assert called("more") == ["more"]
    assert (tmp_path / ".snakemake/locks/0.input.lock").exists()


def test_a_lock_that_cannot_be_taken_away_stops_with_its_reason(tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho no such config; exit 1\n")
    program.chmod(0o755)
    locked_by(tmp_path, of_nobody())
    done = subprocess.run(
        ["sh", str(SCRIPT), str(program)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no such config" in done.stderr
