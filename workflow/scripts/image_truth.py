"""Image a truth as an X-ray tomograph would."""

from manyeyes.files.study_files import read_result, write_volume
from manyeyes.imaging.ct import image_ct
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `image_truth`."""
    params = snakemake.params
    voxel_size_nm = params.dataset["voxel_size_nm"]
    truth = read_result(snakemake.input.truth)
    names = (params.seed, snakemake.wildcards.dataset, "imaging")
    tomogram = image_ct(truth, voxel_size_nm, params.imaging, *names)
    write_volume(snakemake.output.tomogram, tomogram, voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
