"""Compute intervals of every spread, the comparisons that the study lists, and power."""

from manyeyes.files.tables import read_table, write_table
from manyeyes.running.rule_script import run
from manyeyes.statistics.panel import beside_population, with_sample
from manyeyes.statistics.power import power_curves, power_table
from manyeyes.statistics.tables import (
    comparison_table,
    contrasts_of,
    mixed_comparison_table,
    spread_table,
)


def main(snakemake) -> None:
    """Run the rule `compare_spread`."""
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    fractions, output = tables["volume_fractions"], snakemake.output
    spread, sample = spread_table(fractions), tables.get("population_fractions")
    if sample is not None:
        spread = beside_population(spread, sample)
    fractions = with_sample(fractions, sample)
    write_table(spread, output.spread)
    params = snakemake.params
    write_table(power_table(params.sd_ratios), output.power)
    write_table(power_curves(params.sd_ratios, params.users), output.curves)
    listed = params.comparisons
    over_datasets = [entry for entry in listed if entry["paired_over_datasets"]]
    # Each of the two lists is empty if the study has no such comparison.
    for path in output.comparisons:
        write_table(comparison_table(fractions, contrasts_of(listed)), path)
    for path in output.over_datasets:
        table = mixed_comparison_table(fractions, contrasts_of(over_datasets, True))
        write_table(table, path)


if __name__ == "__main__":
    run(main, snakemake)
