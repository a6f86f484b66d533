"""Draw the comparisons of spread as a forest plot."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_comparisons
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_comparisons`."""
    (comparisons,) = tables(snakemake, "comparisons")
    over_datasets = None
    # There only if a comparison has several datasets.
    if "comparisons_over_datasets" in dict(snakemake.input.items()):
        (over_datasets,) = tables(snakemake, "comparisons_over_datasets")
    save(snakemake, fig_comparisons.draw(comparisons, over_datasets, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
