"""Compare the labels that users drew on one image with the truth of the same voxels."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import run
from manyeyes.statistics.label_bias import label_bias_table
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `measure_label_bias`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    drawings = (
        (Cell(wildcards.dataset, wildcards.filter, *names), read_result(path))
        for names, path in zip(params.cells, snakemake.input.drawings, strict=True)
    )
    truth = read_result(snakemake.input.truth)
    write_table(
        label_bias_table(drawings, truth, phases_from_config(params.phases)), snakemake.output[0]
    )


if __name__ == "__main__":
    run(main, snakemake)
