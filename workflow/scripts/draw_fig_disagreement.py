"""Draw where users differ, and how near to interfaces."""

from figure_jobs import (
    origins,
    save,
    tables,
    voxel_sizes_nm,
)
from manyeyes.figures import fig_disagreement
from manyeyes.files.results import read_result
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_disagreement`."""
    votes = {}
    shown = snakemake.params.shown["votes"]
    for (dataset, pages), path in zip(shown, snakemake.input.votes, strict=True):
        # One page a variant and group.
        for page, (variant, made_by, users, wanted) in zip(read_result(path), pages, strict=True):
            if wanted:
                votes[dataset, variant, made_by] = page, users
    (concentration,) = tables(snakemake, "concentration")
    figure = fig_disagreement.draw(
        votes, concentration, origins(snakemake), voxel_sizes_nm(snakemake)
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
