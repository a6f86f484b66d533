"""What scripts that import people's files have in common."""

from manyeyes.files.label_files import read_labels
from manyeyes.files.results import read_mask
from manyeyes.files.volumes import read_volume, volume_facts
from manyeyes.imaging.label_checks import misfit
from manyeyes.imaging.recorded_levels import in_levels
from manyeyes.imaging.tomograms import crop, to_grey_levels
from manyeyes.running.rule_script import note


def cropped_labels(snakemake, image, key):
    """Return a person's label volume, cropped as the dataset is."""
    path, dataset = snakemake.input.labels, snakemake.params.dataset
    sources = [volume_facts(source).shape for source in snakemake.input.get("source", [])]
    found = read_labels(path, image.shape, sources[0] if sources else None)
    for remark in found.remarks:
        note(snakemake, remark)
    volume = found.labels
    # A person labels either the dataset itself or the volume that it was cropped from.
    if volume.shape != image.shape:
        problem = misfit(volume.shape, image.shape, sources[0] if sources else None)
        if problem:
            raise ValueError(f"{key}: {problem}")
        volume = crop(volume, dataset["start"], dataset["shape"], key)
    return volume


def in_image_levels(snakemake, annotation, inside):
    """Return a threshold or window in levels of the image, whatever it was recorded in."""
    if annotation.get("levels_of") != "source":
        return annotation
    window = snakemake.params.grey_window
    if window is None:
        window = window_of_source(snakemake, inside)
    annotation = in_levels(annotation, window)
    note(
        snakemake,
        f"grey values of the scan became levels of the images, by the window from {window[0]:g} to "
        f"{window[1]:g}: {annotation['record']['in_grey_values']}",
    )
    return annotation


def window_of_source(snakemake, inside):
    """Return the grey values of the scan that became 0 and 255, where they are percentiles."""
    dataset = snakemake.params.dataset
    sources = snakemake.input.get("window_source") or []
    if dataset["grey_window"] is None or not sources:
        # An 8-bit scan, or a twin, of which images hold all grey values.
        window = (0.0, 255.0)
    else:
        volume = crop(read_volume(sources[0]), dataset["start"], dataset["shape"], "crop")
        _, window = to_grey_levels(volume, dataset["grey_window"], "grey_window", inside)
    return window[::-1] if dataset.get("active") == "dark" else window


def mask_of(snakemake):
    """Return the field of view of a job's dataset, or None."""
    return read_mask(snakemake.input.get("mask"))
