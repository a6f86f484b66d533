"""Estimate how far the volume fraction of blocks scatters within the electrode."""

import numpy as np
import pandas as pd

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.fibsem.acquisition import to_electrode_axes, to_stack_axes
from manyeyes.fibsem.sampling import coarsen, scatter_from_one_volume, scatter_of_blocks
from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.labels import ACTIVE, truth_active
from manyeyes.running.rule_script import run

# Voxels of a tenth of a particle or less are fine enough for blocks of several particles.
_COARSE_NM = 500.0


def main(snakemake) -> None:
    """Run the rule `fibsem_scatter`."""
    params = snakemake.params
    labels = read_result(snakemake.input.labels)
    factor = max(1, round(_COARSE_NM / params.voxel_size_nm))
    measured = coarsen(labels == ACTIVE, (factor, factor, factor))
    step_um = factor * params.voxel_size_nm / 1000.0
    electrode = None
    if params.description is not None:
        described = describe_electrode(
            params.description, params.seed, "electrode", params.electrode
        )
        counts = [round(edge * 1000 / _COARSE_NM) for edge in described.size_um]
        truth = rasterise(described, (0, 0, 0), counts, _COARSE_NM)
        electrode = truth_active(truth, filled=True).astype(np.float32)
    own_um = [n * params.voxel_size_nm / 1000.0 for n in labels.shape]
    blocks = {"FIB-SEM": to_electrode_axes(own_um, params.slicing_axis)} | params.blocks
    rows = []
    for name, edges_um in blocks.items():
        row = {"block": name} | dict(zip(("z_um", "y_um", "x_um"), edges_um, strict=True))
        in_stack = to_stack_axes(edges_um, params.slicing_axis)
        row["scatter_from_volume"] = scatter_from_one_volume(
            measured, tuple(max(1, round(edge / step_um)) for edge in in_stack)
        )
        row["scatter_in_electrode"] = float("nan")
        if electrode is not None:
            edges = tuple(max(1, round(edge * 1000 / _COARSE_NM)) for edge in edges_um)
            row["scatter_in_electrode"] = scatter_of_blocks(electrode, edges)
        rows.append(row)
    write_table(pd.DataFrame(rows), snakemake.output.scatter)


if __name__ == "__main__":
    run(main, snakemake)
