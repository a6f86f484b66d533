"""Score what a network that users' networks begin with makes of an image without any stroke."""

import pandas as pd

from manyeyes.files.networks import read_network
from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.measures.truth import accuracy
from manyeyes.methods._networks import labels_of
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `score_start_network`."""
    wildcards, phases = snakemake.wildcards, phases_from_config(snakemake.params.phases)
    labels = labels_of(
        read_network(snakemake.input.network),
        read_result(snakemake.input.image),
        read_mask(snakemake.input.get("mask")),
        "gpu" if snakemake.resources.get("gpu") else "cpu",
    )
    score = accuracy(labels, read_result(snakemake.input.truth), phases=phases)
    names = {"dataset": wildcards.dataset, "filter": wildcards.filter, "start": wildcards.start}
    row = {**names, "voxel_error": score.voxel_error, "bias": score.bias, "dice": score.dice}
    write_table(pd.DataFrame([row]), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
