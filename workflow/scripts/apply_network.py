"""Label an image with a network that learned from a user's drawing."""

from manyeyes.files.networks import read_network
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.methods._networks import labels_of
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `apply_network`."""
    network = read_network(snakemake.input.network)
    labels = labels_of(
        network,
        read_result(snakemake.input.image),
        read_mask(snakemake.input.get("mask")),
        "gpu" if snakemake.resources.get("gpu") else "cpu",
    )
    write_volume(
        snakemake.output.segmentation,
        labels,
        snakemake.params.voxel_size_nm,
        network.provenance(),
    )


if __name__ == "__main__":
    run(main, snakemake)
