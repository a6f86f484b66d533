"""What a simulated user does to an image from looking at it to its labels, as a study asks for it.

Everything is named by study seed, user, dataset, filter and variant, so that it is the same in
whatever job it is done.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ..imaging.masks import fill_outside, known_mask
from ..randomness import seed_from_names
from ..users.annotating import annotate
from ..users.annotations import Annotation
from ..users.drawing import FirstOutput
from ..users.population import Traits
from .segmentation import without_outside


def annotation_of(
    image: np.ndarray,
    name: str,
    variant: Mapping[str, object],
    traits: Traits,
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> Annotation:
    """Let a user annotate an image with a variant.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    name : str
        The variant's.
    variant : mapping
        As in the config; ``forest`` says how the forest of a first output is trained.
    traits : Traits
        The user.
    names : sequence
        Study seed, user, dataset, filter.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    Threshold, Window or Drawing
    """
    inside = known_mask(inside, image.shape)
    training = variant.get("forest", {})
    first_output = _first_output(image, inside, training, *names, name, "first output")
    return annotate(
        image,
        {"name": name, **variant},
        traits,
        seed_names=names,
        first_output=first_output,
        inside=inside,
    )


def forest_segmentations(
    image: np.ndarray,
    drawings: Mapping[str, np.ndarray],
    variants: Mapping[str, Mapping[str, object]],
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> dict[str, tuple[np.ndarray, str]]:
    """Train a forest on each of a user's drawings and let it segment the image.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    drawings : mapping of variant to ndarray of uint8, shape (z, y, x)
        Labels: 0 unlabelled, 1, 2.
    variants : mapping of variant to mapping
        As in the config.
    names : sequence
        Study seed, user, dataset, filter.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view. Beyond it a forest sees the nearest grey levels inside go on.

    Returns
    -------
    dict of variant to (ndarray of uint8, str)
        Labels of the whole image, and what trained the forest. The features of the image are
        computed once for all.
    """
    # Thresholds and windows need no forest, and its import takes longer than they do.
    from ..forest import classify_many, fit_forests

    inside = known_mask(inside, image.shape)
    image = fill_outside(image, inside)
    trained = {}
    for limit in dict.fromkeys(variants[name].get("max_labels") for name in drawings):
        some = [name for name in drawings if variants[name].get("max_labels") == limit]
        seeds = [seed_from_names(*names, name, "forest") for name in some]
        labels = [drawings[name] for name in some]
        training = variants[some[0]].get("forest", {})
        forests = fit_forests(image, labels, seeds=seeds, max_labels=limit, **training)
        trained.update(zip(some, forests, strict=True))
    classified = classify_many(image, list(trained.values()))
    return {
        name: (without_outside(labels, inside), forest.provenance())
        for (name, forest), labels in zip(trained.items(), classified, strict=True)
    }


def _first_output(
    image: np.ndarray, inside: np.ndarray | None, training: Mapping, *names: object
) -> FirstOutput:
    """Return what gives a user the first output on some slices, from labels drawn so far."""

    def first_output(labels, slices):
        # Thresholds and windows need no forest, and its import takes longer than they do.
        from ..forest import classify, fit_forest

        seen = fill_outside(image, inside)
        forest = fit_forest(seen, labels, seed=seed_from_names(*names), **training)
        return classify(seen, forest, slices=slices)

    return first_output
