"""Between the grey values of a file and the 8-bit levels that all users of a dataset see.

A dataset is converted once, by one linear window, so that a level means the same for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Below this distance between the two phases, one grey level is more than 2.5 % of their contrast.
# The figure is a convention, not a measurement: people move sliders by single levels.
FEWEST_LEVELS = 40
# A class of fewer voxels is no phase but something odd, such as a metal particle or clipped voxels.
LEAST_SHARE = 0.05
# Voxels that Otsu's split is computed from: every n-th, so that at most so many are counted.
_MOST_COUNTED = 20_000_000


def level_of(value: float, window: Sequence[float]) -> int:
    """Return the 8-bit level that a grey value of a dataset's file has in its images.

    A threshold in original grey values becomes a level in this way: "at least `value`" in the file
    is "at least the level" in the image, to within half a level.

    Parameters
    ----------
    value : float
        As the file holds it and viewers show it.
    window : (float, float)
        The grey values that became 0 and 255 (`Dataset.level_window`, or ``window`` in
        ``results/<study>/tomograms/<dataset>.json``). The first is the larger one where the
        conversion inverts, because active material is dark.

    Returns
    -------
    int
        0 to 255.

    Raises
    ------
    ValueError
        If the window is not two different numbers, or the value lies outside it: there, different
        grey values have the same level.
    """
    first, last = (float(end) for end in window)
    low, high = min(first, last), max(first, last)
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"expected a window of two different numbers, found {list(window)}")
    if not low <= value <= high:
        raise ValueError(
            f"the grey value {value:g} lies outside the window from {low:g} to {high:g} that "
            "became 0 to 255; widen grey_window, so that the level can be told apart"
        )
    # As `imaging.tomograms.to_grey_levels` computes it, to the last bit.
    level = int(np.clip(np.rint((np.float64(value) - low) * (255.0 / (high - low))), 0, 255))
    return 255 - level if first > last else level


def value_of(level: float, window: Sequence[float]) -> float:
    """Return the grey value of a dataset's file in the middle of an 8-bit level; see `level_of`."""
    first, last = (float(end) for end in window)
    return first + level * (last - first) / 255.0


@dataclass(frozen=True)
class Contrast:
    """How far apart two phases are in an image.

    Attributes
    ----------
    levels : float
        Distance of the two class means, in grey levels.
    split : int
        The level between the classes.
    means : tuple of float
        Of the darker and the brighter class.
    noise : float
        Standard deviation within the classes, in grey levels.
    """

    levels: float
    split: int
    means: tuple[float, float]
    noise: float

    @property
    def is_poor(self) -> bool:
        """Whether fewer than `FEWEST_LEVELS` levels are left between the phases."""
        return self.levels < FEWEST_LEVELS


def contrast_of(image: np.ndarray, inside: np.ndarray | None = None) -> Contrast:
    """Return how many grey levels lie between the two phases of an image.

    The classes are those of Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076), which exist
    whether or not the histogram has two modes. As long as one of them is smaller than 5 % of the
    voxels, it is left out and the others are split again.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, same shape, optional
        The field of view.

    Raises
    ------
    ValueError
        If the image is not 8-bit or has a single level.
    """
    if image.dtype != np.uint8:
        raise ValueError(f"expected 8-bit grey levels, found {image.dtype}")
    step = max(1, round((image.size / _MOST_COUNTED) ** (1 / 3)))
    every = (slice(None, None, step),) * image.ndim
    seen = image[every] if inside is None else image[every][inside[every]]
    return contrast_of_histogram(np.bincount(seen.ravel(), minlength=256))


def contrast_of_histogram(counts: np.ndarray) -> Contrast:
    """Return the contrast of a histogram of 256 levels; see `contrast_of`."""
    counts = counts.astype(np.float64)
    if np.count_nonzero(counts) < 2:
        raise ValueError("the image has a single grey level")
    least, levels = LEAST_SHARE * counts.sum(), np.arange(256, dtype=np.float64)
    split, means = _otsu(counts)
    while True:
        below, above = counts[:split].sum(), counts[split:].sum()
        rest = counts.copy()
        rest[slice(None, split) if below < above else slice(split, None)] = 0
        if min(below, above) >= least or np.count_nonzero(rest) < 2:
            break
        counts = rest
        split, means = _otsu(counts)
    distances = levels - np.where(levels < split, *means)
    noise = float(np.sqrt((counts * distances**2).sum() / counts.sum()))
    return Contrast(means[1] - means[0], split, means, noise)


def _otsu(counts: np.ndarray) -> tuple[int, tuple[float, float]]:
    """Return the level from which on voxels are bright, and the means of both classes."""
    levels = np.arange(256, dtype=np.float64)
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sum_below = np.cumsum(counts * levels)[:-1]
    sum_above = (counts * levels).sum() - sum_below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sum_below / below - sum_above / above) ** 2
    best = int(np.nanargmax(between))
    means = (float(sum_below[best] / below[best]), float(sum_above[best] / above[best]))
    return best + 1, means


def contrast_sentence(contrast: Contrast) -> str:
    """Return for the log how many grey levels of contrast an image has."""
    return (
        f"{contrast.levels:.0f} of 255 grey levels lie between the means of the dark and the "
        f"bright class ({contrast.means[0]:.0f} and {contrast.means[1]:.0f}, split by Otsu's "
        f"threshold at {contrast.split}); within a class they vary by {contrast.noise:.0f}"
    )


def contrast_warning(contrast: Contrast, name: str) -> str | None:
    """Return the warning that a dataset with too few grey levels of contrast gets, or None."""
    if not contrast.is_poor:
        return None
    return (
        f"{name}: only {contrast.levels:.0f} grey levels are left between its phases after the "
        f"conversion to 8 bits (fewer than {FEWEST_LEVELS}); people's thresholds are coarse at "
        f"this contrast. Choose a narrower grey_window"
    )
