"""Compare the users of each variant and group on one image voxel by voxel."""

from itertools import groupby

import numpy as np
import pandas as pd

from manyeyes.figures.slices import central_slice
from manyeyes.files.study_files import read_result, write_table, write_volume
from manyeyes.labels import truth_active
from manyeyes.running.rule_script import run
from manyeyes.statistics import agreement_tables, concentration_table, votes
from manyeyes.study.model import Cell

# In the map of votes: outside the field of view, where nobody votes.
OUTSIDE = np.uint8(255)


def main(snakemake) -> None:
    """Run the rule `agree_on_image`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    truth = None
    for path in snakemake.input.get("truth", []):
        truth = truth_active(read_result(path), filled=False)
    cells = [Cell(wildcards.dataset, wildcards.filter, *names) for names in params.cells]
    paths = zip(cells, snakemake.input.segmentations, strict=True)
    parts, slices = [], []
    # One variant and group at a time, so that only its users' volumes are in memory.
    for names, members in groupby(paths, key=lambda item: (item[0].variant, item[0].made_by)):
        labels = [(cell, read_result(path)) for cell, path in members]
        counted = votes(volume for _, volume in labels)
        key = (wildcards.dataset, wildcards.filter, *names)
        inside = labels[0][1] != 0
        near = concentration_table({key: (counted, len(labels))}, truth, inside)
        parts.append((*agreement_tables(labels), near))
        slices.append(np.where(central_slice(inside), central_slice(counted), OUTSIDE))
    for path, tables in zip(
        (output.agreement, output.group_agreement, output.concentration),
        zip(*parts, strict=True),
        strict=True,
    ):
        write_table(pd.concat(tables, ignore_index=True), path)
    write_volume(output.votes, np.stack(slices), params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
