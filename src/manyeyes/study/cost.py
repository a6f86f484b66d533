"""What jobs ask for: memory, minutes, disk, threads, as functions of datasets and numbers.

Measured on two cores and held against what jobs took by `tools/declared_and_used.py`. All is for
a job's first try; retries multiply it (`manyeyes.running.resources`).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import NamedTuple

from ..methods._forests import FORESTS_AT_ONCE
from ..methods._networks import SLICES_OF_A_TWIN, USUAL
from .model import Dataset, Study
from .variants import (
    is_drawn_by_hand,
    looks_at_output,
    needs_forest,
)

AT_LEAST_MB = 600
"""Memory of a job beside its data: Python and its packages (200 MB, with compiled code 240), and
on a cluster the two Snakemakes that watch over it (165 MB each)."""

WITH_PARTICLES_MB = AT_LEAST_MB + 200
"""The same for jobs that lay out particles; this much for an electrode of any size."""

SLACK = 6
"""Jobs may take this many times what they took here: other machines are slower, disks are busy,
and the first job compiles kernels."""

MASK_BYTES = 40
"""Bytes a voxel for a mask and what continues an image beyond it."""

LABEL_BYTES = 420
"""Bytes of a forest for each label that it learns from: 61 channels, as numbers and as codes."""

FOREST_MB = 90
"""Memory of each forest of a job beside its labels: channels of a block of the image, trees."""

FOREST_BASE_MB = 40

CHOICE = 10
"""Labels that are kept, in units of `max_labels`; each tree draws its own from them. Equals POOL of
`manyeyes.forest.training`, which is slow to import; a test compares them."""

MOST_LABELS = 1_000_000
"""Labels that are kept where `max_labels` says nothing. Equals MOST_LABELS of the classifier."""

DENSE_LABEL_BYTES = 1000
"""Bytes that a forest of a recorded user's labels may take for each that is kept. Measured at 200^3
with all voxels labelled: 740; at 99^3, where every tree learns from all of them: 760, and 1270 if
the labels are mere noise, so that trees grow as large as they can."""

PAINTED_SECONDS = 1.0
"""CPU time of one painting and its forest, by the megavoxel. Measured at 100^3, seven paintings of
each user together: 0.7 to 0.9 on one thread."""

NETWORK_MB = 900
"""Memory of a job that trains or applies a network beside its data: Python with JAX and what it
compiled; on a cluster the two Snakemakes too. Measured beside 200^3: 560 (lee), 820 (lrcs)."""

NETWORK_START_SECONDS = 20
"""For loading JAX and compiling a network."""

TRAINING_BYTES = 600
"""Memory for each pixel of the largest slice, which is trained on alone, times the width."""

TRAINING_SECONDS = {"lee": 6.0, "lrcs": 17.3}
"""CPU time for a megapixel in an epoch, at a width of 32. Measured on seven slices of 200 x 200."""

APPLYING_BYTES = 3
APPLYING_SECONDS = 4.0
"""For a megavoxel, of the larger architecture. Measured at 200^3: 1.0 (lee), 3.9 (lrcs)."""

WIDTH = 32
"""Channels of the first convolution unless the config says so, as `manyeyes.networks` has it."""

LARGE_MEGAVOXELS = 32
"""From this size on a volume gets four threads; users of smaller ones fill cores side by side."""

TOGETHER = 1000
"""Up to this many users times megavoxels, a cluster gets all jobs of a dataset in one submission:
minutes to an hour on four cores (measured: 14 CPU seconds a unit). Beyond, each part goes alone."""

ANGLES_AT_ONCE = 16
"""Projections whose phase is retrieved together."""

SLAB_ROWS, AXIS_ROWS = 16, 16
"""Rows of the detector in memory at once, and those from which the axis is found, unless the config
says otherwise."""


class ScanCost(NamedTuple):
    """What a step between projections and slices takes.

    Attributes
    ----------
    held : str
        What is in memory at once: ``all`` values of the scan, a ``slab`` of rows, some ``angles``,
        or the rows that the ``axis`` is found from.
    bytes_a_value : float
        Memory for each value of these.
    seconds_a_megavalue : float
        CPU time for the whole scan; for the axis, for those rows.
    disk_bytes : float
        Written for each value of the scan.
    """

    held: str
    bytes_a_value: float
    seconds_a_megavalue: float
    disk_bytes: float


# Measured on a scan of 720 projections of 200 x 400 pixels, with zingers, phase and rings.
SCANNING = ScanCost("all", 14, 0.5, 4)
NORMALISING = ScanCost("slab", 80, 0.1, 4)
RETRIEVING = ScanCost("angles", 130, 0.05, 4)
PREPARING = ScanCost("slab", 30, 0.2, 4)
FINDING = ScanCost("axis", 15, 2.3, 0)
BACK_PROJECTING_SECONDS = 0.9
"""CPU time for a thousand million pairs of a voxel and an angle."""

PARTICLE_BYTES, PARTICLE_SECONDS = 60, 2
"""Memory for each voxel, and CPU time for a million, of making and filtering slices."""

PORE_EPOCHS = 100
"""Epochs of a training unless the config says otherwise; `manyeyes.networks.settings` agrees."""

PORE_TRAINING_BYTES, PORE_TRAINING_SECONDS = 60, 4.5
"""Memory for each pixel that a network learns from, and CPU time for a million in an epoch, in
which it is tested on as many. Measured with 100 slices of 256 x 256: 600 MB, 25 to 31 seconds."""

PREDICTING_BYTES, PREDICTING_SECONDS = 60, 1.5
"""The same for a prediction, and for measuring it."""

MEASURING_SECONDS = 2.0

TOGETHER_USERS = 40
"""Snakemake plans a group of jobs in a time that grows as the square of their number."""


def megabytes(dataset: Dataset, bytes_a_voxel: float, at_least: float = AT_LEAST_MB) -> float:
    """Return the memory of a job on a dataset, in MB.

    Parameters
    ----------
    dataset : Dataset
    bytes_a_voxel : float
        Beside the mask, if the dataset has one.
    at_least : float
        MB for a dataset of no size.
    """
    masked = MASK_BYTES if dataset.masked else 0
    return at_least + (bytes_a_voxel + masked) * dataset.voxels / 1e6


def minutes(dataset: Dataset, seconds_a_megavoxel: float, at_least_s: float = 10) -> float:
    """Return how long a job on a dataset may take, in minutes.

    Parameters
    ----------
    dataset : Dataset
    seconds_a_megavoxel : float
        CPU time as measured.
    at_least_s : float
        Seconds for a dataset of no size.
    """
    return megabytes(dataset, SLACK * seconds_a_megavoxel / 60, SLACK * at_least_s / 60)


def disk_megabytes(dataset: Dataset, volumes: float) -> float:
    """Return the space, in MB, of a number of 8-bit volumes of a dataset.

    They are written compressed; how well depends on their noise, so this is an upper limit.
    """
    return megabytes(dataset, volumes, at_least=10)


def threads(dataset: Dataset, forests: bool) -> int:
    """Return the threads of a job: one without a forest, else more on a large volume."""
    if not forests:
        return 1
    return 4 if dataset.voxels > 1e6 * LARGE_MEGAVOXELS else 2


def labels_at_most(variant: Mapping, dataset: Dataset) -> float:
    """Return how many labels of an image a seeded variant hands to its forest at most."""
    slices = dataset.shape[0]
    wanted = {"first": 1, "all": slices}.get(variant["slices"], variant["slices"])
    labels = dataset.voxels * min(wanted, slices) / slices
    return min(labels, CHOICE * variant["max_labels"] if "max_labels" in variant else MOST_LABELS)


def segmenting_megabytes(dataset: Dataset, variants: Iterable[Mapping], users: int) -> float:
    """Return the memory for segmenting an image with some variants for some users, in MB.

    Beside volumes, forests hold the channels of the labels that one user draws, and each its own
    codes of a block and its labels of the image.
    """
    trained = [variant for variant in variants if needs_forest(variant)]
    if not trained:
        return megabytes(dataset, 35)
    seeded = [variant for variant in trained if not is_drawn_by_hand(variant)]
    labels = max((labels_at_most(variant, dataset) for variant in seeded), default=0)
    together = min(len(trained) * users, FORESTS_AT_ONCE)
    forests = FOREST_BASE_MB + FOREST_MB * together + LABEL_BYTES * labels / 1e6
    return megabytes(dataset, 5 + together, AT_LEAST_MB + forests)


def recorded_forest_megabytes(dataset: Dataset) -> float:
    """Return the memory of a forest that learns from a recorded user's labels, in MB.

    Whether they labelled some voxels or all of them is in their file, which is not read here.
    """
    labels = min(dataset.voxels, MOST_LABELS)
    forest = FOREST_BASE_MB + FOREST_MB + DENSE_LABEL_BYTES * labels / 1e6
    return megabytes(dataset, 5, AT_LEAST_MB + forest)


def segmenting_minutes(dataset: Dataset, variants: Iterable[Mapping], users: int) -> float:
    """Return how long segmenting an image with some variants for some users may take."""
    seconds = sum(1 if needs_forest(variant) else 0.3 for variant in variants)
    return minutes(dataset, seconds * users)


def drawn_pixels(dataset: Dataset, drawn: Mapping) -> float:
    """Return in how many pixels a variant is drawn at most: all those of its slices."""
    slices, rows, columns = dataset.shape
    wanted = drawn.get("slices", slices)
    number = {"all": slices}.get(wanted, 1) if isinstance(wanted, str) else min(wanted, slices)
    return number * rows * columns


def training_megabytes(dataset: Dataset, variants: tuple[Mapping, Mapping]) -> float:
    """Return the memory for training a network on what is drawn for another variant, in MB."""
    training, drawn = variants[0]["training"], variants[1]
    at_once = _network_megabytes(dataset.shape[1] * dataset.shape[2], training)
    shown = 10 * drawn_pixels(dataset, drawn) / 1e6
    return megabytes(dataset, 3, NETWORK_MB + at_once + shown)


def training_minutes(dataset: Dataset, variants: tuple[Mapping, Mapping]) -> float:
    """Return how long such a training may take."""
    return _training_minutes(variants[0], drawn_pixels(dataset, variants[1]))


def starting_megabytes(datasets: Mapping[str, Dataset], start: Mapping) -> float:
    """Return the memory for training a network on whole slices of twins, in MB."""
    chosen = [datasets[name] for name in start["datasets"]]
    slices = max(dataset.shape[1] * dataset.shape[2] for dataset in chosen)
    held = 10 * _pixels_of_start(chosen, start) + 2 * sum(dataset.voxels for dataset in chosen)
    return NETWORK_MB + _network_megabytes(slices, start["training"]) + held / 1e6


def starting_minutes(datasets: Mapping[str, Dataset], start: Mapping) -> float:
    """Return how long such a training may take."""
    chosen = [datasets[name] for name in start["datasets"]]
    return _training_minutes(start, _pixels_of_start(chosen, start))


def _pixels_of_start(datasets: Sequence[Dataset], start: Mapping) -> float:
    wanted = start.get("slices", SLICES_OF_A_TWIN)
    return sum(min(wanted, d.shape[0]) * d.shape[1] * d.shape[2] for d in datasets)


def _network_megabytes(pixels: float, training: Mapping) -> float:
    return TRAINING_BYTES * training.get("width", WIDTH) * pixels / 1e6


def _training_minutes(network: Mapping, pixels: float) -> float:
    training = network["training"]
    epochs = training.get("epochs", USUAL["epochs"])
    # Convolutions take the square of the width, their inputs and outputs the width.
    wide = training.get("width", WIDTH) / WIDTH
    each = TRAINING_SECONDS[network["architecture"]] * max(wide**2, wide)
    return SLACK * (NETWORK_START_SECONDS + each * epochs * pixels / 1e6) / 60


def annotating_megabytes(dataset: Dataset, variants: Iterable[Mapping]) -> float:
    """Return the memory for annotating an image with some variants, in MB."""
    if any(map(looks_at_output, variants)):
        return megabytes(dataset, 15, AT_LEAST_MB + 60)
    return megabytes(dataset, 5)


def annotating_minutes(dataset: Dataset, variants: Sequence[Mapping], users: int) -> float:
    """Return how long annotating an image with some variants for some users may take."""
    painted = any(map(looks_at_output, variants))
    return minutes(dataset, (0.5 * len(variants) if painted else 0.4) * users)


def repeating_megabytes(dataset: Dataset, variants: Sequence[Mapping], users: int) -> float:
    """Return the memory for repeating a block of the plan: all labels are held until compared."""
    return megabytes(dataset, 80 + 10 * len(variants) + len(variants) * users)


def repeating_minutes(dataset: Dataset, variants: Sequence[Mapping], users: int) -> float:
    """Return how long repeating a block takes, in which each user looks, labels and waits."""
    each = sum(7 if needs_forest(variant) else 2 for variant in variants)
    return minutes(dataset, each * users)


def shifting_megabytes(dataset: Dataset, painted: Mapping, shifts: int) -> float:
    """Return the memory for painting an image with shifted outlines: a user's drawings are held."""
    drawings = dataset.voxels * shifts / 1e6
    return segmenting_megabytes(dataset, [painted], shifts) + drawings + 60


