"""Count the submissions that a run would make on a cluster, and the jobs in each.

Usage::

    snakemake --profile profiles/slurm --configfile config/population.yaml --dry-run |
        python tools/count_submissions.py

A dry run with the profile of a cluster shows which jobs form a submission. Finished jobs are not
included.
"""

import re
import sys

import pandas as pd

TIME = re.compile(r"^\[.*\]")
GROUP = re.compile(r"^\[.*\] Group job (.+) \(jobs in lexicogr\. order\):$")
MEMBER = re.compile(r"^    rule \w+:$")


def submissions(plan: str) -> pd.DataFrame:
    """Return the submissions in the plan of a dry run, in its order: name (of the group) and jobs.

    Jobs without a group are left out: they fetch files or make nothing, and run beside Snakemake.
    """
    rows, group = [], None
    for line in plan.splitlines():
        if TIME.match(line):
            group = GROUP.match(line)
            if group:
                rows.append({"name": group[1], "jobs": 0})
        elif group and MEMBER.match(line):
            rows[-1]["jobs"] += 1
    return pd.DataFrame(rows, columns=["name", "jobs"])


def main() -> None:
    """Read a plan from standard input; print the table and its sum."""
    found = submissions(sys.stdin.read())
    if found.empty:
        sys.exit("Error: expected a dry run with the profile of a cluster, found no group in it")
    print(found.to_csv(index=False), end="")
    print(
        f"{found.jobs.sum()} jobs in {len(found)} submissions of {found.jobs.min()} to "
        f"{found.jobs.max()} jobs.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
