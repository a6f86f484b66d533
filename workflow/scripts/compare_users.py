"""Subtract the segmentations of each two users of one image, variant by variant."""

from manyeyes.files.study_files import read_result, write_table
from manyeyes.measures.tables import pairwise_table
from manyeyes.running.rule_script import run
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `compare_users`."""
    wildcards = snakemake.wildcards
    cells = [Cell(wildcards.dataset, wildcards.filter, *cell) for cell in snakemake.params.cells]
    paths = snakemake.input.segmentations
    segmentations = ((c, read_result(path)) for c, path in zip(cells, paths, strict=True))
    write_table(pairwise_table(segmentations), snakemake.output.pairwise)


if __name__ == "__main__":
    run(main, snakemake)
