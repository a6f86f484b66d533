"""Let a network say how probable a pore is in every pixel of a particle's slices."""

from manyeyes.files.networks import read_network
from manyeyes.files.particle_slices import write_slices
from manyeyes.files.results import read_result
from manyeyes.lee2023.predictions import as_levels
from manyeyes.networks.predicting import predict
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `predict_pores`."""
    network = read_network(snakemake.input.model)
    # The first class of the paper's network is pore.
    probability = predict(network, read_result(snakemake.input.images))[:, 0]
    size = snakemake.params.voxel_size_nm
    write_slices(snakemake.output.prediction, as_levels(probability), size)


if __name__ == "__main__":
    run(main, snakemake)
