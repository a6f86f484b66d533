"""Write which method came closest to the truth on each dataset, at what cost, and how surely."""

from pathlib import Path

from manyeyes.statistics import paired_rows, recommendation_table, recommendation_text
from rule_script import run
from study_files import read_table, write_table


def main(snakemake) -> None:
    """Run the rule `recommend`."""
    given, params = snakemake.input, snakemake.params
    table = recommendation_table(
        paired_rows(read_table(given.accuracy), params.users),
        read_table(given.image_quality),
        params.voxel_sizes_nm,
        read_table(given.effort),
    )
    write_table(table, snakemake.output.table)
    text = f"# What to do\n\n{recommendation_text(table)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
