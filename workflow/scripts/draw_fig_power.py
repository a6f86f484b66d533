"""Draw how many users show that two methods differ in spread."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_power
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_power`."""
    curves, needed, comparisons = tables(snakemake, "power_curves", "power", "comparisons")
    save(snakemake, fig_power.draw(curves, needed, comparisons, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
