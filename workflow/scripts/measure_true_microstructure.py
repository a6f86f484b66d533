"""Measure the microstructure of a dataset's truth: one group of measures."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.microstructure.registry import group_called
from manyeyes.microstructure.tables import true_microstructure_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `measure_true_microstructure`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    table = true_microstructure_table(
        [(wildcards.dataset, read_result(snakemake.input.truth))],
        {wildcards.dataset: params.voxel_size_nm},
        group_called(wildcards.measures),
        phases_from_config(params.phases),
        separable=params.separable,
    )
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
