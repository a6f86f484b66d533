"""Segment one image from users' annotations; it does not matter who made them."""

from manyeyes.files.annotations import read_annotation
from manyeyes.files.errors import RUN_AGAIN
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.methods import segmentation
from manyeyes.methods.procedures import forest_segmentations
from manyeyes.running.rule_script import note, run


def main(snakemake) -> None:
    """Run the rules `segment_<block>` and `segment_recorded`."""
    params, given = snakemake.params, snakemake.input
    image, inside = read_result(given.image), read_mask(given.get("mask"))
    annotations, drawn = iter(given.annotations), iter(given.drawings)
    outputs = iter(snakemake.output.segmentations)
    # One user after the other: a batch holds no more in memory than a single user does.
    for user in params.users:
        done = {}
        for name, variant in params.variants.items():
            tiff = next(drawn) if variant["method"].endswith("_forest") else None
            done[name] = read_annotation(next(annotations), tiff, RUN_AGAIN)
        for labels, made_by in segmentations(image, inside, done, user, snakemake):
            write_volume(next(outputs), labels, params.voxel_size_nm, made_by)


def segmentations(image, inside, annotations, user, snakemake):
    """Return one user's labels of the image, and what trained their forests, by variant."""
    wildcards, params = snakemake.wildcards, snakemake.params
    found, drawings = {}, {}
    for name, (annotation, labels) in annotations.items():
        if annotation["kind"] == "threshold":
            found[name] = segmentation.threshold(image, annotation["level"], inside), None
        elif annotation["kind"] == "window":
            low, high = annotation["low"], annotation["high"]
            labels = segmentation.watershed(image, low, high, inside=inside)
            found[name] = labels, None
        else:
            drawings[name] = labels
    if drawings:
        names = (params.seed, user, wildcards.dataset, wildcards.filter)
        note(snakemake, f"trains {', '.join(drawings)} and classifies the image")
        found.update(forest_segmentations(image, drawings, params.variants, names, inside))
    return [found[name] for name in annotations]


if __name__ == "__main__":
    run(main, snakemake)
