"""Draw which orderings survive when users are built in another way."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_survival
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_survival`."""
    survival, spread = tables(snakemake, "survival", "structure_spread")
    save(snakemake, fig_survival.draw(survival, spread, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
