"""A network trained on labels that a user painted for another variant.

The person, the strokes and the slices are those of a forest's variant, so the two differ in the
segmenter alone. Networks are those of `manyeyes.networks`; they learn from slices, and need JAX.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..annotations import Drawing
from ._method import Labelled, Method, Person, Request

TRAINING = {
    "epochs": {"type": "integer", "minimum": 1, "maximum": 10000},
    "batch": {"type": "integer", "minimum": 1, "maximum": 1000},
    "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 10},
    "factor": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "patience": {"type": "integer", "minimum": 1},
    "minimum": {"type": "number", "minimum": 0},
    "loss": {"enum": ["cross-entropy", "dice", "mse"]},
    "augmentation": {
        "description": "names of augmentations, of which each image gets one by lot",
        "type": "array",
        "minItems": 1,
        "items": {"enum": ["none", "noise", "flip", "salt and pepper", "grey variation", "warp"]},
    },
    "stop_after": {"type": "integer", "minimum": 1},
    "width": {"type": "integer", "minimum": 1, "maximum": 512},
    "greys": {"enum": ["raw", "stretched", "equalised"]},
    "scaling": {"enum": ["range", "standard"]},
    "window": {"type": "integer", "minimum": 8},
}
"""JSON schema of the settings of a training: those of `manyeyes.networks.Training`."""


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Drawing:
    """Refuse: the user drew for another variant, and does not draw again."""
    raise ValueError(
        f"a network learns from what the user draws for {variant.get('drawings_of', 'another')}, "
        "and nobody draws for it; annotate that variant"
    )


def label(
    image: np.ndarray, requests: Sequence[Request], inside: np.ndarray | None
) -> Iterator[Labelled]:
    """Train a network on each drawing, and yield its labels of the image.

    In a study, each network is trained by a job of its own and kept as a file; this is for one
    image at hand.
    """
    from ._networks import labels_of, learned_from_drawing

    for request in requests:
        seed, _, dataset, filter_, *_ = request.names
        network, _, _ = learned_from_drawing(
            image,
            request.read().labels,
            request.variant,
            request.phases,
            training_names(seed, dataset, filter_),
            inside=inside,
        )
        yield labels_of(network, image, inside), network.provenance()


def training_names(seed: object, dataset: str, filter_: str) -> tuple:
    """Return the seed names of all trainings on an image: the user is none of them."""
    return seed, dataset, filter_, "network"


METHOD = Method(
    name="drawn_network",
    title="Network, drawn seeds",
    annotation="drawing",
    annotate=annotate,
    label=label,
    settings={
        "drawings_of": {"type": "string", "description": "a variant that people draw"},
        "architecture": {"enum": ["lee", "lrcs"]},
        "seeds": {
            "type": "integer",
            "minimum": 3,
            "maximum": 1000,
            "description": "how many times each user's network is trained: at least 3, since "
            "one change of seed can move a volume fraction by more than users differ",
        },
        "start": {"type": "string", "description": "a network of start_networks to begin with"},
        **TRAINING,
    },
    required=("drawings_of", "architecture"),
    two_phases=False,
)
