"""Put Tables 1 and 2 of Lee et al. 2023 beside this study, with the bounds and all metrics."""

from pathlib import Path

from manyeyes.files.tables import read_table, write_table
from manyeyes.lee2023.metrics import metrics_table
from manyeyes.lee2023.tables import bounds_table, table_1, table_2
from manyeyes.lee2023.words import table_2_text
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `compare_with_lee`."""
    given, made = snakemake.input, snakemake.output
    scores = read_table(given.pore_scores)
    beside, bounds = table_2(scores), bounds_table(scores)
    write_table(table_1(scores), made.lee_table_1)
    write_table(beside, made.lee_table_2)
    write_table(bounds, made.lee_bounds)
    metrics = metrics_table(
        scores,
        read_table(given.pore_volumes),
        read_table(given.training_curves),
        [tuple(fold) for fold in snakemake.params.folds],
    )
    write_table(metrics, made.lee_metrics)
    Path(made.text).write_text(table_2_text(beside, bounds), encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
