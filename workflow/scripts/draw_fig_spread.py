"""Draw the spread of every condition with its interval, beside the paper's."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_spread
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_spread`."""
    (spread,) = tables(snakemake, "spread")
    save(snakemake, fig_spread.draw(spread, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
