"""Place the paper's numbers among what all choices of three users give."""

from manyeyes.files.tables import read_table, write_table
from manyeyes.paper.claims import choices_table
from manyeyes.paper.names import STATED
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `place_paper`."""
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    write_table(choices_table(tables, STATED), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
