"""Draw where the paper's numbers lie among all choices of three users."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_choices
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_choices`."""
    (choices,) = tables(snakemake, "choices")
    save(snakemake, fig_choices.draw(choices, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
