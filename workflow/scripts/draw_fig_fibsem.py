"""Draw every step of the FIB-SEM chain, before and after."""

from figure_jobs import origins, save
from manyeyes.figures import fig_fibsem
from manyeyes.files.documents import read_json
from manyeyes.files.results import read_views
from manyeyes.files.tables import read_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_fibsem`."""
    inputs = snakemake.input
    # A user's own stack has no truth, and no scores.
    scores = read_table(inputs.scores) if inputs.get("scores") else None
    figure = fig_fibsem.draw(
        read_views(inputs.views),
        read_json(inputs.told),
        read_table(inputs.block).iloc[0].to_dict(),
        scores,
        origins(snakemake),
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
