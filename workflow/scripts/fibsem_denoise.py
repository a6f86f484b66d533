"""Bring all slices to one brightness and smooth away shot noise."""

import numpy as np

from manyeyes.fibsem.denoise import denoise, grey_pair
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.results import read_result, write_stack
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_denoise`."""
    destriped = read_result(snakemake.input.destriped)
    pairs = np.array([grey_pair(image) for image in destriped])
    slices = denoise(destriped, pairs, **snakemake.params.settings)
    slices = with_progress(snakemake, slices, len(destriped), "denoised")
    geometry = SliceGeometry(**snakemake.params.geometry)
    write_stack(snakemake.output.denoised, slices, destriped.shape, geometry.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
