"""A watershed from the seeds of a user's window (Bailey et al. 2023, section 2.5.2)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..annotations import Window
from ..labels import ACTIVE, OUTSIDE, REST, TWO_PHASES
from ._method import Labelled, Method, Person, Request
from .threshold import require_level


def gradient_magnitude(image: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return the magnitude of the grey-level gradient by the 3-D Sobel operator.

    Section 2.5.2 of Bailey et al. 2023 floods "the gradient transform" and does not name the
    operator. Sobel (a central difference along one axis, binomial smoothing along the other two)
    is an assumption; it reaches only one voxel, so it blurs edges little.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Grey levels.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view; outside, the nearest grey levels inside are used.

    Returns
    -------
    ndarray of uint16, shape (z, y, x)
        In quarters of a grey level over two voxels, rounded. The volume is mirrored at its border.
    """
    from scipy import ndimage

    from ..imaging.filters import require_image
    from ..imaging.masks import fill_outside, known_mask

    require_image(image)
    image = fill_outside(image, known_mask(inside, image.shape))
    squares = np.zeros(image.shape, dtype=np.int32)
    for axis in range(3):
        # whole numbers, so that the result is the same on every machine
        slope = ndimage.sobel(image, axis=axis, output=np.int32)
        squares += slope * slope
    # the weights of the smoothing sum to 16, so the slope is in sixteenths of a grey level
    return np.rint(np.sqrt(squares, dtype=np.float64) / 4).astype(np.uint16)


def watershed(
    image: np.ndarray,
    low: int,
    high: int,
    gradient: np.ndarray | None = None,
    inside: np.ndarray | None = None,
) -> np.ndarray:
    """Grow seeds of both phases over the gradient magnitude until they meet.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Grey levels; active material is bright.
    low, high : int
        The user's window: voxels below `low` seed pore and carbon-binder domain, voxels of at
        least `high` seed active material (Bailey et al. 2023, section 2.5.2).
    gradient : ndarray of uint16, shape (z, y, x), optional
        `gradient_magnitude` of the image, for callers that flood the same image more than once.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view; the flood does not pass outside it.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        Codes of `manyeyes.labels.TWO_PHASES`; 0 outside. No line of undecided voxels is left
        between the phases. Neighbours share a face. Parts of the field of view that no seed
        reaches are cut at the middle of the window.

    Raises
    ------
    ValueError
        If the image is not an 8-bit volume, the window lies outside 0 to 256 or is reversed, the
        gradient has another shape, or a phase gets no seed.
    """
    from ..imaging.filters import require_image
    from ..imaging.flooding import flood
    from ..imaging.masks import known_mask, voxels_inside

    require_image(image)
    require_level(low, "low")
    require_level(high, "high")
    if low > high:
        raise ValueError(
            f"a window needs low <= high, found low {low} above high {high}; swap them"
        )
    inside = known_mask(inside, image.shape)
    if gradient is None:
        gradient = gradient_magnitude(image, inside)
    elif gradient.shape != image.shape:
        raise ValueError(
            f"the gradient must have the image's shape {image.shape}, found {gradient.shape}"
        )
    markers = np.zeros(image.shape, dtype=np.uint8)
    markers[image < low] = REST
    markers[image >= high] = ACTIVE
    if inside is not None:
        markers[~inside] = OUTSIDE
    for phase, side in zip(TWO_PHASES, ("high", "low"), strict=True):
        if not (markers == phase.code).any():
            raise ValueError(
                f"the window {low} to {high} leaves no seed of {phase.name} in an image of grey "
                f"levels {voxels_inside(image, inside).min()} to "
                f"{voxels_inside(image, inside).max()}; move {side} towards the middle"
            )
    if low == high:
        return markers
    labels = flood(gradient, markers, inside)
    if inside is not None:
        cut_off = inside & (labels == OUTSIDE)
        labels[cut_off] = np.where(image[cut_off] >= (low + high) / 2, ACTIVE, REST)
    return labels


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Window:
    """Let a user set the window that leaves the variant's ``seed_error`` at the edge of seeds."""
    from ..users.seeding import set_window

    return set_window(image, float(variant["seed_error"]), person)


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None
) -> Iterator[Labelled]:
    """Yield the labels of each request's window; the gradient is computed once."""
    gradient = gradient_magnitude(image, inside)
    for request in requests:
        window = request.read()
        yield watershed(image, window.low, window.high, gradient, inside), None


METHOD = Method(
    name="watershed",
    title="Watershed",
    annotation="window",
    annotate=annotate,
    label=label,
    settings={
        "seed_error": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 0.5,
            "description": "Share of wrong-looking pixels that is tolerated at the seeds' edge",
        }
    },
    required=("seed_error",),
)
