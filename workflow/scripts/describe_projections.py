"""Put together what the steps from projections to slices counted, and what they show."""

import numpy as np
import pandas as pd

from manyeyes.files.documents import read_json
from manyeyes.files.results import read_views, write_views
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run

COLUMNS = (
    "projections",
    "rows",
    "columns",
    "dead",
    "dead_true",
    "zingers",
    "zingers_true",
    "floored",
    "axis_found",
    "axis_column",
    "axis_column_true",
    "axis_spread",
    "turned_deg",
    "device",
)


def main(snakemake) -> None:
    """Run the rule `describe_projections`."""
    facts = {}
    for path in snakemake.input.facts:
        facts |= read_json(path)
    row = {"dataset": snakemake.wildcards.dataset}
    for name in COLUMNS:
        value = facts.get(name)
        row[name] = np.nan if value is None else value
    write_table(pd.DataFrame([row]), snakemake.output.table)
    views = {}
    for path in snakemake.input.views:
        views |= read_views(path)
    write_views(snakemake.output.views, views)


if __name__ == "__main__":
    run(main, snakemake)
