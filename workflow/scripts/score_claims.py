"""Compare the study's tables with every claim of the paper."""

from pathlib import Path

import yaml

from manyeyes.files.tables import read_table, write_table
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.scorecard import count_verdicts, scorecard
from manyeyes.running.rule_script import run
from manyeyes.statistics.panel import with_population


def main(snakemake) -> None:
    """Run the rule `score_claims`."""
    given = dict(snakemake.input.items())
    claims = claims_from_mapping(
        yaml.safe_load(Path(given.pop("claims")).read_text(encoding="utf-8"))
    )
    tables = with_population({name: read_table(path) for name, path in given.items()})
    card = scorecard(tables, claims)
    write_table(card, snakemake.output.claims)
    write_table(count_verdicts(card), snakemake.output.summary)


if __name__ == "__main__":
    run(main, snakemake)
