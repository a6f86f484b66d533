"""Repeat a block of the plan on one image with users of another structure; keep the numbers."""

from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run
from manyeyes.users.population import Population
from manyeyes.users.repeating import repeated


def main(snakemake) -> None:
    """Run the rule `repeat_plan`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    fractions, pairs = repeated(
        read_result(snakemake.input.image),
        params.variants,
        params.users,
        Population.from_mapping(params.population),
        (params.seed, wildcards.dataset, wildcards.filter),
        read_mask(snakemake.input.get("mask")),
    )
    write_table(fractions, snakemake.output.volume_fractions)
    write_table(pairs, snakemake.output.pairwise)


if __name__ == "__main__":
    run(main, snakemake)
