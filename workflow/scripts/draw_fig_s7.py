"""Draw Fig. S7d: a slice of the FIB-SEM stack after processing."""

from figure_jobs import origins, save
from manyeyes.figures import fig_s7
from manyeyes.files.documents import read_json
from manyeyes.files.results import read_views
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_s7`."""
    views = read_views(snakemake.input.views)
    told = read_json(snakemake.input.told)
    save(snakemake, fig_s7.draw(views["denoised_face"], told["pixel_nm"], origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
