"""Draw what each part of the protocol is worth."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_ablation
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_ablation`."""
    (ablation,) = tables(snakemake, "ablation")
    save(snakemake, fig_ablation.draw(ablation, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
