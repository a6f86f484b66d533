"""Compute Sobol indices from the runs of a sensitivity study; write what to standardise first."""

from pathlib import Path

import pandas as pd

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.standardising import sensitivity_table, sensitivity_text


def main(snakemake) -> None:
    """Run the rule `compute_sensitivity`."""
    given, params = snakemake.input, snakemake.params
    cells = [tuple(cell) for cell in params.cells]
    runs = {cell: read_table(path) for cell, path in zip(cells, given.runs, strict=True)}
    table = sensitivity_table(
        runs,
        pd.concat(map(read_table, given.image_quality)),
        params.voxel_sizes_nm,
        params.seed,
    )
    write_table(table, snakemake.output.table)
    text = f"# What to standardise first\n\n{sensitivity_text(table, params.unfiltered)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
