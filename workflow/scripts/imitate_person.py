"""Let simulated users draw on the slices that a person drew on, and measure all that was drawn."""

import numpy as np
import pandas as pd

from manyeyes.files.annotations import read_annotation
from manyeyes.files.errors import RUN_AGAIN
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.files.tables import write_table
from manyeyes.measures.strokes import LabelledImage
from manyeyes.running.rule_script import run
from manyeyes.users.imitating import drawn_slices, imitations
from manyeyes.users.population import Population

# How many simulated users the figure shows, beside the person, on the slice drawn first.
SHOWN = 2


def main(snakemake) -> None:
    """Run the rule `imitate_person`."""
    wildcards, params, given = snakemake.wildcards, snakemake.params, snakemake.input
    image = read_result(given.image)
    _, labels = read_annotation(given.annotation, given.drawing, RUN_AGAIN)
    population = Population.from_mapping(params.population)
    inside = read_mask(given.get("mask"))
    drawings = imitations(
        image,
        labels,
        population,
        params.users,
        names=(params.seed, wildcards.dataset, wildcards.filter),
        training=params.forest,
        inside=inside,
    )
    labelled = LabelledImage(image, inside)
    everybody = [("recorded", labels), *zip(params.users, drawings, strict=True)]
    rows = [
        {**wildcards, "drawn_by": name, **labelled.measures(drawn)} for name, drawn in everybody
    ]
    write_table(pd.DataFrame(rows), snakemake.output.strokes)
    first = drawn_slices(labels)[0]
    pages = [image[first], *(drawn[first] for _, drawn in everybody[: 1 + SHOWN])]
    write_volume(snakemake.output.shown, np.stack(pages), params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
