"""Write the paper's tables 1, 2, S1 and S2, with the study's numbers, as CSV and Markdown."""

from pathlib import Path
from types import SimpleNamespace

from manyeyes.files.tables import read_table, write_table
from manyeyes.labels import phases_from_config
from manyeyes.paper.tables import table_1, table_2, table_s1, to_markdown
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_tables`."""
    params = snakemake.params
    variability = read_table(snakemake.input.variability)
    datasets = {name: SimpleNamespace(**d) for name, d in params.datasets.items()}
    made = {
        "table_1": table_1(datasets),
        "table_2": table_2(params.variants, params.used),
    }
    methods = {name: variant["method"] for name, variant in params.variants.items()}
    beside_paper = len(phases_from_config(params.phases).entries) == 2
    for name, rows in params.rows.items():
        made[name] = table_s1(variability, *rows, methods=methods, beside_paper=beside_paper)
    for path in map(Path, snakemake.output):
        table = made[path.stem]
        if path.suffix == ".csv":
            write_table(table, path)
        else:
            path.write_text(to_markdown(table), encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
