"""Acquire a slice-and-view stack of a twin electrode, and keep what was done to it."""

import numpy as np
import pandas as pd
import tifffile

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.fibsem.acquisition import MilledBlock, acquire, plan_acquisition
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.documents import write_json
from manyeyes.files.results import write_stack
from manyeyes.files.tables import write_table
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_acquire`."""
    params, output = snakemake.params, snakemake.output
    source = params.source
    geometry = SliceGeometry(**params.geometry)
    electrode = describe_electrode(
        params.description, params.seed, "electrode", source["electrode"]
    )
    block = MilledBlock(electrode, tuple(source["origin_um"]), source.get("slicing_axis", "z"))
    plan = plan_acquisition(
        tuple(source["shape"]), geometry, source.get("faults", {}), params.seed, "fibsem"
    )
    curtains = np.empty((plan.shape[0], plan.shape[2]), dtype=np.float32)
    seen = np.empty(plan.shape, dtype=np.uint8)

    def images():
        slices = acquire(block, plan)
        for k, face in enumerate(with_progress(snakemake, slices, plan.shape[0], "acquired")):
            curtains[k], seen[k] = face.curtains, face.truth
            yield face.image

    write_stack(output.raw, images(), plan.shape, geometry.voxel_size_nm)
    write_stack(output.seen, seen, plan.shape, geometry.voxel_size_nm)
    tifffile.imwrite(output.curtains, curtains)
    record = pd.DataFrame(
        {
            "slice": np.arange(plan.shape[0]),
            "field_row": plan.field_px[:, 0],
            "field_column": plan.field_px[:, 1],
            "drift_row": plan.drift_px[:, 0],
            "drift_column": plan.drift_px[:, 1],
            "brightness": plan.brightness,
        }
    )
    write_table(record, output.record)
    write_json({"marks_box": plan.marks_box, "first_row": plan.first_row}, output.layout)
    write_table(pd.DataFrame(columns=["slice", "problem", "taken_from"]), output.repairs)


if __name__ == "__main__":
    run(main, snakemake)
