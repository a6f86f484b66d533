"""Summarise bias, spread and error over the users of each image and variant."""

from manyeyes.files.study_files import read_table, write_table
from manyeyes.measures.tables import accuracy_summary
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `summarise_accuracy`."""
    write_table(accuracy_summary(read_table(snakemake.input[0])), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
