"""Compare the resources that rules declare with those that the jobs of a finished study used.

Usage::

    snakemake --cores 4 --configfile config/config.yaml --forceall --dry-run > plan.txt
    python tools/declared_and_used.py results/paper plan.txt --markdown
    python tools/declared_and_used.py results/paper plan.txt --tomograms 1000 --users 30 --cores 64

The dry run shows what the rules declare now. The last line of a job's log has its CPU time and peak
memory (`rule_script`). Snakemake's benchmark file of the same name has its time, and the memory of
programs that it started.
"""

import argparse
import re
import sys
from pathlib import Path

import pandas as pd

from manyeyes.paper.tables import to_markdown
from manyeyes.running.job_records import record

# Memory of the two Snakemake processes that watch over a job on a cluster, in MB; measured on Slurm
SNAKEMAKES_MB = 2 * 165
# Memory: what is declared may exceed what is needed by half, and may never be less.
MEMORY = 1.5
# Time: at least three times the CPU time, because other machines are slower and disks are busy. CPU
# time does not depend on what else the machine did. More than twenty times is too much, but three
# minutes are always acceptable.
TIME_AT_LEAST, TIME_AT_MOST, NO_MATTER_MIN = 3, 20, 3
# Threads: as many as the job kept busy, or up to half as many more.
THREADS = 1.5
PLANNED = {
    "threads": re.compile(r"^ *threads: (\d+)$"),
    "mem_mb": re.compile(r"^ *resources: .*\bmem_mb=(\d+)"),
    "runtime_min": re.compile(r"^ *resources: .*\bruntime=(\d+)"),
    "disk_mb": re.compile(r"^ *resources: .*\bdisk_mb=(\d+)"),
}
JOB = re.compile(r"^ *(?:local)?rule \w+:$")
OUTPUT = re.compile(r"^ *output: (.*)$")
LOG = re.compile(r"^ *log: \S*?logs/(\S+)\.log")
# Rules whose jobs take longer the more users there are.
OF_USERS = ("annotate_", "segment_", "measure/", "compare_users/")


def declared(plan: str) -> dict[str, dict]:
    """Return what each job of a dry run declares, by the path of its log below `logs/`, no suffix.

    Parameters
    ----------
    plan : str
        What `snakemake --dry-run` printed.

    Returns
    -------
    dict
        Of dicts with threads (1 where none are named), mem_mb, runtime_min, disk_mb and outputs
        (list of paths).
    """
    found, job = {}, {}
    for line in plan.splitlines():
        if JOB.match(line):
            job = {"threads": 1.0}
        elif log := LOG.match(line):
            found[log[1]] = job
        elif output := OUTPUT.match(line):
            job["outputs"] = output[1].split(", ")
        for name, pattern in PLANNED.items():
            if value := pattern.match(line):
                job[name] = float(value[1])
    return found


def read_jobs(results: Path, plan: str) -> pd.DataFrame:
    """Return what each job of a study declares and used.

    Parameters
    ----------
    results : Path
        Folder of a finished study.
    plan : str
        What a dry run of all its jobs printed (`--forceall --dry-run`).

    Returns
    -------
    DataFrame
        Columns rule, job, cpu_s, peak_mb, wall_s, written_mb (by its outputs that are still there),
        threads, mem_mb, runtime_min, disk_mb.

    Raises
    ------
    ValueError
        If the plan names no job that the study has a log and a benchmark of.
    """
    rows = []
    for job, asked in declared(plan).items():
        log, benchmark = results / f"logs/{job}.log", results / f"benchmarks/{job}.tsv"
        if log.is_file() and benchmark.is_file():
            took = record(log, benchmark).iloc[-1]
            row = {"rule": job.split("/")[0], "job": job, "cpu_s": took["cpu_time"]}
            row |= {"peak_mb": took["max_rss"], "wall_s": took["s"]}
            files = [results.resolve().parents[1] / name for name in asked.pop("outputs", [])]
            row["written_mb"] = sum(file.stat().st_size for file in files if file.exists()) / 1e6
            rows.append(row | asked)
    if not rows:
        raise ValueError(
            f"{results}: expected logs and benchmarks of the jobs in the plan, found none; run the "
            "study, and plan it with --forceall --dry-run"
        )
    return pd.DataFrame(rows)


