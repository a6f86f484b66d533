"""Draw the scorecard of the paper's claims."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_claims
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_claims`."""
    (claims,) = tables(snakemake, "claims")
    save(snakemake, fig_claims.draw(claims, origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
