"""Measure what an image's grey values say about its quality."""

from types import SimpleNamespace

from manyeyes.files.study_files import read_mask, read_result, write_table
from manyeyes.measures.tables import image_quality_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `assess_image`."""
    image = SimpleNamespace(**snakemake.wildcards)
    volume = read_result(snakemake.input.image)
    inside = read_mask(snakemake.input.get("mask"))
    write_table(image_quality_table([(image, volume, inside)]), snakemake.output.image_quality)


if __name__ == "__main__":
    run(main, snakemake)
