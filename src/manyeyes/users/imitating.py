"""Simulated users who draw on the slices that a real person drew on, as much as the person did."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..imaging.masks import known_mask
from ..methods import annotate
from .population import Population, draw_traits


def drawn_slices(labels: np.ndarray) -> list[int]:
    """Return the labelled slices (axis 0): the one nearest to the middle, then the others."""
    found = np.flatnonzero(labels.any(axis=(1, 2))).tolist()
    middle = min(found, key=lambda z: (abs(2 * z - labels.shape[0] + 1), z))
    return [middle] + [z for z in found if z != middle]


def imitations(
    image: np.ndarray,
    labels: np.ndarray,
    population: Population,
    users: Sequence[str],
    names: Sequence[object],
    training: Mapping[str, object] | None = None,
    inside: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Return what simulated users draw on a person's slices.

    Each user draws the slice nearest to the middle, then the others while correcting a first
    output, as for MLX; how the person proceeded is not known. Each slice gets the person's mean
    coverage.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the person looked at.
    labels : ndarray of uint8, shape (z, y, x)
        What the person drew.
    population : Population
    users : sequence of str
    names : sequence
        Study seed, dataset, filter.
    training : mapping, optional
        How the forest of the first output is trained; see `manyeyes.forest.fit_forest`.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view; coverage is of what lies inside.

    Returns
    -------
    list of ndarray of uint8, shape (z, y, x)
        One for each user.
    """
    slices = drawn_slices(labels)
    inside = known_mask(inside, image.shape)
    pixels = len(slices) * labels[0].size if inside is None else np.count_nonzero(inside[slices])
    variant = {
        "method": "drawn_forest",
        "slices": slices,
        "coverage_percent": 100 * np.count_nonzero(labels) / pixels,
        "forest": training or {},
    }
    seed, *image_names = names
    drawings = []
    for user in users:
        seed_names = (seed, user, *image_names)
        annotation = annotate(
            image,
            variant,
            draw_traits(population, seed, user),
            seed_names=seed_names,
            output_names=(*seed_names, "imitation", "first output"),
            inside=inside,
        )
        drawings.append(annotation.labels)
    return drawings
