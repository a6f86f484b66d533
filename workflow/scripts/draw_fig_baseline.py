"""Draw the distance from the FIB-SEM baseline and its parts."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_baseline
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_baseline`."""
    fractions, baseline = tables(snakemake, "volume_fractions", "baseline")
    save(snakemake, fig_baseline.draw(fractions, baseline, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
