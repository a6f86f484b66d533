"""Import the label volume of a real person."""

from manyeyes.files.documents import write_json
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.files.volumes import read_volume, volume_facts
from manyeyes.imaging.label_checks import contradiction, misfit
from manyeyes.imaging.tomograms import crop, labels_from_codes, labels_inside
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `import_drawing`."""
    wildcards, dataset = snakemake.wildcards, snakemake.params.dataset
    phases = phases_from_config(snakemake.params.phases)
    key = f"users.{wildcards.user}.recorded ({snakemake.input.labels})"
    image = read_result(snakemake.input.image)
    volume = read_volume(snakemake.input.labels, labels=True)
    # A person labels either the dataset itself or the volume that it was cropped from.
    if volume.shape != image.shape:
        sources = [volume_facts(path).shape for path in snakemake.input.get("source", [])]
        problem = misfit(volume.shape, image.shape, sources[0] if sources else None)
        if problem:
            raise ValueError(f"{key}: {problem}")
        volume = crop(volume, dataset["start"], dataset["shape"], key)
    labels = labels_from_codes(volume, snakemake.params.codes, image.shape, key, phases)
    mask = read_mask(snakemake.input.get("mask"))
    labels, dropped = labels_inside(labels, mask, key, phases)
    if dropped:
        note(snakemake, f"{dropped} labels lie outside the dataset's mask and were dropped")
    doubt = contradiction(image, labels, phases["active"].code)
    place = "{dataset} ({filter}, {variant})".format(**wildcards)
    warnings = [f"Labels of {wildcards.user} on {place}: {doubt}"] if doubt else []
    for warning in warnings:
        note(snakemake, f"Warning: {warning}")
    write_json({"warnings": warnings}, snakemake.output.warnings)
    annotation = {
        "user": wildcards.user,
        "made_by": "recorded",
        "kind": "drawing",
        "record": {
            **{f"{p.key}_voxels": int((labels == p.code).sum()) for p in phases},
            "slices": sorted(set(labels.nonzero()[0].tolist())),
        },
    }
    write_json(annotation, snakemake.output.annotation)
    write_volume(snakemake.output.drawing, labels, dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
