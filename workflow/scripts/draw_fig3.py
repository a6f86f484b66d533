"""Draw Fig. 3: how much users differ in the volume fraction, simple thresholds and watershed."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig3
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig3`."""
    variability, fractions = tables(snakemake, "variability", "volume_fractions")
    save(snakemake, fig3.draw(variability, fractions, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
