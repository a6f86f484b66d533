"""Compare how a person draws with how simulated users draw on the same image."""

from pathlib import Path

import pandas as pd

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.realism import realism_text, stroke_comparison


def main(snakemake) -> None:
    """Run the rule `compare_strokes`."""
    strokes = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    comparison = stroke_comparison(strokes)
    write_table(strokes, snakemake.output.strokes)
    write_table(comparison, snakemake.output.comparison)
    text = f"# Is the user real?\n\n{realism_text(comparison)}\n"
    Path(snakemake.output.text).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
