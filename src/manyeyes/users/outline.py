"""Where a user's hand places the edge between the phases."""

import numpy as np
from scipy import ndimage

from .eye import Perception
from .population import Traits

# Deeper than this a pixel belongs to the inside of what is perceived as one phase.
_INSIDE_PX = 2.0


def edge_distance(active: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return the distance of each pixel from the edge between two classes.

    Parameters
    ----------
    active : ndarray of bool, shape (y, x)
        One of the classes.
    inside : ndarray of bool, same shape, optional
        The field of view. Its rim is no edge: distances are from the nearest pixel inside that is
        of the other class.

    Returns
    -------
    ndarray of float64, shape (y, x)
        In pixels, positive in the active class, negative in the other; +-0.5 beside the edge,
        infinite where the slice holds one class only, NaN outside the field of view.
    """
    if inside is not None and not inside.all():
        active, other = active & inside, ~active & inside
        if active.any() and other.any():
            to_other = ndimage.distance_transform_edt(~other)
            to_active = ndimage.distance_transform_edt(~active)
            distance = np.where(active, to_other - 0.5, 0.5 - to_active)
        else:
            distance = np.where(active, np.inf, -np.inf)
        return np.where(inside, distance, np.nan)
    if active.all() or not active.any():
        return np.where(active, np.inf, -np.inf)
    depth = ndimage.distance_transform_edt(active)
    height = ndimage.distance_transform_edt(~active)
    return np.where(active, depth - 0.5, 0.5 - height)


def eye_noise(perception: Perception) -> float:
    """Estimate the noise that a user still sees after the eye has pooled it.

    Parameters
    ----------
    perception : Perception
        Pooled slices.

    Returns
    -------
    float
        In grey levels: the larger of the two perceived classes' standard deviations away from
        edges, by the median absolute deviation, so that what is bright or dark for a reason
        counts little. 0 if no pixel lies far enough from edges.
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
        Pooled slices.
    index : int
        The slice among them.
    noise : float
        Noise that the user sees, in grey levels.
    traits : Traits
        Habit of the outline, and the population's hand.
    rng : numpy.random.Generator
        Source of the hand's error on this slice.

    Returns
    -------
    ndarray of float32, shape (y, x)
        In pixels, positive inside active material, NaN outside the field of view. It is the
        distance from the perceived edge, shifted by habit, by the hand, and by ambiguity, which is
        the eye's noise over the grey gradient at the nearest edge, so that a faint edge is placed
        less surely. Hand and ambiguity follow one random field that keeps its sign over the hand's
        correlation length.
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
