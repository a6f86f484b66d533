"""Crop a published segmented volume and recode its phases: a ground truth of real geometry."""

from manyeyes.files.errors import FileError
from manyeyes.files.results import write_volume
from manyeyes.files.volumes import SourceVolume
from manyeyes.imaging.tomograms import crop, phases_from_codes
from manyeyes.running.rule_script import note, run
from manyeyes.study.inputs import voxel_size_problem


def main(snakemake) -> None:
    """Run the rule `import_geometry`."""
    dataset = snakemake.params.dataset
    name = f"datasets.{snakemake.wildcards.dataset}"
    source = SourceVolume(snakemake.input[0], labels=True, settings=dataset.get("reading"))
    for sentence in source.facts.assumed:
        note(snakemake, f"{snakemake.input[0]}: {sentence}")
    stated_nm = source.facts.voxel_size_nm
    problem = voxel_size_problem(stated_nm, dataset["voxel_size_nm"], f"{name}.voxel_size_nm")
    if problem and not snakemake.params.ignores_voxel_size:
        raise FileError(f"{snakemake.input[0]}: {problem}")
    volume = crop(source, dataset["start"], dataset["shape"], f"{name}.crop")
    truth = phases_from_codes(volume, snakemake.params.codes, f"{name}.source.codes")
    write_volume(snakemake.output.truth, truth, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
