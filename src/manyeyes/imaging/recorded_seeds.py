"""What people's windows seed; apart from `recorded_levels`, which needs no watershed."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..labels import UNLABELLED, Phases
from ..methods.watershed import markers_between
from .recorded_levels import WINDOW_KEYS, numbers_of


def seeds_from_windows(
    image: np.ndarray,
    annotation: Mapping,
    slices: Sequence[int],
    phases: Phases,
    inside: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Return the labels that a person's windows seed.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    annotation : mapping
        A window, of all slices or with one for each of some (``slices``).
    slices : sequence of int
        What a window of all slices seeds.
    phases : Phases
        Two, or three that `Phases.by_brightness` can order.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    labels : ndarray of uint8, shape (z, y, x)
        0 where nothing is seeded.
    record : dict
        windows, slices and labelled_share (of the field of view on these slices).

    Raises
    ------
    ValueError
        If a slice is not in the image, or a phase gets no seed.
    """
    *dark, active = (phase.code for phase in phases.by_brightness("a person who sets seeds"))
    labels = np.zeros(image.shape, np.uint8)
    used = []
    for _, window in numbers_of(annotation):
        places = [window["slice"]] if "slice" in window else list(slices)
        if not all(place < image.shape[0] for place in places):
            raise ValueError(
                f"there is a window for slice {max(places)}, but the image has slices 0 to "
                f"{image.shape[0] - 1}"
            )
        for place in places:
            if len(dark) == 1:
                labels[place][image[place] < window["low"]] = dark[0]
                labels[place][image[place] >= window["high"]] = active
            else:
                ends = tuple(window[key] for key in WINDOW_KEYS)
                labels[place] = markers_between(image[place], ends, (*dark, active))
        used += places
    if inside is not None:
        labels[~inside] = UNLABELLED
    for phase in phases:
        if not (labels == phase.code).any():
            raise ValueError(
                f"the window leaves no seed of {phase.name}: no voxel of the slices "
                f"{', '.join(map(str, sorted(used)[:10]))} has such a level; correct it"
            )
    used = sorted(used)
    pixels = len(used) * labels[0].size if inside is None else np.count_nonzero(inside[used])
    windows = [
        {key: window[key] for key in ("slice", *WINDOW_KEYS) if key in window}
        for _, window in numbers_of(annotation)
    ]
    share = float(np.count_nonzero(labels) / pixels) if pixels else 0.0
    return labels, {"windows": windows, "slices": used, "labelled_share": share}
