"""Label pores by two thresholds that a person would choose."""

from manyeyes.files.particle_slices import write_slices
from manyeyes.files.results import read_result
from manyeyes.pores.labelling import hysteresis_labels, thresholds_by_eye
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `label_slices`."""
    images = read_result(snakemake.input.filtered)
    labels = hysteresis_labels(images, *thresholds_by_eye(images, **snakemake.params.settings))
    write_slices(snakemake.output.labels, labels, snakemake.params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
