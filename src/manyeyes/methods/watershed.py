"""A watershed from the seeds of a user's window (Bailey et al. 2023, section 2.5.2)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ..annotations import Window
from ..labels import OUTSIDE, TWO_PHASES, UNLABELLED, Phase, Phases
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
    *,
    lower: tuple[int, int] | None = None,
    phases: Phases = TWO_PHASES,
) -> np.ndarray:
    """Grow seeds of all phases over the gradient magnitude until they meet.

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
    lower : (int, int), optional
        For three phases, the window between the darkest two: voxels below its first level seed
        pore, those from its second up to `low` the phase between. Where its second level is `low`,
        nobody marked that phase, and it gets no label.
    phases : Phases
        Two, or three that `Phases.by_brightness` can order.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        Codes of the phases; 0 outside. No line of undecided voxels is left between the phases.
        Neighbours share a face. Parts of the field of view that no seed reaches are cut at the
        middle of the windows.

    Raises
    ------
    ValueError
        If the image is not an 8-bit volume, a window lies outside 0 to 256 or is reversed, the
        gradient has another shape, a phase gets no seed, or there is no window for a boundary
        between phases.
    """
    from ..imaging.filters import require_image
    from ..imaging.flooding import flood
    from ..imaging.masks import known_mask

    require_image(image)
    ends = _checked_ends(low, high, lower, phases)
    inside = known_mask(inside, image.shape)
    if gradient is None:
        gradient = gradient_magnitude(image, inside)
    elif gradient.shape != image.shape:
        raise ValueError(
            f"the gradient must have the image's shape {image.shape}, found {gradient.shape}"
        )
    ordered = phases.by_brightness("a watershed")
    codes = tuple(phase.code for phase in ordered)
    markers = markers_between(image, ends, codes)
    if inside is not None:
        markers[~inside] = OUTSIDE
    _require_seeds(markers, ends, ordered, image, inside)
    if ends[::2] == ends[1::2]:
        return markers
    labels = flood(gradient, markers, inside)
    if inside is not None:
        cut_off = inside & (labels == OUTSIDE)
        middles = [(first + last) / 2 for first, last in zip(ends[::2], ends[1::2], strict=True)]
        labels[cut_off] = np.array(codes, np.uint8)[np.digitize(image[cut_off], middles)]
    return labels


def markers_between(image: np.ndarray, ends: Sequence[int], codes: Sequence[int]) -> np.ndarray:
    """Mark the voxels that windows leave no doubt about.

    Parameters
    ----------
    image : ndarray of uint8
        Grey levels.
    ends : sequence of int
        First and last level of each window, which divide the phases, none below the one before it.
    codes : sequence of int
        Of the phases, from the darkest, one more than windows.

    Returns
    -------
    ndarray of uint8, same shape
        Codes; 0 within windows.
    """
    # the codes of what lies below, within and above each window
    table = np.full(len(ends) + 1, UNLABELLED, np.uint8)
    table[::2] = codes
    return table[np.digitize(np.arange(256), ends)][image]


def _checked_ends(
    low: int, high: int, lower: tuple[int, int] | None, phases: Phases
) -> tuple[int, ...]:
    """Return the ends of the windows in order, after a check."""
    count = len(phases.entries)
    names = ("lower_low", "lower_high", "low", "high")[-2 if lower is None else 0 :]
    if len(names) != 2 * (count - 1):
        raise ValueError(
            f"{count} phases need {count - 1} windows, found low {low}, high {high} and "
            f"lower {lower}"
        )
    ends = (low, high) if lower is None else (*lower, low, high)
    for name, level in zip(names, ends, strict=True):
        require_level(level, name)
    for (name, level), (after, next_level) in pairwise(zip(names, ends, strict=True)):
        if level > next_level:
            raise ValueError(
                f"a window needs {name} <= {after}, found {name} {level} above {after} "
                f"{next_level}; swap them"
            )
    return ends


def _require_seeds(
    markers: np.ndarray,
    ends: tuple[int, ...],
    ordered: Sequence[Phase],
    image: np.ndarray,
    inside: np.ndarray | None,
) -> None:
    """Raise ValueError if a phase has no seed, but for a middle one that nobody marked."""
    from ..imaging.masks import voxels_inside

    # what to move towards the middle; the ends of a middle phase towards the others
    moves = {ordered[0].code: f"move {'low' if len(ends) == 2 else 'lower_low'} up"}
    moves[ordered[-1].code] = "move high down"
    for phase in ordered:
        if (markers == phase.code).any():
            continue
        if phase.code not in moves and ends[1] == ends[2]:
            continue
        words = ", ".join(map(str, ends))
        seen = voxels_inside(image, inside)
        raise ValueError(
            f"the ends {words} of the window leave no seed of {phase.name} in an image of grey "
            f"levels {seen.min()} to {seen.max()}; "
            f"{moves.get(phase.code, 'move lower_high down or low up')}"
        )


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
        lower = None if window.lower_low is None else (window.lower_low, window.lower_high)
        labels = watershed(
            image,
            window.low,
            window.high,
            gradient,
            inside,
            lower=lower,
            phases=request.phases,
        )
        yield labels, None


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
    two_phases=False,
)
