"""Grey-value histograms of the images that a figure shows."""

from manyeyes.measures.quality import grey_histogram
from study_files import read_result


def histograms(snakemake) -> dict:
    """Return how many voxels have each grey level, by (dataset, filter)."""
    shown, paths = snakemake.params.shown["images"], snakemake.input.images
    return {
        tuple(image): grey_histogram(read_result(path))
        for image, path in zip(shown, paths, strict=True)
    }
