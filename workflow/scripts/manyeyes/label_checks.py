"""Whether labels belong to the volume that they are said to belong to: by shape, by grey values."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

# Labels whose medians lie closer together than this share of the pooled spread of their grey values
# say hardly anything about them: on an image without contrast, or on another one. The noisiest
# images of the paper have a contrast of 1.5 times the noise; labels with 10 % of all voxels on the
# wrong side still show about 1.2.
LEAST_CONTRAST = 0.5


def misfit(
    shape: Sequence[int], dataset_shape: Sequence[int], source_shape: Sequence[int] | None
) -> str | None:
    """Say why a label volume fits neither a dataset nor the volume that it was cropped from.

    Parameters
    ----------
    shape : sequence of int
        Of the labels (z, y, x).
    dataset_shape : sequence of int
        Of the dataset, cropped.
    source_shape : sequence of int or None
        Of the volume in the dataset's file; None for a twin, or if it is not known.

    Returns
    -------
    str or None
        None if they fit one of the two exactly.
    """
    shape, dataset_shape = tuple(shape), tuple(dataset_shape)
    known = {"dataset": dataset_shape}
    if source_shape is not None and tuple(source_shape) != dataset_shape:
        known["the dataset's file"] = tuple(source_shape)
    if shape in known.values():
        return None
    told = f"labels {shape}, " + ", ".join(f"{name} {size}" for name, size in known.items())
    for name, size in known.items():
        order = _exchanged(shape, size)
        if order:
            return (
                f"{told} (z, y, x): the axes are exchanged, z, y, x of the {name.split()[-1]} lie "
                f"along {order} of the labels; export the labels in the order of the image"
            )
    return f"{told} (z, y, x); export labels of the whole volume, as large as the image"


def _exchanged(shape: tuple, wanted: tuple) -> str | None:
    """Return which axes of one shape are those of another, in its order, if only that differs."""
    # Read the other way round is what happens most, and what is said where several would do.
    for order in sorted(permutations(range(3)), key=lambda order: order != (2, 1, 0)):
        if tuple(shape[axis] for axis in order) == wanted:
            return ", ".join("zyx"[axis] for axis in order)
    return None


def contradiction(image: np.ndarray, labels: np.ndarray) -> str | None:
    """Say whether labels contradict the grey values beneath them.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Active material is bright.
    labels : ndarray of uint8, shape (z, y, x)
        0 unlabelled, 1 active material, 2 the rest; both with a voxel or more.

    Returns
    -------
    str or None
        A sentence if the median of active voxels lies below that of the rest, or less than
        `LEAST_CONTRAST` times the pooled spread above it; None if all is well. The spread of a
        phase is 1.4826 times the median distance from its median, at least half a grey level.
    """
    values = [image[labels == phase].astype(np.float64) for phase in (1, 2)]
    medians = [float(np.median(found)) for found in values]
    spreads = [
        1.4826 * float(np.median(np.abs(found - median)))
        for found, median in zip(values, medians, strict=True)
    ]
    spread = max(0.5, float(np.hypot(*spreads)) / np.sqrt(2.0))
    difference = medians[0] - medians[1]
    told = (
        f"voxels labelled as active have the median grey level {medians[0]:g}, those labelled as "
        f"the rest {medians[1]:g}"
    )
    if difference < 0:
        return (
            f"{told}: active is the darker; are the codes exchanged, is active material dark, or "
            "do the labels belong to another image?"
        )
    if difference < LEAST_CONTRAST * spread:
        return (
            f"{told}, hardly a difference at a spread of {spread:.3g}; do the labels lie where "
            "they belong, and on this image?"
        )
    return None
