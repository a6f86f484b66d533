"""Write which method came closest to the truth on each dataset, at what cost, and how surely."""

from pathlib import Path

import pandas as pd

from manyeyes.files.tables import read_table, write_table
from manyeyes.groups import of_group
from manyeyes.running.rule_script import run
from manyeyes.statistics.recommendation import (
    paired_rows,
    recommendation_table,
    recommendation_text,
)


def main(snakemake) -> None:
    """Run the rule `recommend`."""
    given, params = snakemake.input, snakemake.params
    accuracies, effort = read_table(given.accuracy), read_table(given.effort)
    table = recommendation_table(
        pd.concat(
            paired_rows(of_group(accuracies, made_by), users)
            for made_by, users in params.users.items()
        ),
        read_table(given.image_quality),
        params.voxel_sizes_nm,
        effort,
    )
    write_table(table, snakemake.output.table)
    text = f"# What to do\n\n{recommendation_text(table)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
