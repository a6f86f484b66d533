"""Import what a real person labelled, or the windows with which they seeded a forest."""

from pathlib import Path

from import_of_people import cropped_labels, in_image_levels
from manyeyes.files.annotations import read_annotation
from manyeyes.files.documents import write_json
from manyeyes.files.errors import FileError
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.imaging.label_checks import contradiction
from manyeyes.imaging.people_labels import OF_STUDY, person_labels
from manyeyes.imaging.recorded_seeds import seeds_from_windows
from manyeyes.imaging.tomograms import labels_inside
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import note, run
from manyeyes.study.inputs import annotation_problem
from manyeyes.users.slices import seeded_slices, slices_worth_looking_at


def main(snakemake) -> None:
    """Run the rule `import_drawing`."""
    wildcards, dataset = snakemake.wildcards, snakemake.params.dataset
    phases = phases_from_config(snakemake.params.phases)
    image = read_result(snakemake.input.image)
    inside = read_mask(snakemake.input.get("mask"))
    if Path(snakemake.input.labels).suffix == ".json":
        labels, annotation, warnings = seeded(snakemake, image, inside, phases)
    else:
        labels, annotation, warnings = drawn(snakemake, image, inside, phases)
    for warning in warnings:
        note(snakemake, f"Warning: {warning}")
    write_json({"warnings": warnings}, snakemake.output.warnings)
    write_json(
        {"user": wildcards.user, "made_by": "recorded", **annotation}, snakemake.output.annotation
    )
    write_volume(snakemake.output.drawing, labels, dataset["voxel_size_nm"])


def drawn(snakemake, image, inside, phases):
    """Return labels, annotation and warnings of a label volume."""
    wildcards, params = snakemake.wildcards, snakemake.params
    key = f"users.{wildcards.user}.recorded ({snakemake.input.labels})"
    volume, file = cropped_labels(snakemake, image, key)
    found = person_labels(volume, image, params.codes, phases, key, names=file.names)
    labels, dropped = labels_inside(found.labels, inside, key, phases)
    if dropped:
        note(snakemake, f"{dropped} labels lie outside the dataset's mask and were dropped")
    doubt = contradiction(image, labels, phases["active"].code)
    place = "{dataset} ({filter}, {variant})".format(**wildcards)
    told = [*found.remarks, *([doubt] if doubt else [])]
    warnings = [f"Labels of {wildcards.user} on {place}: {sentence}" for sentence in told]
    record = {
        **{f"{p.key}_voxels": int((labels == p.code).sum()) for p in phases},
        "slices": sorted(set(labels.nonzero()[0].tolist())),
    }
    if found.codes_from != OF_STUDY and params.codes is None:
        record |= {"values": found.values, "codes_from": found.codes_from}
    if file.remarks:
        record["file_says"] = list(file.remarks)
    covered = labels if inside is None else labels[inside]
    finished = params.takes_whole and bool(covered.all())
    if finished:
        note(snakemake, "every voxel has a label: this is taken as a finished segmentation")
    return labels, {"kind": "segmentation" if finished else "drawing", "record": record}, warnings


def seeded(snakemake, image, inside, phases):
    """Return labels, annotation and warnings of windows that seed slices."""
    wildcards, params, path = snakemake.wildcards, snakemake.params, snakemake.input.labels
    annotation, _ = read_annotation(path)
    annotation = in_image_levels(snakemake, annotation)
    problem = annotation_problem(
        annotation, wildcards.variant, params.method, phases=len(phases.entries)
    )
    if problem:
        raise FileError(f"{path}: {problem}")
    slices = seeded_slices(slices_worth_looking_at(image.shape[0], inside), params.slices)
    try:
        labels, record = seeds_from_windows(image, annotation, slices, phases, inside)
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error
    counts = {f"{p.key}_voxels": int((labels == p.code).sum()) for p in phases}
    record = {**annotation.get("record", {}), **counts, **record}
    return labels, {"kind": "drawing", "record": record}, []


if __name__ == "__main__":
    run(main, snakemake)
