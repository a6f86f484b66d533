"""Compute one table, whichever it is, from other tables of the study, and write its text."""

from pathlib import Path

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.tables.registry import table_called


def main(snakemake) -> None:
    """Run the rule `compute_table` or `compute_table_with_text`."""
    table, settings = table_called(snakemake.wildcards.table), snakemake.params.settings
    given = {name: read_table(path) for name, path in snakemake.input.items()}
    computed = table.compute(given, **settings)
    write_table(computed, snakemake.output.table)
    for path in snakemake.output.text:
        text = f"# {table.text.title}\n\n{table.text.write(computed, **settings)}\n"
        Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
