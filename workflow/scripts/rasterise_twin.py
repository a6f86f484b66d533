"""Rasterise a block of an electrode: the truth of a twin."""

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.files.study_files import write_volume
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `rasterise_twin`."""
    params = snakemake.params
    electrode = describe_electrode(params.description, params.seed, "electrode", params.electrode)
    dataset = params.dataset
    truth = rasterise(electrode, params.origin_um, dataset["shape"], dataset["voxel_size_nm"])
    write_volume(snakemake.output.truth, truth, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
