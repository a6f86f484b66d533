"""Take over the label volume of a real person."""

from manyeyes.tomograms import crop, labels_from_codes, labels_inside
from rule_script import note, run
from study_files import read_mask, read_volume, write_json, write_volume


def main(snakemake) -> None:
    """Run the rule `import_drawing`."""
    wildcards, dataset = snakemake.wildcards, snakemake.params.dataset
    key = f"users.{wildcards.user}.recorded ({snakemake.input.labels})"
    shape = read_volume(snakemake.input.image).shape
    volume = read_volume(snakemake.input.labels)
    # A person labels either the dataset itself or the volume that it was cropped from.
    if volume.shape != shape:
        volume = crop(volume, dataset["start"], dataset["shape"], key)
    labels = labels_from_codes(volume, snakemake.params.codes, shape, key)
    labels, dropped = labels_inside(labels, read_mask(snakemake.input.get("mask")), key)
    if dropped:
        note(snakemake, f"{dropped} labels lie outside the dataset's mask and were dropped")
    annotation = {
        "user": wildcards.user,
        "made_by": "recorded",
        "kind": "drawing",
        "record": {
            "active_voxels": int((labels == 1).sum()),
            "rest_voxels": int((labels == 2).sum()),
            "slices": sorted(set(labels.nonzero()[0].tolist())),
        },
    }
    write_json(annotation, snakemake.output.annotation)
    write_volume(snakemake.output.drawing, labels, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
