"""Check a measured tomogram, crop it and bring it to 8-bit grey levels."""

from manyeyes.input_checks import voxel_size_problem
from manyeyes.tomograms import check_source, crop, to_grey_levels
from rule_script import note, run
from study_files import FileError, read_volume, volume_facts, write_volume


def main(snakemake) -> None:
    """Run the rule `import_tomogram`."""
    params = snakemake.params
    dataset = params.dataset
    key = f"datasets.{snakemake.wildcards.dataset}"
    path = snakemake.input[0]
    volume = read_volume(path)
    stated_nm = volume_facts(path).voxel_size_nm
    told = voxel_size_problem(stated_nm, dataset["voxel_size_nm"], f"{key}.voxel_size_nm")
    if told and not params.ignores_voxel_size:
        raise FileError(f"{path}: {told}")
    check_source(volume, params.expected_shape, params.expected_dtype, path)
    volume = crop(volume, dataset["start"], dataset["shape"], f"{key}.crop")
    tomogram, window = to_grey_levels(volume, dataset["grey_window"], f"{key}.grey_window")
    note(snakemake, "grey values {:g} to {:g} became 0 to 255".format(*window))
    write_volume(snakemake.output.tomogram, tomogram, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
