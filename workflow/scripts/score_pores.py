"""Compare predictions, labels and a threshold with labels and true pores, pixel by pixel."""

import pandas as pd

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.lee2023 import measuring
from manyeyes.lee2023.names import LABELS, TRUTH
from manyeyes.lee2023.predictions import as_probability
from manyeyes.pores.codes import PORE
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `score_pores`."""
    given, params, particle = snakemake.input, snakemake.params, snakemake.wildcards.particle
    volumes = {name: read_result(given[name]) for name in measuring.SCORED_AGAINST}
    thresholded = measuring.thresholded(read_result(given.filtered), params.threshold["share"])
    name = measuring.threshold_name(particle)
    rows = list(measuring.score_rows(name, thresholded == PORE, volumes))
    truth = {TRUTH: volumes[TRUTH]}
    name = {**name, "method": LABELS}
    rows += measuring.score_rows(name, volumes[LABELS] == PORE, truth)
    probabilities = [as_probability(read_result(path)) for path in given.get("predictions", [])]
    for one, probability in zip(params.names, probabilities, strict=True):
        rows += measuring.score_rows(one, probability, volumes)
    write_table(pd.DataFrame(rows), snakemake.output.pore_scores)
    grey = measuring.grey_table(
        params.names,
        probabilities,
        volumes[LABELS],
        params.grey_labels,
        tuple(params.seed_names),
    )
    write_table(grey, snakemake.output.grey_labels)


if __name__ == "__main__":
    run(main, snakemake)
