"""One global threshold that a user sets by eye (Bailey et al. 2023, section 2.5.1)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..annotations import Threshold
from ..labels import OUTSIDE, TWO_PHASES, Phases
from ._method import Labelled, Method, Person, Request


def threshold(
    image: np.ndarray,
    level: int,
    inside: np.ndarray | None = None,
    lower_level: int | None = None,
    phases: Phases = TWO_PHASES,
) -> np.ndarray:
    """Label voxels of at least one grey level as active material.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Grey levels; active material is bright.
    level : int
        0 makes all voxels active, 256 none.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.
    lower_level : int, optional
        For three phases: darker voxels are of the darkest phase, those between of the middle one.
    phases : Phases
        Two, or three that `Phases.by_brightness` can order.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        Codes of the phases; 0 outside.

    Raises
    ------
    ValueError
        If the image is not an 8-bit volume, a level is not a whole number from 0 to 256, the lower
        one lies above the other, or there is not a level for each boundary between phases.
    """
    from ..imaging.filters import require_image
    from ..imaging.masks import known_mask

    require_image(image)
    require_level(level, "level")
    dark, *between, active = (np.uint8(p.code) for p in phases.by_brightness("a threshold"))
    if bool(between) != (lower_level is not None):
        raise ValueError(
            f"{len(phases.entries)} phases need {len(phases.entries) - 1} levels, found level "
            f"{level} and lower_level {lower_level}"
        )
    labels = np.where(image >= level, active, dark)
    if between:
        require_level(lower_level, "lower_level")
        if lower_level > level:
            raise ValueError(f"lower_level ({lower_level}) must not lie above level ({level})")
        labels[(image >= lower_level) & (image < level)] = between[0]
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
        done = request.read()
        yield threshold(image, done.level, inside, done.lower_level, request.phases), None


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
    two_phases=False,
)
