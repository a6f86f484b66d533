"""Take vertical curtains off every slice."""

from manyeyes.fibsem.destripe import destriper
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.fibsem_files import with_progress, write_stack
from manyeyes.files.study_files import read_result
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
