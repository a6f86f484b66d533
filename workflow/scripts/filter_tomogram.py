"""Filter a tomogram: the image that users segment."""

from manyeyes import filters
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `filter_tomogram`."""
    tomogram = read_result(snakemake.input.tomogram)
    inside = read_mask(snakemake.input.get("mask"))
    image = filters.apply(tomogram, snakemake.params.filter, inside)
    write_volume(snakemake.output.image, image, snakemake.params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
