"""Segment the FIB-SEM block, fill its internal pores, and measure it beside its truth."""

import pandas as pd
from manyeyes.baseline import fill_internal_pores, segment_block
from manyeyes.measures import truth_fraction, volume_fraction
from rule_script import run
from study_files import read_volume, write_table, write_volume


def main(snakemake) -> None:
    """Run the rule `segment_baseline`."""
    segmentation = segment_block(read_volume(snakemake.input.image))
    filled = fill_internal_pores(segmentation)
    truth = read_volume(snakemake.input.truth)
    row = {
        "voxels": segmentation.size,
        "voxel_size_nm": snakemake.params.voxel_size_nm,
        "active_fraction": volume_fraction(segmentation),
        "active_fraction_filled": volume_fraction(filled),
        "truth_fraction": truth_fraction(truth, filled=False),
        "truth_fraction_filled": truth_fraction(truth, filled=True),
    }
    write_table(pd.DataFrame([row]), snakemake.output.block)
    write_volume(snakemake.output.segmentation, filled, snakemake.params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
