"""Measure the segmentations of one image that people made in several sittings."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.measures.sittings import sittings_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `measure_sittings`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    table = sittings_table(
        wildcards.dataset,
        wildcards.filter,
        zip(params.cells, map(read_result, snakemake.input.segmentations), strict=True),
        phases_from_config(params.phases),
    )
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
