"""Segment one image with one variant as people who differ in one trait at a time would."""

from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run
from manyeyes.users.exploring import explore
from manyeyes.users.population import Population


def main(snakemake) -> None:
    """Run the rule `explore_traits`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    runs = explore(
        read_result(snakemake.input.image),
        params.variant,
        Population.from_mapping(params.population),
        params.base_runs,
        names=(params.seed, wildcards.dataset, wildcards.filter, wildcards.variant),
        inside=read_mask(snakemake.input.get("mask")),
    )
    write_table(runs, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
