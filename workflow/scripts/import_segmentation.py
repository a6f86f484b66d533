"""Import a segmentation that a real person finished, with whatever program."""

from import_of_people import cropped_labels, mask_of
from manyeyes.files.documents import write_json
from manyeyes.files.results import read_result, write_volume
from manyeyes.imaging.label_checks import contradiction
from manyeyes.imaging.people_labels import person_labels
from manyeyes.labels import phases_from_config
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rule `import_segmentation`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    phases = phases_from_config(params.phases)
    image = read_result(snakemake.input.image)
    key = f"users.{wildcards.user} ({snakemake.input.labels})"
    volume, file = cropped_labels(snakemake, image, key)
    found = person_labels(
        volume,
        image,
        params.codes,
        phases,
        key,
        inside=mask_of(snakemake),
        finished=True,
        names=file.names,
    )
    told = list(found.remarks)
    active = phases["active"].code
    present = {phase.key: int((found.labels == phase.code).sum()) for phase in phases}
    place = "{dataset} ({filter}, {variant})".format(**wildcards)
    if 0 < present["active"] < sum(present.values()):
        doubt = contradiction(image, found.labels, active)
        told += [doubt] if doubt else []
    told += [f"no {phase.name} at all" for phase in phases if not present[phase.key]]
    warnings = [f"Segmentation of {wildcards.user} on {place}: {sentence}" for sentence in told]
    for warning in warnings:
        note(snakemake, warning)
    write_json({"warnings": warnings}, snakemake.output.warnings)
    record = {
        **{f"{key}_voxels": number for key, number in present.items()},
        "values": found.values,
        "codes_from": found.codes_from,
        **({"file_says": list(file.remarks)} if file.remarks else {}),
    }
    annotation = {"kind": "segmentation", "record": record}
    annotation |= {"user": wildcards.user, "made_by": "recorded"}
    write_json(annotation, snakemake.output.annotation)
    write_volume(snakemake.output.segmentation, found.labels, params.dataset["voxel_size_nm"])


if __name__ == "__main__":
    run(main, snakemake)
