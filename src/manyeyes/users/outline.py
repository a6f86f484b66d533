"""Where a user's hand places the edge between the phases."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ..imaging.masks import edge_distance
from .eye import Perception
from .people import REFERENCE_OUTLINE_PX
from .population import Population

# Deeper than this a pixel belongs to the inside of what is perceived as one phase.
_INSIDE_PX = 2.0


def eye_noise(perception: Perception) -> float:
    """Estimate the noise that a user still sees after the eye has pooled it.

    Parameters
    ----------
    perception : Perception

    Returns
    -------
    float
        In grey levels: the larger of the two perceived classes' standard deviations away from
        edges, by the median absolute deviation, so that bright or dark objects count little. 0 if
        no pixel lies far enough from edges.
    """
    distance = np.stack(
        [edge_distance(a, perception.inside_of(z)) for z, a in enumerate(perception.active)]
    )
    spreads = []
    for inside in (distance > _INSIDE_PX, distance < -_INSIDE_PX):
        values = perception.pooled[inside]
        if values.size:
            spreads.append(1.4826 * float(np.median(np.abs(values - np.median(values)))))
    return max(spreads, default=0.0)


class Hand(NamedTuple):
    """How a person's hand errs on one image, in pixels of that image.

    Attributes
    ----------
    shift_px : float
        How far outside an edge it is placed in this sitting.
    object_sd_px : float
        Spread of that over objects.
    object_px : float
        Size of an object, over which it keeps its value.
    noise_px : float
        Standard deviation along an outline.
    correlation_px : float
        Length until that is forgotten to 1 / e.
    ambiguity_max_px : float
        Upper bound of the part of the error that grows with noise over gradient.
    """

    shift_px: float
    object_sd_px: float
    object_px: float
    noise_px: float
    correlation_px: float
    ambiguity_max_px: float


def outline_length(perception: Perception) -> float:
    """Return how long the outline of a typical object is.

    Parameters
    ----------
    perception : Perception

    Returns
    -------
    float
        In pixels: the circumference of the disc that has as much area for its outline as what looks
        like active material, which is that of the particles also where they touch. Outlines are
        counted by the pixel sides that they follow, a factor of 4 / pi longer on average.
        `REFERENCE_OUTLINE_PX` if no outline is seen.
    """
    active, inside = perception.active, perception.inside
    seen = np.ones_like(active) if inside is None else inside
    sides = sum(
        np.count_nonzero((one != other) & (here & there))
        for one, other, here, there in (
            (active[:, 1:], active[:, :-1], seen[:, 1:], seen[:, :-1]),
            (active[:, :, 1:], active[:, :, :-1], seen[:, :, 1:], seen[:, :, :-1]),
        )
    )
    area = np.count_nonzero(active & seen)
    if not sides or not area:
        return REFERENCE_OUTLINE_PX
    return float(np.pi * 4 * area / (sides * np.pi / 4))


def hand_on_image(population: Population, outline_px: float, length_px: float) -> Hand:
    """Return how a person's hand errs on objects of a size.

    Parameters
    ----------
    population : Population
        Of one person: no field is None.
    outline_px : float
        The person's shift in this sitting, for objects of the reference size.
    length_px : float
        See `outline_length`.

    Returns
    -------
    Hand
    """
    size = length_px / REFERENCE_OUTLINE_PX
    bias = size**population.outline_exponent
    return Hand(
        shift_px=outline_px * bias,
        object_sd_px=population.outline_object_sd_px * bias,
        # the diameter of a disc with that outline
        object_px=length_px / np.pi,
        noise_px=population.hand_noise_px * size**population.hand_noise_exponent,
        correlation_px=population.hand_correlation_px * size**population.hand_correlation_exponent,
        ambiguity_max_px=population.outline_ambiguity_max_px,
    )


def drawn_edge(
    perception: Perception, index: int, noise: float, hand: Hand, rng: np.random.Generator
) -> np.ndarray:
    """Return the distance of each pixel of a slice from the edge as the user would draw it.

    Parameters
    ----------
    perception : Perception
    index : int
        Of the slice.
    noise : float
        Noise that the user sees, in grey levels.
    hand : Hand
        Of the user, on this image.
    rng : numpy.random.Generator
        For the hand's error on this slice.

    Returns
    -------
    ndarray of float32, shape (y, x)
        In pixels, positive inside active material, NaN outside the field of view. It is the
        distance from the perceived edge, shifted by habit, by the hand, and by ambiguity, which is
        the eye's noise over the grey gradient at the nearest edge, so that a faint edge is placed
        less surely. Hand and ambiguity follow one random field that keeps its sign over the hand's
        correlation length; what belongs to an object follows another, over the object's size.
    """
    active = perception.active[index]
    distance = edge_distance(active, perception.inside_of(index))
    if np.isinf(distance).any():
        return distance.astype(np.float32)
    pooled = perception.pooled[index]
    gradient = np.hypot(*np.gradient(pooled))
    # beside the edge, which the field of view may cut so that no two pixels meet across it
    beside = np.abs(distance) <= max(0.5, np.nanmin(np.abs(distance)))
    nearest = ndimage.distance_transform_edt(~beside, return_distances=False, return_indices=True)
    # bounded before dividing, so that a flat spot on an edge is ambiguous and not infinite
    steep = np.maximum(gradient[tuple(nearest)], np.finfo(np.float32).tiny)
    with np.errstate(over="ignore"):
        ambiguity = np.minimum(noise / steep, hand.ambiguity_max_px)
    wobble = _smooth_field(active.shape, hand.correlation_px, rng)
    error = wobble * np.hypot(hand.noise_px, ambiguity)
    error += hand.object_sd_px * _smooth_field(active.shape, hand.object_px, rng)
    return (distance + hand.shift_px + error).astype(np.float32)


def _smooth_field(shape: tuple[int, int], length: float, rng: np.random.Generator) -> np.ndarray:
    """Return a Gaussian random field of variance 1 that is forgotten to 1 / e over a length."""
    # white noise under a Gaussian has the autocorrelation exp(-(distance / (2 sigma)) ** 2)
    sigma = length / 2
    field = ndimage.gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    # the variance that white noise keeps under the very kernel that was used
    kernel = ndimage.gaussian_filter1d((np.arange(1001) == 500).astype(float), sigma)
    return field / np.sum(kernel**2)
