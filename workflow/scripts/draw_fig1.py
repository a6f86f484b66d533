"""Draw Fig. 1: what three users make of one slice, and where they differ."""

from figure_jobs import (
    central_labels,
    origins,
    save,
    voxel_sizes_nm,
)
from manyeyes.figures import fig1
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig1`."""
    figure = fig1.draw(central_labels(snakemake), origins(snakemake), voxel_sizes_nm(snakemake))
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
