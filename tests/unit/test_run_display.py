"""Of all that Snakemake prints, a person sees what is done, what failed and how long it takes."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from manyeyes.commands.run import run_shown
from manyeyes.running.run_display import RunDisplay, duration

BEGINNING = """\
Using workflow specific profile profiles/default for setting default command line arguments.
Config file config/protocol.yaml is extended by additional config specified via the command line.
Assuming unrestricted shared filesystem usage.

SNAKEMAKE
=========
  Date: 2026-11-26 16:30:40
  Command: snakemake --cores 1

Building DAG of jobs...
Using shell: /usr/bin/bash
Provided cores: 1 (use --cores to define parallelism)
Rules claiming more threads will be scaled down.
Conda environments: ignored
Job stats:
job                count
---------------  -------
segment_drawn          4
draw_figure            4
default                1
total                  9

Compiling the library's fast parts; this takes a minute, once.
Select jobs to execute...
Execute 1 jobs...
"""


def begins(number, rule="segment_drawn", about="dataset=NMC-2, filter=raw"):
    """A job begins, as Snakemake says it."""
    return f"""
[Thu Nov 26 16:32:13 2026]
localrule {rule}:
    input: results/tiny/images/NMC-2/raw.tif
    log: results/tiny/logs/{rule}/NMC-2/raw.log
    jobid: {number}
    reason: Missing output files: <TBD>
    wildcards: {about}
    resources: tmpdir=/tmp, mem_mb=602, mem=602 MB
Select jobs to execute...
{rule}/NMC-2/raw: labels the image for A, B, C: MLX10
"""


def ends(number, done, rule="segment_drawn"):
    """A job ends."""
    return f"""\
