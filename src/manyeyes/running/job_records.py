"""What a job used: as the last line of its log says, and as Snakemake measured it from outside.

The log has the exact CPU time and peak memory (`rule_script`), but not the memory of programs that
the job started. Snakemake's benchmark includes these, but samples rarely and can miss a peak.
"""

import re
from pathlib import Path

import pandas as pd

USED = re.compile(r"used (?P<cpu_s>[\d.]+) CPU s, (?P<peak_mb>\d+) MB at its peak")


def record(log: Path, benchmark: Path) -> pd.DataFrame:
    """Return the benchmark of a job, with the larger of both numbers where its log has one too.

    Parameters
    ----------
    log : Path
        Need not be there.
    benchmark : Path
        As Snakemake writes it.

    Returns
    -------
    DataFrame
        One row for each time that the job was measured; among the columns s (seconds), cpu_time
        (seconds over all cores) and max_rss (MB), NaN where nothing is known.
    """
    table = pd.read_csv(benchmark, sep="\t", na_values=["NA", "-"])
    found = list(USED.finditer(log.read_text(encoding="utf-8"))) if log.is_file() else []
    if found:
        for column, name in (("cpu_time", "cpu_s"), ("max_rss", "peak_mb")):
            seen = pd.to_numeric(table[column]).fillna(0)
            table[column] = seen.clip(lower=float(found[-1][name]))
    return table