def shifting_minutes(dataset: Dataset, shifts: int, users: int) -> float:
    """Return how long some users' paintings with shifted outlines take (measured on 100^3)."""
    return minutes(dataset, PAINTED_SECONDS * shifts * users)


def stack_minutes(megavoxels: float, seconds_a_megavoxel: float) -> float:
    """Return how long a job on a FIB-SEM stack may take, in minutes."""
    return SLACK * (10 + seconds_a_megavoxel * megavoxels) / 60 + 1


def scan_values(dataset: Dataset, scan_shape: Sequence[int], held: str) -> float:
    """Return how many values of a scan are in memory at once, see `ScanCost`."""
    settings = dataset.source.get("reconstruction", {})
    angles, rows, columns = scan_shape
    if held == "angles":
        return min(angles, ANGLES_AT_ONCE) * rows * columns
    at_once = {
        "all": rows,
        "slab": settings.get("slab", SLAB_ROWS),
        "axis": settings.get("centre_rows", AXIS_ROWS),
    }[held]
    return angles * min(rows, at_once) * columns


def scan_megabytes(dataset: Dataset, scan_shape: Sequence[int], step: ScanCost) -> float:
    """Return the memory of a step between projections and slices, in MB."""
    return AT_LEAST_MB + step.bytes_a_value * scan_values(dataset, scan_shape, step.held) / 1e6


