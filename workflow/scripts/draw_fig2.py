"""Draw Fig. 2: raw and filtered slices of the open-source data and two segmentations of some."""

from figure_jobs import (
    central_images,
    central_labels,
    origins,
    save,
    voxel_sizes_nm,
)
from manyeyes.figures import fig2
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig2`."""
    figure = fig2.draw(
        central_images(snakemake),
        central_labels(snakemake),
        origins(snakemake),
        voxel_sizes_nm(snakemake),
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
