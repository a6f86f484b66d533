"""What scripts that import people's files have in common."""

from manyeyes.files.documents import read_json
from manyeyes.files.label_files import read_labels
from manyeyes.files.results import read_mask
from manyeyes.files.volumes import volume_facts
from manyeyes.imaging.label_checks import misfit
from manyeyes.imaging.recorded_levels import in_levels
from manyeyes.imaging.tomograms import crop
from manyeyes.running.rule_script import note


def cropped_labels(snakemake, image, key):
    """Return a person's label volume, cropped as the dataset is, and what else its file says."""
    path, params = snakemake.input.labels, snakemake.params
    dataset = params.dataset
    sources = [
        volume_facts(source, settings=dataset.get("reading")).shape
        for source in snakemake.input.get("source", [])
    ]
    source_shape = sources[0] if sources else None
    found = read_labels(path, image.shape, source_shape, params.reading)
    for remark in found.remarks:
        note(snakemake, remark)
    volume = found.labels
    # A person labels either the dataset itself or the volume that it was cropped from.
    if volume.shape != image.shape:
        problem = misfit(volume.shape, image.shape, source_shape)
        if problem:
            raise ValueError(f"{key}: {problem}")
        volume = crop(volume, dataset["start"], dataset["shape"], key)
    return volume, found


def in_image_levels(snakemake, annotation):
    """Return a threshold or window in levels of the image, whatever it was recorded in."""
    if annotation.get("levels_of") != "source":
        return annotation
    window = snakemake.params.grey_window
    if window is None:
        facts = snakemake.input.get("window")
        # An 8-bit scan, or a twin, of which images hold all grey values.
        window = tuple(read_json(facts[0])["window"]) if facts else (0.0, 255.0)
    annotation = in_levels(annotation, window)
    note(
        snakemake,
        f"grey values of the scan became levels of the images, by the window from {window[0]:g} to "
        f"{window[1]:g}: {annotation['record']['in_grey_values']}",
    )
    return annotation


def mask_of(snakemake):
    """Return the field of view of a job's dataset, or None."""
    return read_mask(snakemake.input.get("mask"))