def scan_minutes(dataset: Dataset, scan_shape: Sequence[int], step: ScanCost) -> float:
    """Return how long such a step may take, in minutes."""
    whole = "axis" if step.held == "axis" else "all"
    values = scan_values(dataset, scan_shape, whole) / 1e6
    return SLACK * (10 + step.seconds_a_megavalue * values) / 60


def scan_disk_megabytes(dataset: Dataset, scan_shape: Sequence[int], step: ScanCost) -> float:
    """Return the space, in MB, of what such a step writes, pictures included."""
    return 20 + step.disk_bytes * scan_values(dataset, scan_shape, "all") / 1e6


def reconstructing_megabytes(
    dataset: Dataset, scan_shape: Sequence[int], slices_shape: Sequence[int]
) -> float:
    """Return the memory for back-projection, in MB: of a slab, sinograms and slices, twice each."""
    _, rows, columns = slices_shape
    rows_at_once = dataset.source.get("reconstruction", {}).get("slab", SLAB_ROWS)
    sinograms = 16 * scan_values(dataset, scan_shape, "slab")
    return AT_LEAST_MB + (sinograms + 16 * rows_at_once * rows * columns) / 1e6


def reconstructing_minutes(scan_shape: Sequence[int], slices_shape: Sequence[int]) -> float:
    """Return how long back-projection may take, in minutes: each voxel is seen by each angle."""
    return SLACK * (10 + BACK_PROJECTING_SECONDS * scan_shape[0] * prod(slices_shape) / 1e9) / 60


def goes_together(study: Study, dataset: str) -> bool:
    """Return whether a cluster gets all jobs of a dataset in one submission."""
    megavoxels = study.datasets[dataset].voxels / 1e6
    users = len(study.users)
    return users <= TOGETHER_USERS and users * megavoxels <= TOGETHER
