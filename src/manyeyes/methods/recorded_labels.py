"""A finished label volume of a real person, used as it is."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..labels import OUTSIDE, UNLABELLED
from ._method import Labelled, Method, Request


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None
) -> Iterator[Labelled]:
    """Yield each request's labels.

    Raises
    ------
    ValueError
        If a voxel of the field of view has no label.
    """
    for request in requests:
        labels = request.read().labels
        missing = labels == UNLABELLED
        if inside is not None:
            missing &= inside
            labels = np.where(inside, labels, np.uint8(OUTSIDE))
        if missing.any():
            raise ValueError(
                f"{np.count_nonzero(missing)} voxels of the label volume of {request.user} have no "
                "label; label every voxel, or use method: recorded_forest"
            )
        yield labels, None


METHOD = Method(
    name="recorded_labels",
    title="A person's finished labels",
    annotation="recorded",
    label=label,
    two_phases=False,
)
