"""Draw a person's strokes beside those of simulated users."""

from figure_jobs import origins, save, tables
from manyeyes.figures import fig_strokes
from manyeyes.files.results import read_result
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_strokes`."""
    shown = snakemake.params.shown
    recording = tuple(shown["recordings"][0])
    strokes, comparison = tables(snakemake, "strokes", "stroke_comparison")
    pages = read_result(snakemake.input.strokes_shown[0])
    voxel_size_nm = shown["voxel_sizes_nm"][recording[0]]
    figure = fig_strokes.draw(
        recording, pages, strokes, comparison, origins(snakemake), voxel_size_nm
    )
    save(snakemake, figure)


if __name__ == "__main__":
    run(main, snakemake)
