import pytest

from manyeyes.running.job_records import record


@pytest.fixture
def job(tmp_path):
    """Return a function that writes what is known of a job and reads it."""

    def written(measured, log=None):
        benchmark = tmp_path / "job.tsv"
        benchmark.write_text(f"s\tmax_rss\tcpu_time\n{measured}\n")
        if log is not None:
            (tmp_path / "job.log").write_text(log)
        row = record(tmp_path / "job.log", benchmark).iloc[0]
        return tuple(row[["s", "cpu_time", "max_rss"]])

    return written


def test_the_log_knows_what_snakemake_missed(job):
    assert job("34.1\t1257.0\t20.5", "used 39.1 CPU s, 1403 MB at its peak\n") == (34.1, 39.1, 1403)


def test_snakemake_sees_what_the_job_started(job):
    assert job("7.0\t388.1\t6.5", "used 0.6 CPU s, 94 MB at its peak\n") == (7.0, 6.5, 388.1)


def test_of_several_tries_the_last_counts(job):
    log = "used 9.0 CPU s, 900 MB at its peak\nused 1.0 CPU s, 100 MB at its peak\n"
    assert job("1.0\tNA\tNA", log) == (1.0, 1.0, 100)


def test_without_a_log_the_benchmark_counts(job):
    assert job("2.0\t50.0\t1.5") == (2.0, 1.5, 50.0)
