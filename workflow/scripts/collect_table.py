"""Put the parts of a table together, in the order of the config."""

import pandas as pd

from manyeyes.files.study_files import read_table, write_table
from manyeyes.measures.tables import listed_realisations
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `collect_table`."""
    table = pd.concat([read_table(part) for part in snakemake.input], ignore_index=True)
    keys = []
    for column, names in snakemake.params.order.items():
        for found in [c for c in table.columns if c == column or c.startswith(f"{column}_")]:
            if found in {column, f"{column}_a", f"{column}_b"}:
                rank = {name: place for place, name in enumerate(names)}
                keys.append(table[found].map(rank).rename(found))
    order = pd.concat(keys, axis=1).sort_values([key.name for key in keys], kind="stable").index
    table = table.loc[order]
    if snakemake.params.listed:
        table = listed_realisations(table, snakemake.params.listed)
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
