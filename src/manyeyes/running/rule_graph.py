"""Which rule needs which, as Snakemake has planned it."""

import csv
import io
from pathlib import Path


def needed_rules(dag) -> list[tuple[str, str]]:
    """Return the sorted pairs (rule, rule that needs it) of a plan, finished jobs among them."""
    return sorted(
        {(needed.rule.name, job.rule.name) for job in dag.jobs for needed in dag.dependencies[job]}
    )


def write_rule_graph(dag, path: Path) -> None:
    """Write `needed_rules` as a CSV with the columns rule and needed_by.

    The report shows it. No rule makes it, as nothing but Snakemake's plan knows it; a plan of the
    report holds every rule that the report needs.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("rule", "needed_by"), *needed_rules(dag)])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")
