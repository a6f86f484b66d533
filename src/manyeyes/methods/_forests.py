"""What the methods with a random forest share: labels of the whole image, and a first output."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..labels import OUTSIDE
from ..randomness import seed_from_names
from ._method import FirstOutput, Labelled, Request

FORESTS_AT_ONCE = 24
HELD_BYTES = 1_000_000_000
"""At most this many forests are applied together, and their labels take at most this much memory.
The features of the image are computed once for them. Neither limit changes any result."""


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None
) -> Iterator[Labelled]:
    """Train a forest on each drawing, and yield its labels of the image.

    Outside the field of view, a forest sees the nearest grey levels inside.
    """
    from ..forest import classify_many
    from ..imaging.masks import fill_outside

    image = fill_outside(image, inside)
    together = max(1, min(FORESTS_AT_ONCE, HELD_BYTES // image.size))
    for first in range(0, len(requests), together):
        forests = _trained(image, requests[first : first + together])
        classified = classify_many(image, forests)
        for place, forest in enumerate(forests):
            labels, classified[place] = classified[place], None
            if inside is not None:
                labels = np.where(inside, labels, np.uint8(OUTSIDE))
            yield labels, forest.provenance()


def active_probability(
    image: np.ndarray, request: Request, inside: np.ndarray | None
) -> tuple[np.ndarray, str]:
    """Return the probability of active material by the forest that `label` trains for a request.

    Returns
    -------
    probability : ndarray of float32, shape (z, y, x)
        0 to 1; 0 outside the field of view.
    made_by : str
        What trained the forest.
    """
    from ..forest import class_probabilities
    from ..imaging.masks import fill_outside

    image = fill_outside(image, inside)
    (forest,) = _trained(image, [request])
    active = forest.classes.tolist().index(request.phases["active"].code)
    found = np.empty(image.shape, np.float32)
    # A few slices at once: all classes of the whole image would take several times its memory.
    step = max(1, 20_000_000 // image[0].size)
    for first in range(0, image.shape[0], step):
        slices = list(range(first, min(first + step, image.shape[0])))
        found[slices] = class_probabilities(image, forest, slices=slices)[..., active]
    if inside is not None:
        found[~inside] = 0
    return found, forest.provenance()


def _trained(image: np.ndarray, requests: Sequence[Request]) -> list:
    """Return a forest for each request; the variants of a user share the channels of labels."""
    from ..forest import fit_forests

    groups: dict[tuple, list[int]] = {}
    for place, request in enumerate(requests):
        training = tuple(sorted(request.variant.get("forest", {}).items()))
        key = (request.user, request.variant.get("max_labels"), training)
        groups.setdefault(key, []).append(place)
    forests: list = [None] * len(requests)
    for (_, limit, training), places in groups.items():
        trained = fit_forests(
            image,
            [requests[place].read().labels for place in places],
            seeds=[seed_from_names(*requests[place].names, "forest") for place in places],
            max_labels=limit,
            **dict(training),
        )
        for place, forest in zip(places, trained, strict=True):
            forests[place] = forest
    return forests


def first_output(
    image: np.ndarray, inside: np.ndarray | None, training: Mapping, names: Sequence[object]
) -> FirstOutput:
    """Return a function that labels some slices by a forest trained on the labels drawn so far.

    ``training`` holds settings of `manyeyes.forest.fit_forest`, ``names`` the forest's seed names.
    """
    from .. import forest as classifier
    from ..imaging.masks import fill_outside

    def output(labels: np.ndarray, slices: list[int]) -> np.ndarray:
        seen = fill_outside(image, inside)
        forest = classifier.fit_forest(seen, labels, seed=seed_from_names(*names), **training)
        return classifier.classify(seen, forest, slices=slices)

    return output
