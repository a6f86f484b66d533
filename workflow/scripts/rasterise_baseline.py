"""Rasterise the FIB-SEM block of the electrode that the X-ray twins are cut from."""

from manyeyes.electrodes import describe_electrode, rasterise
from rule_script import run
from study_files import write_volume


def main(snakemake) -> None:
    """Run the rule `rasterise_baseline`."""
    params = snakemake.params
    block = params.block
    electrode = describe_electrode(params.description, params.seed, "electrode", block["electrode"])
    truth = rasterise(electrode, block["origin_um"], block["shape"], block["voxel_size_nm"])
    write_volume(snakemake.output.truth, truth, block["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
