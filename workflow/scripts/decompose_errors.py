"""Take the error of each image and variant apart into bias and spread, with intervals."""

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics import error_table


def main(snakemake) -> None:
    """Run the rule `decompose_errors`."""
    write_table(error_table(read_table(snakemake.input[0])), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
