"""Keep the few slices that show what each step of the chain did, and what is known of the stack."""

import numpy as np

from manyeyes.fibsem.crop import Crop
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.views import (
    central_planes,
    face,
    raw_section,
    resampled_section,
    section,
)
from manyeyes.files.documents import read_json, write_json
from manyeyes.files.results import read_result, write_views
from manyeyes.files.tables import read_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `fibsem_views`."""
    inputs, params = snakemake.input, snakemake.params
    record = read_json(inputs.crop)
    crop = Crop(tuple(record["start"]), tuple(record["shape"]))
    places = read_table(inputs.places)
    planes = central_planes(crop, places[["row", "column"]].to_numpy(float))
    geometry = SliceGeometry(**params.geometry)
    raw = read_result(inputs.raw)
    views = {"raw_face": raw[planes.raw_slice], "raw_section": raw_section(raw, planes)}
    acquired = raw.shape
    del raw
    # A volume at a time is enough, whatever there is of them.
    for name in ("cropped", "destriped", "denoised", "labels", "filled", "stack_truth"):
        if name in inputs.keys():  # noqa: SIM118 (Snakemake's inputs iterate over paths)
            volume = read_result(inputs[name])
            views |= {
                f"{name}_face": face(volume, planes),
                f"{name}_section": section(volume, planes),
            }
    for name in ("resampled", "truth"):
        if name in inputs.keys():  # noqa: SIM118
            views[f"{name}_section"] = resampled_section(
                read_result(inputs[name]), params.voxel_size_nm, planes, geometry.pixel_size_nm
            )
    write_views(snakemake.output.views, views)
    drift = places[["drift_row", "drift_column"]].to_numpy(float)
    facts = {
        "acquired_shape": list(acquired),
        "common_shape": record["common_shape"],
        "crop_shape": record["shape"],
        "crop_corner_px": [planes.raw_row, planes.raw_column],
        "first_slice": record["start"][0],
        "furthest_drift_px": float(np.abs(drift).max()),
        "shear_rows": geometry.shear_rows,
        "pixel_nm": [geometry.row_size_nm, geometry.pixel_size_nm],
        "slice_nm": geometry.slice_thickness_nm,
        "resampled_nm": params.voxel_size_nm,
        "destripe": params.destripe,
    }
    write_json(facts, snakemake.output.facts)


if __name__ == "__main__":
    run(main, snakemake)
