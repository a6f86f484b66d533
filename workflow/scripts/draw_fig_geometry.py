"""Draw the synthetic geometry beside a measured one."""

from figure_jobs import (
    central_truths,
    origins,
    save,
    tables,
    voxel_sizes_nm,
)
from manyeyes.figures import fig_geometry
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_geometry`."""
    geometry, particles = tables(snakemake, "geometry", "particles")
    figure = fig_geometry.draw(
        central_truths(snakemake),
        geometry,
        particles,
        origins(snakemake),
        voxel_sizes_nm(snakemake),
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
