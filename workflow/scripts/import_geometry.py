"""Crop a published segmented volume and bring it to our phase codes: a truth of real geometry."""

from manyeyes.tomograms import crop, phases_from_codes
from rule_script import run
from study_files import read_volume, write_volume


def main(snakemake) -> None:
    """Run the rule `import_geometry`."""
    dataset = snakemake.params.dataset
    name = f"datasets.{snakemake.wildcards.dataset}"
    volume = read_volume(snakemake.input[0], labels=True)
    volume = crop(volume, dataset["start"], dataset["shape"], f"{name}.crop")
    truth = phases_from_codes(volume, snakemake.params.codes, f"{name}.source.codes")
    write_volume(snakemake.output.truth, truth, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
