"""Compute one table, whichever it is, from other tables of the study."""

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.tables.registry import table_called


def main(snakemake) -> None:
    """Run the rule `compute_table`."""
    table = table_called(snakemake.wildcards.table)
    given = {name: read_table(snakemake.input[name]) for name in table.tables}
    write_table(table.compute(given), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
