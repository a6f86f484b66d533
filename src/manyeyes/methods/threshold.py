"""One global threshold that a user sets by eye (Bailey et al. 2023, section 2.5.1)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..annotations import Threshold
from ..labels import ACTIVE, OUTSIDE, REST
from ._method import Labelled, Method, Person, Request


def threshold(image: np.ndarray, level: int, inside: np.ndarray | None = None) -> np.ndarray:
    """Label voxels of at least one grey level as active material.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Grey levels; active material is bright.
    level : int
        0 makes all voxels active, 256 none.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        Codes of `manyeyes.labels.TWO_PHASES`; 0 outside.

    Raises
    ------
    ValueError
        If the image is not an 8-bit volume or the level not a whole number from 0 to 256.
    """
    from ..imaging.filters import require_image
    from ..imaging.masks import known_mask

    require_image(image)
    require_level(level, "level")
    labels = np.where(image >= level, np.uint8(ACTIVE), np.uint8(REST))
    inside = known_mask(inside, image.shape)
    return labels if inside is None else np.where(inside, labels, np.uint8(OUTSIDE))


def require_level(level: int, name: str) -> None:
    """Raise ValueError unless a level is a whole grey level from 0 to 256."""
    if not 0 <= level <= 256 or level != int(level):
        raise ValueError(
            f"{name} must be a whole grey level from 0 to 256 (8 bits), found {level!r}"
        )


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Threshold:
    """Let a user set the threshold; the variant's ``offset``, in grey levels, is added to it."""
    from ..users.seeding import set_threshold

    offset = variant["offset"]
    if offset != int(offset):
        raise ValueError(f"offset must be a whole number of grey levels, found {offset!r}")
    return set_threshold(image, int(offset), person)


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None
) -> Iterator[Labelled]:
    """Yield the labels of each request's threshold."""
    for request in requests:
        yield threshold(image, request.read().level, inside), None


METHOD = Method(
    name="threshold",
    title="Threshold",
    annotation="threshold",
    annotate=annotate,
    label=label,
    settings={
        "offset": {
            "type": "integer",
            "minimum": -255,
            "maximum": 255,
            "description": "Grey levels from the threshold that the user prefers",
        }
    },
    required=("offset",),
)
