"""Segment one image from users' annotations; it does not matter who made them."""

from functools import partial

from manyeyes.annotations import annotation_from
from manyeyes.files.annotations import read_annotation
from manyeyes.files.documents import read_json
from manyeyes.files.errors import RUN_AGAIN
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.labels import phases_from_config
from manyeyes.methods import METHODS, Request, label
from manyeyes.running.rule_script import note, run

FINISHED = {"method": "recorded_labels"}


def main(snakemake) -> None:
    """Run the rules `segment_<block>` and `segment_recorded`."""
    params, given = snakemake.params, snakemake.input
    image, inside = read_result(given.image), read_mask(given.get("mask"))
    requests = list(requested(snakemake))
    note(snakemake, f"labels the image for {', '.join(params.users)}: {', '.join(params.variants)}")
    segmentations = label(image, requests, inside)
    for (labels, made_by), path in zip(segmentations, snakemake.output.segmentations, strict=True):
        write_volume(path, labels, params.voxel_size_nm, made_by)


def requested(snakemake):
    """Yield what is to be segmented, one user after the other, variants in their order."""
    wildcards, params = snakemake.wildcards, snakemake.params
    phases = phases_from_config(params.phases)
    annotations, drawn = iter(snakemake.input.annotations), iter(snakemake.input.drawings)
    for user in params.users:
        for name, variant in params.variants.items():
            drawing = next(drawn) if METHODS[variant["method"]].keeps_labels else None
            annotation = next(annotations)
            yield Request(
                variant=FINISHED if drawing and _is_finished(annotation) else variant,
                read=partial(_stored, annotation, drawing),
                user=user,
                names=(params.seed, user, wildcards.dataset, wildcards.filter, name),
                phases=phases,
            )


def _is_finished(annotation):
    """Return whether a person's labels turned out to be a finished segmentation."""
    return read_json(annotation).get("kind") == "segmentation"


def _stored(path, drawing):
    return annotation_from(*read_annotation(path, drawing, RUN_AGAIN))


if __name__ == "__main__":
    run(main, snakemake)
