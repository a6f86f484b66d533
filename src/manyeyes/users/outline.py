"""Where a user's hand places the edge between the phases."""

import numpy as np
from scipy import ndimage

from ..imaging.masks import edge_distance
from .eye import Perception
from .population import Traits

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


def drawn_edge(
    perception: Perception, index: int, noise: float, traits: Traits, rng: np.random.Generator
) -> np.ndarray:
    """Return the distance of each pixel of a slice from the edge as the user would draw it.

    Parameters
    ----------
    perception : Perception
    index : int
        Of the slice.
    noise : float
        Noise that the user sees, in grey levels.
    traits : Traits
        Habit of the outline, and the population's hand.
    rng : numpy.random.Generator
        For the hand's error on this slice.

    Returns
    -------
    ndarray of float32, shape (y, x)
        In pixels, positive inside active material, NaN outside the field of view: the distance
        from the perceived edge, shifted by habit, by the hand and by ambiguity. Ambiguity is the
        eye's noise over the grey gradient at the nearest edge, so that a faint edge is placed with
        less certainty. Hand and ambiguity follow one random field that keeps its sign over the
        hand's correlation length.
    """
    population = traits.population
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
        ambiguity = np.minimum(noise / steep, population.outline_ambiguity_max_px)
    wobble = _smooth_field(active.shape, population.hand_correlation_px, rng)
    error = wobble * np.hypot(population.hand_noise_px, ambiguity)
    return (distance + traits.outline_habit_px + error).astype(np.float32)


def _smooth_field(shape: tuple[int, int], length: float, rng: np.random.Generator) -> np.ndarray:
    """Return a Gaussian random field of unit variance with about the given correlation length."""
    sigma = length / np.sqrt(2)
    field = ndimage.gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    # the variance that white noise keeps under the very kernel that was used
    kernel = ndimage.gaussian_filter1d((np.arange(1001) == 500).astype(float), sigma)
    return field / np.sum(kernel**2)
