"""Measure the FIB-SEM block: what the X-ray segmentations are compared with."""

import pandas as pd

from manyeyes.files.study_files import read_result, read_table, write_table
from manyeyes.measures.fractions import volume_fraction
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_measure`."""
    resampled = read_result(snakemake.input.resampled)
    labelled = volume_fraction(read_result(snakemake.input.labels))
    row = {
        "voxels": resampled.size,
        "voxel_size_nm": snakemake.params.voxel_size_nm,
        "active_fraction": labelled,
        "active_fraction_filled": volume_fraction(resampled),
        # At the voxels that were filled: resampling moves the volume fraction by as much.
        "closed_pore_fraction": volume_fraction(read_result(snakemake.input.filled)) - labelled,
        "truth_fraction": float("nan"),
        "truth_fraction_filled": float("nan"),
    }
    # A twin has scores; for a user's own stack the rule gives an empty list.
    if len(snakemake.input.scores):
        scores = read_table(snakemake.input.scores[0])
        truths = scores[scores["measure"] == "truth_fraction"].set_index("step")["value"]
        row["truth_fraction"] = truths["segment"]
        row["truth_fraction_filled"] = truths[f"resample {snakemake.params.voxel_size_nm:g} nm"]
    write_table(pd.DataFrame([row]), snakemake.output.block)


if __name__ == "__main__":
    run(main, snakemake)
