"""Image the FIB-SEM block as a scanning electron microscope would."""

from manyeyes.imaging import image_sem
from rule_script import run
from study_files import read_volume, write_volume


def main(snakemake) -> None:
    """Run the rule `image_baseline`."""
    params = snakemake.params
    truth = read_volume(snakemake.input.truth)
    image = image_sem(truth, params.voxel_size_nm, params.imaging, params.seed, "baseline")
    write_volume(snakemake.output.image, image, params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
