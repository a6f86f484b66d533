"""Grey-value histograms of the images that a figure shows."""

from manyeyes.files.results import read_mask, read_result
from manyeyes.measures.quality import grey_histogram


def histograms(snakemake) -> dict:
    """Return how many voxels have each grey level, by (dataset, filter)."""
    shown, paths = snakemake.params.shown["images"], snakemake.input.images
    masks = dict(
        zip(snakemake.params.shown.get("masked", []), snakemake.input.get("masks", []), strict=True)
    )
    return {
        tuple(image): grey_histogram(read_result(path), read_mask(masks.get(image[0])))
        for image, path in zip(shown, paths, strict=True)
    }
