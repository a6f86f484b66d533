"""Compare the users of each variant and group on one image, pairwise and all together."""

from itertools import groupby

import numpy as np
import pandas as pd

from manyeyes.figures.slices import central_slice
from manyeyes.files.results import read_result, write_volume
from manyeyes.files.tables import write_table
from manyeyes.imaging.masks import known_mask
from manyeyes.labels import phases_from_config
from manyeyes.measures.tables import pairwise_table
from manyeyes.measures.truth import truth_active
from manyeyes.running.rule_script import run
from manyeyes.statistics.agreement import agreement_tables, votes
from manyeyes.statistics.disagreement import interface_distance
from manyeyes.statistics.interfaces import concentration_table
from manyeyes.study.model import Cell

# In the map of votes: outside the field of view.
OUTSIDE = np.uint8(255)
TABLES = ("pairwise", "agreement", "group_agreement", "concentration")


def main(snakemake) -> None:
    """Run the rule `compare_users`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    if not params.cells:
        write_table(pairwise_table([]), output.pairwise)
        return
    phases = phases_from_config(params.phases)
    truth, distance = None, None
    for path in snakemake.input.get("truth", []):
        truth = truth_active(read_result(path), filled=False)
    cells = [Cell(wildcards.dataset, wildcards.filter, *names) for names in params.cells]
    paths = zip(cells, snakemake.input.segmentations, strict=True)
    parts, slices = [], []
    # One variant and group at a time, so that only its users' volumes are in memory.
    for names, members in groupby(paths, key=lambda item: (item[0].variant, item[0].made_by)):
        labels = [(cell, read_result(path)) for cell, path in members]
        counted = votes((volume for _, volume in labels), phases)
        key = (wildcards.dataset, wildcards.filter, *names)
        inside = labels[0][1] != 0
        if truth is not None and distance is None:
            # All segmentations of an image share its field of view, and so this distance.
            distance = interface_distance(truth, known_mask(inside, truth.shape))
        near = concentration_table({key: (counted, len(labels))}, truth, inside, distance)
        parts.append((pairwise_table(labels, phases), *agreement_tables(labels, phases), near))
        slices.append(np.where(central_slice(inside), central_slice(counted), OUTSIDE))
    for name, tables in zip(TABLES, zip(*parts, strict=True), strict=True):
        write_table(pd.concat(tables, ignore_index=True), output[name])
    write_volume(output.votes, np.stack(slices), params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
