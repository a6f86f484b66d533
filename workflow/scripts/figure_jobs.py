"""What the scripts of all figures share: reading the slices that a rule names, and saving."""

from manyeyes.figures import style
from manyeyes.figures.slices import central_slice
from manyeyes.files.results import read_result
from manyeyes.files.tables import read_table


def tables(snakemake, *names: str) -> list:
    """Return tables of the study by name, in that order."""
    return [read_table(snakemake.input[name]) for name in names]


def origins(snakemake) -> dict[str, str]:
    """Return the datasets that the figure shows, in order, and where their data come from."""
    return snakemake.params.shown["origins"]


def voxel_sizes_nm(snakemake) -> dict[str, float]:
    """Return the voxel size of each dataset that the figure shows."""
    return snakemake.params.shown["voxel_sizes_nm"]


def central_labels(snakemake) -> dict:
    """Return central slices of segmentations by (dataset, filter, variant, user)."""
    return _central(snakemake.params.shown["cells"], snakemake.input.get("segmentations", []))


def central_images(snakemake) -> dict:
    """Return central slices of images by (dataset, filter)."""
    return _central(snakemake.params.shown["images"], snakemake.input.get("images", []))


def central_truths(snakemake) -> dict:
    """Return central slices of truths by dataset."""
    paths = snakemake.input.get("truths", [])
    return {
        dataset: central_slice(read_result(path))
        for dataset, path in zip(snakemake.params.shown["truths"], paths, strict=True)
    }


def _central(keys, paths) -> dict:
    return {
        tuple(key): central_slice(read_result(path)) for key, path in zip(keys, paths, strict=True)
    }


def save(snakemake, figure) -> None:
    """Save a figure as the rule's SVG and PNG; no dates, so that equal input gives equal bytes."""
    with style.context():
        figure.savefig(snakemake.output.svg, format="svg", metadata={"Date": None})
        figure.savefig(snakemake.output.png, format="png", dpi=300, metadata={"Software": None})
