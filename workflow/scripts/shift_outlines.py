"""Let simulated users segment one image by a slider, and paint it with shifted outlines."""

from manyeyes.files.results import read_mask, read_result
from manyeyes.files.tables import write_table
from manyeyes.running.rule_script import run
from manyeyes.users.outline_shifts import shifted_paintings
from manyeyes.users.population import Population, draw_traits


def main(snakemake) -> None:
    """Run the rule `shift_outlines`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    population = Population.from_mapping(params.population)
    found = shifted_paintings(
        read_result(snakemake.input.image),
        params.variants,
        [draw_traits(population, params.seed, user) for user in params.users],
        params.shifts_px,
        names=(params.seed, wildcards.dataset, wildcards.filter),
        inside=read_mask(snakemake.input.get("mask")),
    )
    found.insert(0, "dataset", wildcards.dataset)
    found.insert(1, "filter", wildcards.filter)
    write_table(found, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
