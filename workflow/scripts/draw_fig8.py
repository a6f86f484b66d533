"""Draw Fig. 8: drawn seeds at low coverage against threshold and watershed, raw in-house data."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig8
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig8`."""
    names = ("variability", "volume_fractions", "pairwise")
    save(snakemake, fig8.draw(*tables(snakemake, *names), origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
