"""Compare what trainings measured with every claim of Lee et al. 2023."""

from pathlib import Path

import yaml

from manyeyes.files.tables import read_table, write_table
from manyeyes.lee2023.claims import read_claims, scorecard
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `score_claims_of_lee`."""
    own, other = (
        yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        for path in (snakemake.input.claims, snakemake.input.rules)
    )
    card = scorecard(read_table(snakemake.input.metrics), read_claims(own, other))
    write_table(card, snakemake.output.claims)


if __name__ == "__main__":
    run(main, snakemake)
