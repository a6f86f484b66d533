"""Train a network on what a user drew on one image."""

import pandas as pd

from manyeyes.files.networks import Checkpoint, read_network, write_network
from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.methods._networks import learned_from_drawing, training_row
from manyeyes.methods.drawn_network import training_names
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `train_network`."""
    wildcards, params, given = snakemake.wildcards, snakemake.params, snakemake.input
    where = wildcards.dataset, wildcards.filter
    checkpoint = Checkpoint(f"{snakemake.output.network}.checkpoint")
    start = [given.start] if isinstance(given.start, str) else given.start
    try:
        network, history, facts = learned_from_drawing(
            read_result(given.image),
            read_result(given.drawing),
            params.variant,
            phases_from_config(params.phases),
            training_names(params.seed, *where),
            inside=read_mask(given.get("mask")),
            start=read_network(start[0]) if start else None,
            device="gpu" if snakemake.resources.get("gpu") else "cpu",
            checkpoint=checkpoint,
        )
    except ValueError as error:
        named = f"{'/'.join(where)}, {wildcards.variant} by {wildcards.user}"
        raise ValueError(f"{named}: {error}") from error
    note(snakemake, network.provenance())
    named = {**dict(wildcards), "seed": params.variant["seed"]}
    row = {**named, **training_row(history, facts)}
    write_table(pd.DataFrame([row]), snakemake.output.training)
    write_network(snakemake.output.network, network)
    checkpoint.remove()


if __name__ == "__main__":
    run(main, snakemake)
