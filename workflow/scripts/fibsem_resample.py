"""Resample the filled labels to cubic voxels by volume share."""

from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.resample import resample, resampled_shape
from manyeyes.files.results import read_result, write_stack
from manyeyes.labels import ACTIVE
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_resample`."""
    geometry = SliceGeometry(**snakemake.params.geometry)
    crop, to_nm = snakemake.params.crop, float(snakemake.wildcards.nm)
    shape = resampled_shape(tuple(crop["shape"]), crop["voxel_size_nm"], to_nm)
    active = read_result(snakemake.input.filled) == ACTIVE
    layers = resample(active, geometry.voxel_size_nm, shape, to_nm)
    layers = with_progress(snakemake, layers, shape[0], "resampled")
    write_stack(snakemake.output.resampled, layers, shape, (to_nm, to_nm, to_nm))


if __name__ == "__main__":
    run(main, snakemake)
