"""Segment one image from one user's annotations; it does not matter who made them."""

from manyeyes import segmentation
from manyeyes.randomness import seed_from_names
from rule_script import note, run
from study_files import read_annotation, read_volume, write_volume


def forests(image, drawings, variants, names, snakemake):
    """Return the forests' labels of each drawing; the image's features are computed once."""
    # Thresholds and windows need no forest, and its import takes longer than they do.
    from manyeyes.forest import classify_many, fit_forests

    note(snakemake, f"trains {', '.join(variants)}")
    trained = []
    for limit in dict.fromkeys(v.get("max_labels") for v in variants.values()):
        some = [name for name, v in variants.items() if v.get("max_labels") == limit]
        seeds = [seed_from_names(*names, name, "forest") for name in some]
        labels = [drawings[name] for name in some]
        trained += zip(some, fit_forests(image, labels, seeds=seeds, max_labels=limit), strict=True)
    note(snakemake, "classifies the image")
    return dict(
        zip(
            (name for name, _ in trained),
            classify_many(image, [forest for _, forest in trained]),
            strict=True,
        )
    )


def main(snakemake) -> None:
    """Run the rules `segment_<block>` and `segment_recorded`."""
    wildcards, params = snakemake.wildcards, snakemake.params
    image = read_volume(snakemake.input.image)
    drawn = iter(snakemake.input.drawings)
    segmentations, drawings = {}, {}
    for (name, variant), path in zip(
        params.variants.items(), snakemake.input.annotations, strict=True
    ):
        tiff = next(drawn) if variant["method"].endswith("_forest") else None
        annotation, labels = read_annotation(path, tiff)
        if annotation["kind"] == "threshold":
            segmentations[name] = segmentation.threshold(image, annotation["level"])
        elif annotation["kind"] == "window":
            segmentations[name] = segmentation.watershed(
                image, annotation["low"], annotation["high"]
            )
        else:
            drawings[name] = labels
    if drawings:
        names = (params.seed, wildcards.user, wildcards.dataset, wildcards.filter)
        variants = {name: params.variants[name] for name in drawings}
        segmentations.update(forests(image, drawings, variants, names, snakemake))
    for name, path in zip(params.variants, snakemake.output.segmentations, strict=True):
        write_volume(path, segmentations[name], params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
