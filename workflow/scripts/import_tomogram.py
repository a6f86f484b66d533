"""Check a measured tomogram, crop it and bring it to 8-bit grey levels."""

from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.files.results import read_mask, write_volume
from manyeyes.files.volumes import SourceVolume
from manyeyes.imaging.conversion import contrast_of, contrast_sentence, contrast_warning
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
    name = snakemake.wildcards.dataset
    key = f"datasets.{name}"
    path = snakemake.input.source
    inside = read_mask(snakemake.input.get("mask"))
    # Only the crop is read of it.
    source = SourceVolume(path, settings=dataset.get("reading"))
    for sentence in source.facts.assumed:
        note(snakemake, f"{path}: {sentence}")
    stated_nm = source.facts.voxel_size_nm
    problem = voxel_size_problem(stated_nm, dataset["voxel_size_nm"], f"{key}.voxel_size_nm")
    if problem and not params.ignores_voxel_size:
        raise FileError(f"{path}: {problem}")
    check_source(source, params.expected_shape, params.expected_dtype, path)
    volume = crop(source, dataset["start"], dataset["shape"], f"{key}.crop")
    if dataset.get("mask") != "none":
        refuse_filled_border(volume, inside, key)
    window_key = f"{key}.grey_window"
    tomogram, window = to_grey_levels(volume, dataset["grey_window"], window_key, inside)
    note(snakemake, "grey values {:g} to {:g} became 0 to 255, for all users".format(*window))
    dark = dataset.get("active") == "dark"
    if dark:
        tomogram = inverted(tomogram, inside)
        note(snakemake, "active: dark, so grey levels were inverted: 0 to 255 became 255 to 0")
    contrast = contrast_of(tomogram, inside)
    note(snakemake, contrast_sentence(contrast))
    warning = contrast_warning(contrast, name)
    if warning:
        note(snakemake, f"Warning: {warning}")
    write_volume(snakemake.output.tomogram, tomogram, dataset["voxel_size_nm"])
    facts = {
        "assumed": list(source.facts.assumed),
        "voxel_size_in_file_nm": list(stated_nm),
        "dtype_in_file": str(source.dtype),
        # The grey values that became 0 and 255; the first is larger where levels are inverted.
        "window": list(window[::-1] if dark else window),
        "contrast_levels": round(contrast.levels, 2),
        "class_means": [round(mean, 2) for mean in contrast.means],
        "noise_levels": round(contrast.noise, 2),
        "warnings": [warning] if warning else [],
    }
    write_json(facts, snakemake.output.facts)


if __name__ == "__main__":
    run(main, snakemake)
