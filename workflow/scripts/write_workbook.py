"""Write all tables of a study into one spreadsheet."""

from pathlib import Path

from manyeyes.files.tables import read_table
from manyeyes.files.workbook import write_workbook
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `write_workbook`."""
    tables = {Path(path).stem: read_table(path) for path in snakemake.input}
    left_out = write_workbook(snakemake.output[0], tables, snakemake.params.about)
    for name in left_out:
        note(snakemake, f"{name} is too large for a sheet and is in tables/{name}.csv only")


if __name__ == "__main__":
    run(main, snakemake)
