"""Draw Fig. S4: how much users differ when thresholded seeds train the forest."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_s4
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_s4`."""
    variability, fractions = tables(snakemake, "variability", "volume_fractions")
    save(snakemake, fig_s4.draw(variability, fractions, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
