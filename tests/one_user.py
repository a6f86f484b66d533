"""One user's work on one image, named as in a study."""

from manyeyes.annotations import Drawing
from manyeyes.methods import Request, annotate, label


def annotation_of(image, name, variant, traits, names, inside=None):
    """Return what a simulated user does with a variant (names: seed, user, dataset, filter)."""
    output_names = (*names, name, "first output")
    return annotate(
        image, variant, traits, seed_names=names, output_names=output_names, inside=inside
    )


def segmentations(image, annotations, variants, names, inside=None):
    """Return labels and what trained the forest, by variant."""
    requests = [
        Request(variants[name], lambda done=done: done, names[1], (*names, name))
        for name, done in annotations.items()
    ]
    return dict(zip(annotations, label(image, requests, inside), strict=True))


def forest_segmentations(image, drawings, variants, names, inside=None):
    """Return the same for label volumes."""
    done = {name: Drawing(labels) for name, labels in drawings.items()}
    return segmentations(image, done, variants, names, inside)
