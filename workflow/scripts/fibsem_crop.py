"""Lay the slices over each other and cut what all of them show."""

import dataclasses

from manyeyes.fibsem.crop import centred, common_field, place_slices
from manyeyes.fibsem.destripe import to_grey_levels
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.files.documents import read_json, write_json
from manyeyes.files.results import read_result, write_stack
from manyeyes.files.tables import read_table
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `fibsem_crop`."""
    geometry = SliceGeometry(**snakemake.params.geometry)
    wanted = snakemake.params.settings
    layout = read_json(snakemake.input.layout)
    field = read_table(snakemake.input.places)[["row", "column"]].to_numpy(float)
    raw = read_result(snakemake.input.raw)
    common = common_field(field, raw.shape[1:], layout["first_row"])
    note(snakemake, f"all slices show {common.shape[1]} rows and {common.shape[2]} columns")
    crop = centred(common, geometry, tuple(wanted["shape"]), wanted["voxel_size_nm"])
    placed = (to_grey_levels(image) for image in place_slices(raw, field, crop))
    placed = with_progress(snakemake, placed, crop.shape[0], "placed")
    write_stack(snakemake.output.cropped, placed, crop.shape, geometry.voxel_size_nm)
    record = {name: list(value) for name, value in dataclasses.asdict(crop).items()}
    write_json(record | {"common_shape": list(common.shape)}, snakemake.output.crop)


if __name__ == "__main__":
    run(main, snakemake)
