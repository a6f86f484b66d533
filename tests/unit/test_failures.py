import pytest

from manyeyes.running.failures import failed_jobs, summary

TRACEBACK = """a line of progress
Traceback (most recent call last):
  File "volume.py", line 3, in read
    raise FileError(
study_files.FileError: cell.tif: this is not a readable TIFF
copy or download it again
"""
SINGLE = """Error in rule {rule}:
    message: None
    jobid: 5
    output: results/{rule}.tif
    log: {log} (check log file(s) for error details)
1 of 5 steps (20%) done
    log: elsewhere.log
"""
GROUP = """Error in group NMC-2:
    message: Error in group NMC-2
    log: {cluster}
    jobs:
        rule measure:
            jobid: 38
            log: {done} (check log file(s) for error details)
        rule segment:
            jobid: 39
            log: {failed} (check log file(s) for error details)
        rule compare:
            jobid: 40
            log: {never} (check log file(s) for error details)
"""


def failures(path):
    return summary(failed_jobs(path), path)


@pytest.fixture
def log(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_an_error_is_told_with_its_job_and_log_and_no_traceback(log):
    path = log("job.log", TRACEBACK)
    output = failures(log("run.log", SINGLE.format(rule="import_tomogram", log=path)))
    assert output.splitlines() == [
        "1 job failed. What does not depend on them was made and is kept.",
        "  import_tomogram: cell.tif: this is not a readable TIFF",
        "      copy or download it again",
        f"    log: {path}",
        "Fix the cause and start the same command again: it resumes from here.",
    ]


def test_faults_of_ours_keep_their_kind(log):
    path = log("job.log", "Traceback (most recent call last):\nKeyError: 'x'\n")
    assert "segment: KeyError: 'x'" in failures(
        log("run.log", SINGLE.format(rule="segment", log=path))
    )


def test_a_job_that_came_to_its_end_when_tried_again_is_not_told(log):
    path = log("job.log", TRACEBACK + "used 3.0 CPU s, 200 MB at its peak\n")
    other = log("other.log", "begins\nhalf way\n")
    output = failures(
        log(
            "run.log",
            SINGLE.format(rule="first", log=path) + SINGLE.format(rule="second", log=other),
        )
    )
    assert "first" not in output
    assert "second: was stopped without an error of its own" in output


def test_of_a_group_the_job_is_told_that_failed(log, tmp_path):
    files = {
        "cluster": log("7.log", "slurmstepd: error\n"),
        "done": log("done.log", "used 3.0 CPU s, 200 MB at its peak\n"),
        "failed": log("failed.log", TRACEBACK),
        "never": tmp_path / "never.log",
    }
    output = failures(log("run.log", GROUP.format(**files)))
    assert "  segment: cell.tif" in output
    assert f"log: {files['cluster']}" in output
    assert "measure" not in output
    assert "compare" not in output


def test_a_run_that_failed_beside_its_jobs_names_its_own_log(log):
    path = log("run.log", "Building DAG of jobs...\n")
    assert str(path) in failures(path)


ENDED = """RuleException:
CalledProcessError in file "Snakefile", line 6:
Command 'set -euo pipefail;  python job.py' {}.
[Wed Nov 25 20:59:12 2026]
"""


@pytest.mark.parametrize(
    ("ended", "output"),
    [
        ("died with <Signals.SIGKILL: 9>", "killed by SIGKILL, as the system does when memory"),
        ("returned non-zero exit status 137", "killed by SIGKILL"),
        ("returned non-zero exit status 74", "the disk is full"),
        ("died with <Signals.SIGSEGV: 11>", "was ended by SIGSEGV"),
        ("died with <Signals.SIGTERM: 15>", "was ended by SIGTERM"),
        ("returned non-zero exit status 1", "without an error of its own"),
        # no signal has these numbers
        ("returned non-zero exit status 128", "without an error of its own"),
        ("returned non-zero exit status 255", "without an error of its own"),
    ],
)
def test_the_end_of_a_process_is_called_what_it_is(log, tmp_path, ended, output):
    text = ENDED.format(ended) + SINGLE.format(rule="segment", log=tmp_path / "never.log")
    assert output in failures(log("run.log", text))


def test_a_missing_output_is_named(log):
    text = """MissingOutputException in rule segment in file "/x/segment.smk", line 7:
Job 2  completed successfully, but some output files are missing. Missing files after 5 seconds.
results/s/a.tif (missing locally, parent dir not present)
results/s/b.tif (missing locally)
Exiting because a job execution failed.
"""
    path = log("run.log", text)
    (failure,) = failed_jobs(path)
    assert failure.outputs == ("results/s/a.tif", "results/s/b.tif")
    assert "segment: came to its end but did not make results/s/a.tif, results/s/b.tif" in (
        failures(path)
    )


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("OSError: [Errno 28] No space left on device: 'a.tif'\n", "the disk is full"),
        ("OSError: [Errno 122] Disk quota exceeded\n", "the disk is full"),
        ("MemoryError: Unable to allocate 8 GiB\n", "memory ran out"),
        (
            "OSError: [Errno 28] No space left on device\n\nDuring handling, another:\n\n"
            "study_files.FileError: a.tif: cannot be written\n",
            "the disk is full",
        ),
    ],
)
def test_a_full_disk_and_memory_are_called_what_they_are(log, text, output):
    path = log("job.log", "Traceback (most recent call last):\n" + text)
    assert output in failures(log("run.log", SINGLE.format(rule="segment", log=path)))


@pytest.mark.parametrize(
    ("message", "cluster", "output"),
    [
        ("SLURM-job '2' failed, SLURM status is: 'OUT_OF_MEMORY'", "", "memory ran out"),
        ("None", "slurmstepd: error: Detected 1 oom_kill event in StepId=2.0.\n", "memory ran out"),
        ("SLURM-job '2' failed, SLURM status is: 'TIMEOUT'", "", "its time was over"),
        ("None", "slurmstepd: error: *** JOB 2 CANCELLED DUE TO TIME LIMIT ***\n", "its time was"),
    ],
)
def test_what_a_scheduler_says_is_told(log, message, cluster, output):
    path = log("cluster.log", cluster)
    text = SINGLE.format(rule="segment", log=path).replace("message: None", f"message: {message}")
    assert output in failures(log("run.log", text))


def test_a_log_without_an_error_tells_what_it_says(log):
    """Such as that of a file that could not be fetched."""
    path = log("fetch.log", "nmc1cal.tif: could not be fetched (no network)\n")
    text = ENDED.format("returned non-zero exit status 1") + SINGLE.format(rule="fetch", log=path)
    assert "fetch: nmc1cal.tif: could not be fetched (no network)" in failures(log("run.log", text))


def test_the_end_of_one_process_is_not_that_of_the_next(log, tmp_path):
    killed = ENDED.format("died with <Signals.SIGKILL: 9>")
    text = killed + SINGLE.format(rule="first", log=tmp_path / "1.log")
    text += SINGLE.format(rule="second", log=tmp_path / "2.log")
    first, second = failed_jobs(log("run.log", text))
    assert "SIGKILL" in first.why
    assert "SIGKILL" not in second.why


def test_a_full_disk_is_told_even_where_nothing_could_be_noted(log, monkeypatch):
    class Usage:
        free = 1000

    monkeypatch.setattr("manyeyes.running.failures.shutil.disk_usage", lambda path: Usage)
    assert "is full" in failures(log("run.log", ""))
