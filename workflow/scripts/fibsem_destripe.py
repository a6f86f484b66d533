"""Take vertical curtains off every slice."""

from fibsem_files import with_progress, write_stack
from manyeyes.fibsem.destripe import METHODS, to_grey_levels
from manyeyes.fibsem.geometry import SliceGeometry
from rule_script import run
from study_files import read_volume


def main(snakemake) -> None:
    """Run the rule `fibsem_destripe`."""
    settings = dict(snakemake.params.settings)
    method = METHODS[settings.pop("method")]
    raw = read_volume(snakemake.input.raw)
    slices = (to_grey_levels(method(image, **settings)) for image in raw)
    slices = with_progress(snakemake, slices, len(raw), "destriped")
    geometry = SliceGeometry(**snakemake.params.geometry)
    write_stack(snakemake.output.destriped, slices, raw.shape, geometry.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
