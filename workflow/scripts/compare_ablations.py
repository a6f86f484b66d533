"""Hold variants that differ in one thing against each other."""

from pathlib import Path

import pandas as pd

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.ablations import ablation_table, ablation_text


def main(snakemake) -> None:
    """Run the rule `compare_ablations`."""
    given = snakemake.input
    accuracies = read_table(given.accuracy[0]) if given.get("accuracy") else pd.DataFrame()
    table = ablation_table(
        read_table(given.volume_fractions), accuracies, snakemake.params.ablations
    )
    write_table(table, snakemake.output.table)
    text = f"# What each part of the protocol is worth\n\n{ablation_text(table)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
