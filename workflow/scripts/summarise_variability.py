"""Summarise how much the users of each image and variant differ."""

from manyeyes.files.study_files import read_table, write_table
from manyeyes.measures.tables import variability_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `summarise_variability`."""
    tables = [read_table(snakemake.input[name]) for name in ("volume_fractions", "pairwise")]
    write_table(variability_table(*tables), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
