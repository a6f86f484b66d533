import pytest

from declared_and_used import (
    SNAKEMAKES_MB,
    by_rule,
    declared,
    node_hours,
    read_jobs,
)

JOB = """
[Sat Nov 21 04:16:27 2026]
rule {rule}:
    input: a.tif
    output: results/x/{job}.csv, results/x/{job}.tif
    log: results/x/logs/{job}.log
    benchmark: results/x/benchmarks/{job}.tsv
    threads: 2
    resources: tmpdir=<TBD>, runtime=5, mem_mb={mem_mb}, mem=1 GB, mem_mib=9, disk_mb=11
"""


@pytest.fixture
def study(tmp_path):
    """Return a function that writes what jobs took; it returns the plan of them."""
    folder = tmp_path / "results/x"

    def write(jobs, seen_mb="NA"):
        plan = ""
        for job, (cpu_s, peak_mb, wall_s, mem_mb) in jobs.items():
            log, benchmark = folder / f"logs/{job}.log", folder / f"benchmarks/{job}.tsv"
            for path in (log, benchmark):
                path.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(f"before\nused {cpu_s} CPU s, {peak_mb} MB at its peak\n")
            benchmark.write_text(f"s\tmax_rss\tcpu_time\n{wall_s}\t{seen_mb}\t0.1\n")
            plan += JOB.format(rule=job.split("/")[0], job=job, mem_mb=mem_mb)
        return plan

    write.folder = folder
    return write


def test_a_plan_tells_what_each_job_declares():
    plan = JOB.format(rule="measure", job="measure/a/b", mem_mb=700)
    assert declared(plan) == {
        "measure/a/b": {
            "threads": 2,
            "mem_mb": 700,
            "runtime_min": 5,
            "disk_mb": 11,
            "outputs": ["results/x/measure/a/b.csv", "results/x/measure/a/b.tif"],
        }
    }


@pytest.mark.parametrize(
    ("mem_mb", "cpu_s", "wall_s", "verdict"),
    [
        (500 + SNAKEMAKES_MB, 60, 40, "fits"),
        (499 + SNAKEMAKES_MB, 60, 40, "too little memory"),
        (1.5 * (500 + SNAKEMAKES_MB) + 1, 60, 40, "too much memory"),
        (500 + SNAKEMAKES_MB, 202, 130, "too little time"),
        (500 + SNAKEMAKES_MB, 28, 18, "too much time"),
        (500 + SNAKEMAKES_MB, 40, 40, "too many threads"),
    ],
)
def test_what_is_declared_is_held_to_what_was_used(study, mem_mb, cpu_s, wall_s, verdict):
    plan = study({"segment/a": (cpu_s, 500, wall_s, int(mem_mb))})
    table = by_rule(read_jobs(study.folder, plan))
    assert table.verdict.tolist() == [verdict]


def test_the_job_that_uses_the_largest_share_counts(study):
    jobs = {"segment/small": (60, 100, 40, 600), "segment/large": (60, 900, 40, 1300)}
    row = by_rule(read_jobs(study.folder, study(jobs))).iloc[0]
    assert (row.needed_mb, row.mem_mb, row.jobs) == (900 + SNAKEMAKES_MB, 1300, 2)


@pytest.mark.parametrize(
    ("size", "verdict"), [(11_000_000, "fits"), (11_000_001, "too little disk")]
)
def test_what_a_job_wrote_is_held_to_the_disk_that_it_asked_for(study, size, verdict):
    plan = study({"segment/a": (60, 500, 40, 500 + SNAKEMAKES_MB)})
    (study.folder / "segment").mkdir()
    (study.folder / "segment/a.tif").write_bytes(bytes(size - 5))
    (study.folder / "segment/a.csv").write_bytes(bytes(5))
    assert by_rule(read_jobs(study.folder, plan)).verdict.tolist() == [verdict]


def test_programs_that_a_job_starts_count_too(study):
    plan = study({"write_report": (6, 90, 7, 800)}, seen_mb=388)
    assert by_rule(read_jobs(study.folder, plan)).needed_mb.tolist() == [388 + SNAKEMAKES_MB]


def test_node_hours_count_users_and_tomograms(study):
    jobs = {
        "filter_tomogram/A/raw": (10, 9, 9, 9),
        "filter_tomogram/B/raw": (20, 9, 9, 9),
        "measure_geometry/A": (30, 9, 9, 9),
        "measure/A/raw/jo_to_al": (100, 9, 9, 9),
        "measure/B/raw/jo_to_al": (300, 9, 9, 9),
        "segment_drawn/A/raw/jo_to_al": (2, 9, 9, 9),
        "segment_drawn/B/raw/jo_to_al": (2, 9, 9, 9),
        "compare_users/A/raw": (8, 9, 9, 9),
        "draw_figure": (1000, 9, 9, 9),
    }
    measured = read_jobs(study.folder, study(jobs))
    hours = node_hours(measured, measured_users=2, tomograms=36, users=10, cores=10)
    assert hours["cpu_s_a_tomogram"] == (10 + 20 + 30) / 2
    assert hours["cpu_s_a_tomogram_and_user"] == (100 + 300 + 2 + 2 + 8) / 2 / 2
    assert hours["cpu_hours"] == pytest.approx(36 * (30 + 10 * 103) / 3600)
    assert hours["node_hours"] == pytest.approx(hours["cpu_hours"] / 10)


def test_a_folder_without_jobs_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="--forceall --dry-run"):
        read_jobs(tmp_path, "")
