"""Take vertical curtains off every slice."""

from manyeyes.fibsem.destripe import destriper
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.results import read_result, write_stack
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_destripe`."""
    filter_ = destriper(snakemake.params.settings)
    cropped = read_result(snakemake.input.cropped)
    slices = (filter_(image) for image in cropped)
    slices = with_progress(snakemake, slices, len(cropped), "destriped")
    geometry = SliceGeometry(**snakemake.params.geometry)
    write_stack(snakemake.output.destriped, slices, cropped.shape, geometry.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
