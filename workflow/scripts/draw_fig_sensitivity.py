"""Draw which trait of the users drives the spread."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_sensitivity
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_sensitivity`."""
    (sensitivity,) = tables(snakemake, "sensitivity")
    save(snakemake, fig_sensitivity.draw(sensitivity, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
