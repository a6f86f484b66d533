"""Draw Fig. S5: each user's volume fraction with a forest trained by thresholded seeds."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_s5
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_s5`."""
    (fractions,) = tables(snakemake, "volume_fractions")
    save(snakemake, fig_s5.draw(fractions, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
