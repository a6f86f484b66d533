"""Find which of the paper's orderings hold for users who are modelled differently."""

from pathlib import Path

import pandas as pd
import yaml

from manyeyes.files.tables import read_table, write_table
from manyeyes.groups import SIMULATED, of_group
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.survival import survival_table, survival_text
from manyeyes.running.rule_script import run
from manyeyes.statistics.tables import spread_table


def main(snakemake) -> None:
    """Run the rule `compare_structures`."""
    given, params = snakemake.input, snakemake.params
    claims = claims_from_mapping(yaml.safe_load(Path(given.claims).read_text(encoding="utf-8")))
    own = {name: read_table(given[name]) for name in params.own_tables}
    tables = {params.own: own}
    for structure, *paths in zip(
        params.structures, given.their_volume_fractions, given.their_pairwise, strict=True
    ):
        fractions, pairs = map(read_table, paths)
        tables[structure] = {**own, "volume_fractions": fractions, "pairwise": pairs}
    survival = survival_table(tables, claims)
    write_table(survival, snakemake.output.survival)
    spread = [
        spread_table(of_group(found["volume_fractions"], SIMULATED)).assign(structure=structure)
        for structure, found in tables.items()
    ]
    write_table(pd.concat(spread, ignore_index=True), snakemake.output.spread)
    text = f"# What survives other users\n\n{survival_text(survival)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
