"""Simulated users who draw on the slices that a real person drew on, as much as the person did."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..imaging.masks import fill_outside, known_mask
from ..randomness import seed_from_names
from .annotating import annotate
from .population import Population, draw_traits


def drawn_slices(labels: np.ndarray) -> list[int]:
    """Return the slices that somebody labelled, the one nearest to the middle first.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)

    Returns
    -------
    list of int
        The first, then the others from the first to the last.
    """
    found = np.flatnonzero(labels.any(axis=(1, 2))).tolist()
    middle = min(found, key=lambda z: (abs(2 * z - labels.shape[0] + 1), z))
    return [middle] + [z for z in found if z != middle]


def imitations(
    image: np.ndarray,
    labels: np.ndarray,
    population: Population,
    users: Sequence[str],
    *names: object,
    training: Mapping[str, object] | None = None,
    inside: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Return what simulated users draw on a person's slices.

    Each user draws the slice nearest to the middle, then the others against a first output, as
    for MLX; how the person went about it is not known. Each slice is covered to the person's mean
    coverage.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the person looked at.
    labels : ndarray of uint8, shape (z, y, x)
        What the person drew.
    population : Population
    users : sequence of str
    *names : object
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
    from ..forest import classify, fit_forest

    slices = drawn_slices(labels)
    inside = known_mask(inside, image.shape)
    pixels = len(slices) * labels[0].size if inside is None else np.count_nonzero(inside[slices])
    coverage = 100 * np.count_nonzero(labels) / pixels
    continued = fill_outside(image, inside)
    variant = {"method": "drawn_forest", "slices": slices, "coverage_percent": coverage}
    seed, *image_names = names
    drawings = []
    for user in users:
        seed_names = (seed, user, *image_names)
        forest_seed = seed_from_names(*seed_names, "imitation", "first output")

        def first_output(drawn, wanted, forest_seed=forest_seed):
            forest = fit_forest(continued, drawn, seed=forest_seed, **(training or {}))
            return classify(continued, forest, slices=wanted)

        traits = draw_traits(population, seed, user)
        annotation = annotate(
            image,
            variant,
            traits,
            seed_names=seed_names,
            first_output=first_output,
            inside=inside,
        )
        drawings.append(annotation.labels)
    return drawings
