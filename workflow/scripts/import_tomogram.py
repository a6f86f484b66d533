"""Check a measured tomogram, crop it and bring it to 8-bit grey levels."""

from manyeyes.files.errors import FileError
from manyeyes.files.results import read_mask, write_volume
from manyeyes.files.volumes import read_volume, volume_facts
from manyeyes.imaging.field_of_view import refuse_filled_border
from manyeyes.imaging.tomograms import (
    check_source,
    crop,
    inverted,
    to_grey_levels,
)
from manyeyes.running.rule_script import note, run
from manyeyes.study.inputs import voxel_size_problem


def main(snakemake) -> None:
    """Run the rule `import_tomogram`."""
    params = snakemake.params
    dataset = params.dataset
    key = f"datasets.{snakemake.wildcards.dataset}"
    path = snakemake.input.source
    inside = read_mask(snakemake.input.get("mask"))
    volume = read_volume(path)
    stated_nm = volume_facts(path).voxel_size_nm
    problem = voxel_size_problem(stated_nm, dataset["voxel_size_nm"], f"{key}.voxel_size_nm")
    if problem and not params.ignores_voxel_size:
        raise FileError(f"{path}: {problem}")
    check_source(volume, params.expected_shape, params.expected_dtype, path)
    volume = crop(volume, dataset["start"], dataset["shape"], f"{key}.crop")
    if dataset.get("mask") != "none":
        refuse_filled_border(volume, inside, key)
    window_key = f"{key}.grey_window"
    tomogram, window = to_grey_levels(volume, dataset["grey_window"], window_key, inside)
    note(snakemake, "grey values {:g} to {:g} became 0 to 255".format(*window))
    if dataset.get("active") == "dark":
        tomogram = inverted(tomogram, inside)
        note(snakemake, "active: dark, so grey levels were inverted: 0 to 255 became 255 to 0")
    write_volume(snakemake.output.tomogram, tomogram, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
