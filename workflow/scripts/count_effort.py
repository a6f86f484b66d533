"""Count what users labelled manually on one image."""

from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.effort import effort_table
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `count_effort`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    paths = snakemake.input.get("drawings", [])
    drawn = dict(zip(map(tuple, params.drawn), paths, strict=True))
    drawings = (
        (
            Cell(wildcards.dataset, wildcards.filter, *names),
            read_result(drawn[tuple(names)]) if tuple(names) in drawn else None,
        )
        for names in params.cells
    )
    inside = read_mask(snakemake.input.get("mask"))
    voxels_inside = None if inside is None else int(inside.sum())
    write_table(effort_table(drawings, params.voxels, voxels_inside), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