[Thu Nov 26 16:32:14 2026]
Finished jobid: {number} (Rule: {rule})
{done} of 9 steps ({done * 100 // 9}%) done
Execute 1 jobs...
"""


def shown(display, text, now=0.0):
    """Feed a text, and return what is shown of it."""
    return [line for part in text.splitlines() for line in display.feed(part, now)]


@pytest.fixture
def begun():
    """A display behind the beginning of a run."""
    display = RunDisplay()
    assert shown(display, BEGINNING) == [
        "Planning the jobs.",
        "Compiling the library's fast parts; this takes a minute, once.",
    ]
    return display


def test_jobs_are_counted_and_not_described(begun):
    assert begun.status(0, 80) == ""
    assert shown(begun, begins(7), 100) == []
    assert begun.status(103, 80) == (
        "[....................] 0 of 9 jobs, 3 s | segment_drawn NMC-2 raw"
    )
    assert shown(begun, ends(7, 1), 110) == []
    assert begun.status(110, 80) == "[##..................] 1 of 9 jobs, 10 s"
    assert begun.status(110, 30) == "[##..................] 1 of..."
    assert begun.status(110) == "1 of 9 jobs, 10 s"
    assert begun.last_line(110) == "1 of 9 jobs in 10 s."


def test_time_left_is_that_of_the_jobs_of_each_rule(begun):
    now = 0
    for number in range(4):
        shown(begun, begins(number), now)
        shown(begun, ends(number, number + 1), now + 60)
        now += 60
    assert begun.seconds_left(now) is None
    # The first figure takes longer than the others.
    for number, seconds in ((4, 20), (5, 2), (6, 2)):
        shown(begun, begins(number, "draw_figure", "figure=fig2"), now)
        now += seconds
        shown(begun, ends(number, number + 1, "draw_figure"), now)
    # A figure as the last ones, and a job of a rule of which nothing is known.
    usual = (60 + 264 / 7) / 2
    assert begun.seconds_left(now) == pytest.approx(2 + usual)
    assert begun.status(now) == "7 of 9 jobs, 4 min 24 s, about 1 min left"
    shown(begun, begins(7, "draw_figure", "figure=fig3"), now)
    assert begun.seconds_left(now + 1) == pytest.approx(1 + usual, rel=0.01)
    # A job that takes longer than others before it does not make the rest shorter.
    assert begun.seconds_left(now + 30) == pytest.approx(usual, rel=0.15)


def test_jobs_side_by_side_share_the_time_left(begun):
    shown(begun, "".join(begins(number) for number in range(4)), 0)
    assert begun.status(0, 200).count("segment_drawn") == 4
    for number in range(4):
        shown(begun, ends(number, number + 1), 60)
    shown(begun, begins(4, "draw_figure", "figure=fig2"), 60)
    shown(begun, ends(4, 5, "draw_figure"), 80)
    # 260 s of jobs in 80 s; left are three figures of 20 s, and one job as usual.
    assert begun.seconds_left(80) == pytest.approx((3 * 20 + (60 + 52) / 2) / (260 / 80))


FAILED = """\
Error in segment_drawn: /data/cell.tif: damaged; copy it again
RuleException:
CalledProcessError in file "workflow/rules/segment.smk", line 152:
Command 'set -euo pipefail;  python segment.py' returned non-zero exit status 1.
[Thu Nov 26 16:45:51 2026]
Error in rule segment_drawn:
    message: None
    jobid: 7
    log: results/tiny/logs/segment_drawn/NMC-2/raw.log (check log file(s) for error details)
Logfile results/tiny/logs/segment_drawn/NMC-2/raw.log:
================================================================================
Traceback (most recent call last):
Finished jobid: 8 (Rule: segment_drawn)
ValueError: /data/cell.tif: damaged; copy it again
================================================================================

"""


def test_a_failed_job_is_told_without_its_traceback(begun):
    shown(begun, begins(7), 0)
    assert shown(begun, FAILED, 5) == [
        "Error in segment_drawn: /data/cell.tif: damaged; copy it again",
        "A job failed: segment_drawn. Jobs that do not depend on it still run.",
        "  its log: results/tiny/logs/segment_drawn/NMC-2/raw.log",
    ]
    # What follows is read as before.
    shown(begun, begins(9, "draw_figure", "figure=fig2"), 6)
    shown(begun, ends(9, 1, "draw_figure"), 8)
    assert begun.done == 1
    told = shown(
        begun,
        "Exiting because a job execution failed. Look above for error messages\n"
        "1 job failed. What does not depend on them was made and is kept.\n"
        "    log: results/tiny/logs/segment_drawn/NMC-2/raw.log\n"
        "WorkflowError:\nAt least one job did not complete successfully.\n",
    )
    assert told == [
        "1 job failed. What does not depend on them was made and is kept.",
        "    log: results/tiny/logs/segment_drawn/NMC-2/raw.log",
    ]


@pytest.mark.parametrize("before", ["", begins(8), FAILED, "draw_figure/a: scores:\n"])
def test_a_warning_is_shown_with_its_job(begun, before):
    warning = "segment_drawn/NMC-2/raw: Warning: 3 %  of the labels contradict the image: look"
    assert shown(begun, before + warning)[-1:] == [warning]
    # Not a second time from a log that Snakemake repeats.
    assert warning not in shown(begun, FAILED.replace("Traceback", f"{warning}\nTraceback"))


def test_why_a_job_failed_is_not_lost(begun):
    killed = FAILED.replace("returned non-zero exit status 1.", "died with <Signals.SIGKILL: 9>.")
    killed = killed.partition("\n")[2].replace(
        "message: None", "message: SLURM-job '12' failed,\nSLURM status is: OUT_OF_MEMORY"
    )
    told = [
        "A job's process died with <Signals.SIGKILL: 9>.",
        "A job failed: segment_drawn. Jobs that do not depend on it still run.",
        "  SLURM-job '12' failed,",
        "  SLURM status is: OUT_OF_MEMORY",
        "  its log: results/tiny/logs/segment_drawn/NMC-2/raw.log",
    ]
    assert shown(begun, killed) == told
    # Also if another one has failed just before.
    assert shown(begun, FAILED + killed)[-5:] == told


def test_a_job_that_failed_no_longer_runs(begun):
    shown(begun, begins(7) + begins(8, "draw_figure", "figure=fig2"), 0)
    shown(begun, FAILED, 5)
    assert begun.status(5, 90).partition(" | ")[2] == "draw_figure fig2"


def test_what_a_config_lacks_is_told_without_places_in_our_code():
    told = shown(
        RunDisplay(),
        BEGINNING.partition("Building")[0] + 'WorkflowError in file "/m/common.smk", line 70:\n'
        "These input files do not fit:\n  datasets.bad: /data/bad.tif: it may be truncated\n"
        '  File "/m/workflow/rules/common.smk", line 70, in <module>\n',
    )
    assert told == [
        "These input files do not fit:",
        "  datasets.bad: /data/bad.tif: it may be truncated",
    ]


def test_that_nobody_has_recorded_anything_is_one_sentence():
    told = shown(
        RunDisplay(),
        'InputFunctionException in rule default in file "/m/Snakefile", line 6:\nError:\n'
        "  WorkflowError:\n    Nobody has recorded anything yet.\nWildcards:\n\nTraceback:\n"
        '  File "/m/job_inputs.py", line 390, in nothing_recorded_yet (rule default, line 8)\n',
    )
    assert [line.strip() for line in told if line] == ["Nobody has recorded anything yet."]


def test_what_is_not_known_is_shown(begun):
    shown(begun, begins(7), 0)
    unknown = [
        "Terminating processes on user request, this might take some time.",
        "jo: has not recorded MLX25 of NMC-2",
        "Traceback (most recent call last):",
        '  File "dag.py", line 3, in update',
        "MissingInputException in rule x:",
    ]
    assert shown(begun, "\n".join(unknown)) == unknown
    # A table that a job prints is in its log.
    table = "draw_figure/a: scores:\ndestripe by wedge     stripes_left  0.17\n" + unknown[0]
    assert shown(begun, table) == unknown[:1]


@pytest.mark.parametrize(
    ("seconds", "exact", "rough"),
    [
        (0.2, "0 s", "0 s"),
        (12, "12 s", "20 s"),
        (59.8, "1 min", "1 min"),
        (45, "45 s", "1 min"),
        (185, "3 min 5 s", "3 min"),
        (3600, "1 h", "1 h"),
        (7_890, "2 h 11 min", "2 h 12 min"),
    ],
)
def test_times_are_words(seconds, exact, rough):
    assert duration(seconds) == exact
    assert duration(seconds, rough=True) == rough


PRINTS = f"""
import sys, time
print({BEGINNING!r}, end="", flush=True)
print({begins(7)!r}, end="", file=sys.stderr, flush=True)
time.sleep(0.5)
print({ends(7, 5)!r}, flush=True)
time.sleep(0.5)
sys.stdout.write("ein Satz mit \\u00fc, ohne Ende"); sys.stdout.flush()
"""


FAILS = PRINTS + "sys.exit(3)"


def test_into_a_file_goes_a_line_now_and_then(capfd):
    assert run_shown([sys.executable, "-c", FAILS]) == 3
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "Planning the jobs.",
        "Compiling the library's fast parts; this takes a minute, once.",
        told.err.splitlines()[2],
        "ein Satz mit ü, ohne Ende",
        told.err.splitlines()[-1],
    ]
    assert told.err.splitlines()[2].startswith("5 of 9 jobs, ")
    assert told.err.splitlines()[-1].startswith("5 of 9 jobs in ")


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def on_terminal(code):
    """Return what a call of Python writes to a terminal, and its exit status."""
    process, terminal = pty.fork()
    if not process:
        environment = {**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "90"}
        os.execve(sys.executable, [sys.executable, "-c", code], environment)
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
    os.close(terminal)
    return written.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_on_a_terminal_the_line_stays_in_its_place():
    written, status = on_terminal(
        "import sys; from manyeyes.commands.run import run_shown; "
        f"sys.exit(run_shown([sys.executable, '-c', {FAILS!r}]))"
    )
    assert status == 3
    assert "[....................] 0 of 9 jobs, 0 s | segment_drawn NMC-2 raw" in written
    # Whatever is printed between replaces the line, and the next one follows.
    assert "\r\x1b[Kein Satz mit ü, ohne Ende\r\n" in written
    assert written.endswith("s.\r\n")
    assert written.count("\n") == 4


@pytest.mark.usefixtures("interrupts")
def test_how_jobs_end_after_an_interrupt_is_not_shown(capfd):
    code = "import os, signal, sys, time; print('before', flush=True); time.sleep(0.5); "
    code += "os.kill(os.getppid(), signal.SIGINT); print('a job is interrupted', flush=True); "
    code += "time.sleep(0.5); print('Terminating processes on user request, this', flush=True); "
    code += "sys.exit('Traceback (most recent call last)')"
    assert run_shown([sys.executable, "-c", code]) == 130
    assert capfd.readouterr().err == "before\nStopping.\n"


def test_a_signal_reaches_snakemake_and_its_end_is_waited_for(tmp_path):
    begun, code = tmp_path / "begun", "import signal, sys, time\n"
    code += "signal.signal(signal.SIGTERM, lambda *_: sys.exit('stopped in order'))\n"
    code += f"open({str(begun)!r}, 'w').close()\ntime.sleep(60)\n"
    whole = "import sys; from manyeyes.commands.run import run_shown; "
    whole += f"sys.exit(run_shown([sys.executable, '-c', {code!r}]))"
    process = subprocess.Popen(
        [sys.executable, "-c", whole], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )
    for _ in range(200):
        if begun.exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert told == "stopped in order\n"
    assert process.returncode == 128 + signal.SIGTERM


def test_a_run_goes_on_if_nobody_reads_what_it_shows(tmp_path):
    done = tmp_path / "done"
    code = PRINTS + f"open({str(done)!r}, 'w').close(); sys.exit(4)"
    whole = "import sys; from manyeyes.commands.run import run_shown, say; "
    whole += f"status = run_shown([sys.executable, '-c', {code!r}]); "
    whole += "say('Done.', sys.stdout); sys.exit(status)"
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", whole], env=ENVIRONMENT, stdout=write, stderr=write
    )
    os.close(write)
    os.read(read, 1)
    os.close(read)
    assert process.wait(timeout=30) == 4
    assert done.exists()


def test_snakemake_does_not_outlive_a_display_that_breaks(tmp_path, monkeypatch):
    def broken(display, line, now):
        raise RuntimeError("broken")

    monkeypatch.setattr(RunDisplay, "feed", broken)
    done = tmp_path / "done"
    code = "import signal, sys, time; "
    code += f"signal.signal(signal.SIGTERM, lambda *_: sys.exit(open({str(done)!r}, 'w').close()));"
    with pytest.raises(RuntimeError, match="broken"):
        run_shown([sys.executable, "-c", code + "print('a', flush=True); time.sleep(20)"])
    # It was told to end, and its end was waited for.
    assert done.exists()
