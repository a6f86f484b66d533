"""Draw how far every method is from the truth."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_accuracy
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_accuracy`."""
    errors, summary = tables(snakemake, "accuracy", "accuracy_summary")
    save(snakemake, fig_accuracy.draw(errors, summary, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
