"""Segment one image from one user's annotations; it does not matter who made them."""

from manyeyes import segmentation
from manyeyes.randomness import seed_from_names
from rule_script import note, run
from study_files import read_annotation, read_volume, write_volume


def forests(image, drawings, variants, names, snakemake):
    """Return each drawing's labels of the image and what trained them; features are shared."""
    # Thresholds and windows need no forest, and its import takes longer than they do.
    from manyeyes.forest import classify_many, fit_forests

    note(snakemake, f"trains {', '.join(variants)}")
    trained = {}
    for limit in dict.fromkeys(v.get("max_labels") for v in variants.values()):
        some = [name for name, v in variants.items() if v.get("max_labels") == limit]
        seeds = [seed_from_names(*names, name, "forest") for name in some]
        labels = [drawings[name] for name in some]
        training = variants[some[0]]["forest"]
        forests = fit_forests(image, labels, seeds=seeds, max_labels=limit, **training)
        trained.update(zip(some, forests, strict=True))
    note(snakemake, "classifies the image")
    return {
        name: (labels, forest.provenance())
        for (name, forest), labels in zip(
            trained.items(), classify_many(image, list(trained.values())), strict=True
        )
    }


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
            segmentations[name] = segmentation.threshold(image, annotation["level"]), None
        elif annotation["kind"] == "window":
            labels = segmentation.watershed(image, annotation["low"], annotation["high"])
            segmentations[name] = labels, None
        else:
            drawings[name] = labels
    if drawings:
        names = (params.seed, wildcards.user, wildcards.dataset, wildcards.filter)
        variants = {name: params.variants[name] for name in drawings}
        segmentations.update(forests(image, drawings, variants, names, snakemake))
    for name, path in zip(params.variants, snakemake.output.segmentations, strict=True):
        labels, made_by = segmentations[name]
        write_volume(path, labels, params.voxel_size_nm, made_by)


if __name__ == "__main__":
    run(main, snakemake)
