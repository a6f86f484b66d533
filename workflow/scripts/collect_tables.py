"""Combine the parts of tables, in the order of the config."""

from collections.abc import Mapping, Sequence

import pandas as pd

from manyeyes.files.tables import read_table, write_table
from manyeyes.measures.tables import listed_realisations
from manyeyes.running.rule_script import run


def collected(parts: Sequence[str], order: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the rows of all parts; `order` lists the names of each column in their order."""
    table = pd.concat([read_table(part) for part in parts], ignore_index=True)
    keys = []
    for column, names in order.items():
        rank = {name: place for place, name in enumerate(names)}
        for found in table.columns:
            if found in {column, f"{column}_a", f"{column}_b"}:
                keys.append(table[found].map(rank).rename(found))
    rows = pd.concat(keys, axis=1).sort_values([key.name for key in keys], kind="stable").index
    return table.loc[rows]


def main(snakemake) -> None:
    """Run a rule that collects tables: input and output have the same names."""
    for name, path in snakemake.output.items():
        table = collected(snakemake.input[name], snakemake.params.order)
        if snakemake.params.listed:
            table = listed_realisations(table, snakemake.params.listed)
        write_table(table, path)


if __name__ == "__main__":
    run(main, snakemake)
