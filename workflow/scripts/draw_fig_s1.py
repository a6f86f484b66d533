"""Draw Fig. S1: the workflow of drawn seeds, and the grey values of the images."""

from figure_histograms import histograms
from figure_jobs import origins, save
from manyeyes.figures import fig_s1
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_s1`."""
    figure = fig_s1.draw(
        histograms(snakemake), origins(snakemake), workflow=snakemake.params.shown["draws_seeds"]
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
