"""Draw Fig. 7: how much users differ with threshold and watershed, in-house data."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig7
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig7`."""
    variability, fractions = tables(snakemake, "variability", "volume_fractions")
    save(snakemake, fig7.draw(variability, fractions, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
