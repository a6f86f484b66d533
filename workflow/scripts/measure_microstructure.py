"""Measure the microstructure of users' segmentations of one image: one group of measures."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.microstructure.registry import group_called
from manyeyes.microstructure.tables import microstructure_table
from manyeyes.running.rule_script import run
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `measure_microstructure`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    cells = [Cell(wildcards.dataset, wildcards.filter, *names) for names in params.cells]
    labels = map(read_result, snakemake.input.segmentations)
    table = microstructure_table(
        zip(cells, labels, strict=True),
        {wildcards.dataset: params.voxel_size_nm},
        group_called(wildcards.measures),
        phases_from_config(params.phases),
        separable=params.separable,
    )
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
