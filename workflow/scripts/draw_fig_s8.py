"""Draw Fig. S8: the segmented FIB-SEM block as a solid."""

from figure_jobs import origins, save
from manyeyes.figures import fig_s8
from manyeyes.files.study_files import read_result, read_table
from manyeyes.labels import ACTIVE
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `draw_fig_s8`."""
    size_nm = read_table(snakemake.input.block).iloc[0]["voxel_size_nm"]
    active = read_result(snakemake.input.volume) == ACTIVE
    save(snakemake, fig_s8.draw(active, float(size_nm), origins(snakemake)))


if __name__ == "__main__":
    run(main, snakemake)