def by_rule(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return, for each rule, the job that came closest to its request, and what is wrong.

    Parameters
    ----------
    jobs : DataFrame
        From `read_jobs`.

    Returns
    -------
    DataFrame
        One row a rule: jobs, cpu_s (of all), needed_mb (with Snakemake's own) and mem_mb, time_s
        (CPU seconds a thread) and runtime_min, busy (CPU seconds a second) and threads, written_mb
        and disk_mb, each pair of the job that used the largest share of it; verdict.
    """
    jobs = jobs.assign(
        needed_mb=jobs.peak_mb + SNAKEMAKES_MB,
        time_s=jobs.cpu_s / jobs.threads,
        busy=jobs.cpu_s / jobs.wall_s,
    )
    rows = []
    for rule, group in jobs.groupby("rule", sort=True):
        row = {"rule": rule, "jobs": len(group), "cpu_s": group.cpu_s.sum()}
        for used, asked in (
            ("needed_mb", "mem_mb"),
            ("time_s", "runtime_min"),
            ("busy", "threads"),
            ("written_mb", "disk_mb"),
        ):
            nearest = group.loc[(group[used] / group[asked]).idxmax()]
            row |= {used: nearest[used], asked: nearest[asked]}
        row["verdict"] = ", ".join(_faults(row)) or "fits"
        rows.append(row)
    return pd.DataFrame(rows)


def _faults(row: dict) -> list[str]:
    faults = []
    if row["needed_mb"] > row["mem_mb"]:
        faults.append("too little memory")
    if row["mem_mb"] > MEMORY * row["needed_mb"]:
        faults.append("too much memory")
    declared_s = 60 * row["runtime_min"]
    if declared_s < TIME_AT_LEAST * row["time_s"]:
        faults.append("too little time")
    if declared_s > max(TIME_AT_MOST * row["time_s"], 60 * NO_MATTER_MIN):
        faults.append("too much time")
    if row["threads"] > max(1, THREADS * row["busy"]):
        faults.append("too many threads")
    if row["written_mb"] > row["disk_mb"]:
        faults.append("too little disk")
    return faults


def node_hours(
    jobs: pd.DataFrame, measured_users: int, tomograms: int, users: int, cores: int
) -> dict:
    """Estimate what a study of many tomograms like the measured ones would take.

    Jobs that annotate, segment and measure, and those that compare users, are taken to grow in
    proportion to the users. All other jobs of a dataset count once. Jobs that belong to no dataset
    (tables, figures, the FIB-SEM chain) are left out. All cores of the node are assumed to be busy.

    Parameters
    ----------
    jobs : DataFrame
        From `read_jobs`.
    measured_users : int
        Users of the measured study; a job may serve several.
    tomograms, users, cores : int
        Of the planned study; `cores` of a node.

    Returns
    -------
    dict
        cpu_s_a_tomogram, cpu_s_a_tomogram_and_user, cpu_hours, node_hours.
    """
    measured = jobs[jobs.job.str.startswith("filter_tomogram/")].job.str.split("/").str[1]
    datasets = measured.nunique()
    of_user = jobs.job.str.startswith(OF_USERS)
    of_dataset = jobs.job.str.contains("|".join(f"/{re.escape(d)}(?:/|$)" for d in set(measured)))
    a_user = jobs[of_user].cpu_s.sum() / datasets / measured_users
    a_tomogram = jobs[of_dataset & ~of_user].cpu_s.sum() / datasets
    hours = tomograms * (a_tomogram + users * a_user) / 3600
    return {
        "cpu_s_a_tomogram": a_tomogram,
        "cpu_s_a_tomogram_and_user": a_user,
        "cpu_hours": hours,
        "node_hours": hours / cores,
    }


def main() -> None:
    """Print the table; exit with an error if a rule asks for too little or too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="folder of a finished study")
    parser.add_argument("plan", type=Path, help="what --forceall --dry-run printed")
    parser.add_argument("--markdown", action="store_true", help="print Markdown instead of CSV")
    parser.add_argument("--tomograms", type=int, help="estimate a study of so many tomograms")
    parser.add_argument("--users", type=int, default=3, help="its users")
    parser.add_argument("--cores", type=int, default=64, help="cores of a node")
    options = parser.parse_args()
    try:
        jobs = read_jobs(options.results, options.plan.read_text(encoding="utf-8"))
    except ValueError as error:
        sys.exit(f"Error: {error}")
    if options.tomograms:
        measured = {path.stem for path in options.results.glob("segmentations/*/*/*/*.tif")}
        hours = node_hours(jobs, len(measured), options.tomograms, options.users, options.cores)
        for name, value in hours.items():
            print(f"{name}: {value:.1f}")
        return
    table = by_rule(jobs)
    whole = ["needed_mb", "mem_mb", "runtime_min", "threads", "disk_mb"]
    table[whole] = table[whole].round().astype(int)
    print(to_markdown(table, 1) if options.markdown else table.round(1).to_csv(index=False), end="")
    if (table.verdict != "fits").any():
        sys.exit("Some rules ask for too little or too much.")


if __name__ == "__main__":
    main()
