"""Segment the stack by marker-based watershed, slice by slice."""

from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.watershed import grey_histogram, seed_levels, segment
from manyeyes.files.results import read_result, write_stack
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `fibsem_segment`."""
    denoised = read_result(snakemake.input.denoised)
    low, high = seed_levels(grey_histogram(denoised), **snakemake.params.settings)
    note(snakemake, f"seeds: pore and binder below {low}, active material from {high}")
    slices = with_progress(snakemake, segment(denoised, low, high), len(denoised), "segmented")
    geometry = SliceGeometry(**snakemake.params.geometry)
    write_stack(snakemake.output.labels, slices, denoised.shape, geometry.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
