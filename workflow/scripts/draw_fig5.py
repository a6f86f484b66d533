"""Draw Fig. 5: drawn seeds at low coverage against threshold and watershed, open-source data."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig5
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig5`."""
    names = ("variability", "volume_fractions", "pairwise")
    save(snakemake, fig5.draw(*tables(snakemake, *names), origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
