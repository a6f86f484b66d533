"""Train a network on twins, for others to begin with."""

import pandas as pd

from manyeyes.files.networks import Checkpoint, write_network
from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.methods._networks import learned_from_twins, training_row
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `train_start_network`."""
    params, given = snakemake.params, snakemake.input
    checkpoint = Checkpoint(f"{snakemake.output.network}.checkpoint")
    network, history, facts = learned_from_twins(
        [read_result(path) for path in given.images],
        [read_result(path) for path in given.truths],
        params.start,
        phases_from_config(params.phases),
        (params.seed, "start network", snakemake.wildcards.start),
        device="gpu" if snakemake.resources.get("gpu") else "cpu",
        checkpoint=checkpoint,
    )
    note(snakemake, network.provenance())
    row = {"network": snakemake.wildcards.start, **training_row(history, facts)}
    write_table(pd.DataFrame([row]), snakemake.output.training)
    write_network(snakemake.output.network, network)
    checkpoint.remove()


if __name__ == "__main__":
    run(main, snakemake)
