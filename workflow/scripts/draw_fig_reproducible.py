"""Draw the spread over users against the bias to the truth."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_reproducible
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_reproducible`."""
    (errors,) = tables(snakemake, "errors")
    save(snakemake, fig_reproducible.draw(errors, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
