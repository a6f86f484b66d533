"""How long the jobs of a study took, from Snakemake's benchmark files."""

from collections.abc import Iterable

import pandas as pd


def run_times(benchmarks: Iterable[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return what the jobs of each rule took.

    Parameters
    ----------
    benchmarks : iterable of (str, DataFrame)
        The rule's name and the job's benchmark: ``s`` (seconds), ``cpu_time`` (seconds over all
        cores) and ``max_rss`` (MB), as Snakemake writes them. Very short jobs have no memory and
        no CPU time, because they end before the first measurement.

    Returns
    -------
    DataFrame
        rule, jobs, seconds and cpu_seconds (sums over jobs), longest (seconds), memory (MB, the
        most of any job); the slowest rule first.
    """
    columns = ["rule", "jobs", "seconds", "cpu_seconds", "longest", "memory"]
    jobs = [
        {"rule": rule, **{key: _number(table, key) for key in ("s", "cpu_time", "max_rss")}}
        for rule, table in benchmarks
    ]
    if not jobs:
        return pd.DataFrame(columns=columns)
    times = (
        pd.DataFrame(jobs)
        .groupby("rule")
        .agg(
            jobs=("s", "size"),
            seconds=("s", "sum"),
            cpu_seconds=("cpu_time", "sum"),
            longest=("s", "max"),
            memory=("max_rss", "max"),
        )
        .reset_index()
    )
    return times.sort_values(["seconds", "rule"], ascending=[False, True], ignore_index=True)


def _number(table: pd.DataFrame, key: str) -> float:
    """Return a benchmark's value; Snakemake writes a dash or NA if it could not measure it."""
    if key not in table or table.empty:
        return float("nan")
    return float(pd.to_numeric(table[key], errors="coerce").iloc[0])
