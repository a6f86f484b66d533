"""One run of a study at a time, whoever starts it, and none that is kept out for nothing."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from manyeyes.running.snakemake_lock import remove_stale_locks
from manyeyes.running.study_lock import (
    JOBS,
    RUN,
    LockedError,
    held,
    is_run,
    job_of,
)

HOLD = """
import sys, time
from pathlib import Path
from manyeyes.running.study_lock import {what}
with {what}(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Return what lets another process hold a study, or be one of its jobs, until it is killed."""
    running = []

    def start(what="held", folder=tmp_path, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD.format(what=what), str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        running.append(process)
        assert process.stdout.readline() == "held\n", process.stderr.read()
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_a_study_is_held_and_let_go(tmp_path):
    with held(tmp_path / "study"):
        noted = json.loads((tmp_path / "study" / RUN).read_text())
        assert noted["process"] == os.getpid()
        assert noted["host"] == socket.gethostname()
    assert (tmp_path / "study" / RUN).read_text() == ""
    with held(tmp_path / "study"):
        pass


def test_a_second_run_is_refused_again_and_again_and_told_who_runs(tmp_path, holder):
    process = holder()
    for _ in range(3):
        with pytest.raises(LockedError, match=rf"process {process.pid}, since"), held(tmp_path):
            pass
    assert is_run(tmp_path)


def test_who_looks_is_not_taken_for_a_run(tmp_path):
    with held(tmp_path):
        pass
    with (tmp_path / RUN).open("rb") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        assert not is_run(tmp_path)


def test_a_killed_run_holds_nothing(tmp_path, holder):
    process = holder()
    process.kill()
    process.wait()
    assert not is_run(tmp_path)
    with held(tmp_path):
        pass


def test_a_stopped_run_still_holds_the_study(tmp_path, holder):
    """Snakemake's own process may hang; that is no end."""
    holder().send_signal(signal.SIGSTOP)
    with pytest.raises(LockedError), held(tmp_path):
        pass


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.getuid() != 0, reason="takes root on Linux"
)
@pytest.mark.parametrize(
    "elsewhere",
    [
        ["unshare", "-p", "-f", "--mount-proc"],
        ["setpriv", "--reuid", "65534", "--clear-groups"],
    ],
)
def test_a_run_of_another_user_or_process_space_is_seen(tmp_path, elsewhere):
    """Neither process can be asked for by its number."""
    if subprocess.run([*elsewhere, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{elsewhere[0]} cannot be used here")
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o777)
    process = subprocess.Popen(
        [*elsewhere, sys.executable, "-c", HOLD.format(what="held"), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout.readline() != "held\n":
            pytest.skip(f"not to be tried here: {process.stderr.read()[-200:]}")
        with pytest.raises(LockedError, match="is being run"), held(tmp_path):
            pass
    finally:
        subprocess.run(["pkill", "-KILL", "-f", str(tmp_path)], check=False)
        process.kill()
        process.wait()


def test_a_run_on_another_host_stops_with_what_to_do(tmp_path):
    note = {"host": "login2", "process": 7, "user": "jo", "since": "2026-01-01T00:00:00+00:00"}
    (tmp_path / RUN).write_text(json.dumps(note))
    for _ in range(2):
        with pytest.raises(LockedError) as output, held(tmp_path):
            pass
        assert "by jo on login2 (process 7" in str(output.value)
        assert "remove this file" in str(output.value)
    (tmp_path / RUN).unlink()
    with held(tmp_path):
        pass


@pytest.mark.parametrize("text", ["", "{", '"login2"', "[]"])
def test_a_note_that_a_kill_cut_off_keeps_nobody_out(tmp_path, text):
    (tmp_path / RUN).write_text(text)
    with held(tmp_path):
        pass


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    def refuse(file, kind):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("manyeyes.running.study_lock.fcntl.flock", refuse)
    with pytest.raises(LockedError, match="keeps no locks"), held(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LockedError, match="cannot be locked"), held(tmp_path / "file" / "study"):
        pass


def test_a_run_waits_for_the_jobs_of_a_killed_one(tmp_path, holder, capfd):
    with held(tmp_path):
        pass
    job = holder("job_of")
    waiting = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(what="held"), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert "some of its jobs still run" in waiting.stderr.readline()
        job.kill()
        job.wait()
        assert waiting.stdout.readline() == "held\n"
    finally:
        waiting.kill()
        waiting.wait()


def test_jobs_do_not_keep_each_other_out(tmp_path, holder):
    with held(tmp_path):
        holder("job_of")
        start = time.monotonic()
        with job_of(tmp_path):
            assert time.monotonic() - start < 30


def test_a_job_that_no_run_started_needs_no_lock(tmp_path):
    with job_of(tmp_path):
        assert not (tmp_path / JOBS).exists()


def test_locks_of_runs_that_are_gone_go_and_others_stay(tmp_path, holder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results, locks = Path("results"), Path("locks")
    locks.mkdir()
    for name in ("ours", "running", "gone"):
        (locks / f"{len(list(locks.iterdir()))}.output.lock").write_text(
            f"resources/shared.tif\nresults/{name}/table.csv\n"
        )
    (locks / "3.input.lock").write_text("somewhere/else.txt\n")
    (results / "running").mkdir(parents=True)
    holder(folder=(results / "running").resolve())
    with held(results / "ours"):
        remove_stale_locks(locks, results / "ours")
    assert sorted(path.name for path in locks.iterdir()) == ["1.output.lock", "3.input.lock"]
