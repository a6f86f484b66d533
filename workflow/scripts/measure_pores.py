"""Measure the pores of a particle in 3-D, from its truth, labels, thresholds and predictions."""

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.lee2023 import measuring
from manyeyes.lee2023.predictions import as_probability
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `measure_pores`."""
    given, params, particle = snakemake.input, snakemake.params, snakemake.wildcards.particle
    size, shares = params.voxel_size_nm, params.threshold
    volumes = {name: read_result(given[name]) for name in measuring.SCORED_AGAINST}
    images = read_result(given.filtered)
    write_table(measuring.slices_table(particle, volumes, size), snakemake.output.pore_slices)
    references = {name: measuring.volume_row(v, size) for name, v in volumes.items()}
    unlearned = {**volumes, "threshold": measuring.thresholded(images, shares["share"])}
    names = [{**measuring.threshold_name(particle), "method": method} for method in unlearned]

    def labels():
        yield from unlearned.values()
        for path in given.get("predictions", []):
            yield measuring.as_labels(as_probability(read_result(path)))

    table = measuring.volumes_table([*names, *params.names], labels(), references, size)
    write_table(table, snakemake.output.pore_volumes)
    levels = measuring.threshold_table(particle, images, volumes, shares["tried"], size)
    write_table(levels, snakemake.output.threshold_levels)


if __name__ == "__main__":
    run(main, snakemake)
