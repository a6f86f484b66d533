"""Draw Fig. 4: how much users differ with drawn seeds, by coverage of the trained slices."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig4
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig4`."""
    names = ("variability", "volume_fractions", "pairwise")
    save(snakemake, fig4.draw(*tables(snakemake, *names), origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
