"""Measure what a population sample made of one image, and how far its users differ."""

from itertools import groupby

import pandas as pd

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import phases_from_config
from manyeyes.measures.tables import pairwise_table, volume_fractions_table
from manyeyes.running.rule_script import run
from manyeyes.study.model import Cell


def main(snakemake) -> None:
    """Run the rule `compare_sample`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    dataset, phases = wildcards.dataset, phases_from_config(params.phases)
    truths = dict(zip([dataset], map(read_result, snakemake.input.truth), strict=False))
    cells = [Cell(dataset, wildcards.filter, *names) for names in params.cells]
    paths = zip(cells, snakemake.input.segmentations, strict=True)
    fractions, pairs = [], []
    # One variant at a time, so that only its users' volumes are in memory.
    for _, members in groupby(paths, key=lambda item: item[0].variant):
        labels = [(cell, read_result(path)) for cell, path in members]
        fractions.append(volume_fractions_table(labels, {dataset: params.origin}, truths, phases))
        pairs.append(pairwise_table(labels, phases))
    write_table(pd.concat(fractions, ignore_index=True), output.population_fractions)
    write_table(pd.concat(pairs, ignore_index=True), output.population_pairwise)


if __name__ == "__main__":
    run(main, snakemake)
