"""Measure the geometry of a dataset's truth: fractions, surface, particles, chords."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.measures.geometry import geometry_tables
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `measure_geometry`."""
    dataset, params = snakemake.wildcards.dataset, snakemake.params
    geometry, particles = geometry_tables(
        [(dataset, read_result(snakemake.input.truth))],
        {dataset: params.voxel_size_nm},
        [dataset] if params.with_particles else [],
    )
    write_table(geometry, snakemake.output.geometry)
    write_table(particles, snakemake.output.particles)


if __name__ == "__main__":
    run(main, snakemake)
