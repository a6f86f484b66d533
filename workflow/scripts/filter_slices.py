"""Filter stripes and noise out of slices: a wedge in Fourier space, then a Gaussian."""

from manyeyes.files.particle_slices import write_slices
from manyeyes.files.results import read_result
from manyeyes.pores.preparing import smoothed, wedge_filtered
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `filter_slices`."""
    settings, size = dict(snakemake.params.settings), snakemake.params.voxel_size_nm
    wedge = {key: settings[key] for key in ("half_angle_degrees", "widest_px") if key in settings}
    gaussian = {key: settings[key] for key in ("sigma_px",) if key in settings}
    destriped = wedge_filtered(read_result(snakemake.input.acquired), **wedge)
    write_slices(snakemake.output.destriped, destriped, size)
    write_slices(snakemake.output.filtered, smoothed(destriped, **gaussian), size)


if __name__ == "__main__":
    run(main, snakemake)
