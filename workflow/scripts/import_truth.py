"""Import the reference of a measured tomogram, such as a correlative scan."""

from import_of_people import cropped_labels, mask_of
from manyeyes.files.results import read_result, write_volume
from manyeyes.imaging.people_labels import reference_truth
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `import_truth`."""
    params = snakemake.params
    image = read_result(snakemake.input.image)
    key = f"datasets.{snakemake.wildcards.dataset}.truth ({snakemake.input.labels})"
    volume, _ = cropped_labels(snakemake, image, key)
    truth, remarks = reference_truth(
        volume,
        image,
        params.codes,
        phases_from_config(params.phases),
        key,
        inside=mask_of(snakemake),
    )
    for remark in remarks:
        note(snakemake, remark)
    write_volume(snakemake.output.truth, truth, params.dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
