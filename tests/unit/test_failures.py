import pytest

from failures import failures

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


@pytest.fixture
def log(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_an_error_is_told_with_its_job_and_log_and_no_traceback(log):
    path = log("job.log", TRACEBACK)
    told = failures(log("run.log", SINGLE.format(rule="import_tomogram", log=path)))
    assert told.splitlines() == [
        "1 job failed. What does not depend on them was made and is kept.",
        "  import_tomogram: cell.tif: this is not a readable TIFF",
        "      copy or download it again",
        f"    log: {path}",
        "Mend the cause and start the same command again: it goes on from here.",
    ]


def test_faults_of_ours_keep_their_kind(log):
    path = log("job.log", "Traceback (most recent call last):\nKeyError: 'x'\n")
    assert "segment: KeyError: 'x'" in failures(
        log("run.log", SINGLE.format(rule="segment", log=path))
    )


def test_a_job_that_came_to_its_end_when_tried_again_is_not_told(log):
    path = log("job.log", TRACEBACK + "used 3.0 CPU s, 200 MB at its peak\n")
    other = log("other.log", "half way\n")
    told = failures(
        log(
            "run.log",
            SINGLE.format(rule="first", log=path) + SINGLE.format(rule="second", log=other),
        )
    )
    assert "first" not in told
    assert "second: was stopped without an error of its own" in told


def test_of_a_group_the_job_is_told_that_failed(log, tmp_path):
    files = {
        "cluster": log("7.log", "slurmstepd: error\n"),
        "done": log("done.log", "used 3.0 CPU s, 200 MB at its peak\n"),
        "failed": log("failed.log", TRACEBACK),
        "never": tmp_path / "never.log",
    }
    told = failures(log("run.log", GROUP.format(**files)))
    assert "  segment: cell.tif" in told
    assert f"log: {files['cluster']}" in told
    assert "measure" not in told
    assert "compare" not in told


def test_a_run_that_failed_beside_its_jobs_names_its_own_log(log):
    path = log("run.log", "Building DAG of jobs...\n")
    assert str(path) in failures(path)
