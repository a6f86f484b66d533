"""A method of segmentation: how a person annotates, and what turns the annotation into labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..annotations import Annotation
from ..labels import TWO_PHASES, Phases

if TYPE_CHECKING:
    from ..users.population import Traits

FirstOutput = Callable[[np.ndarray, list[int]], np.ndarray]
"""Takes the labels so far, uint8 (z, y, x), and slices; returns a classifier's labels of these."""


@dataclass(frozen=True)
class AnnotationKind:
    """A way in which people annotate.

    Attributes
    ----------
    stored_as : {"threshold", "window", "drawing", "segmentation"}
        What is stored of an annotation; a drawing is a label volume. Of a segmentation there is no
        annotation: only where it came from is stored.
    by_hand : bool
        Whether labels are drawn by hand.
    traits : tuple of str
        The traits of a simulated user that matter; see `manyeyes.users.ranks`.
    sharp_eyed_traits : tuple of str
        The same for users who judge single pixels: their eye does not pool, and they have one
        criterion for slider and brush.
    """

    stored_as: str
    by_hand: bool = False
    traits: tuple[str, ...] = ()
    sharp_eyed_traits: tuple[str, ...] = ()


_TOLERANCES = ("seed_tolerance_active", "seed_tolerance_other")
_HAND = (
    "outline_habit_px",
    "brush_px",
    "overshoot_share",
    "correction_depth_px",
    "correction_share",
)

ANNOTATION_KINDS = {
    "threshold": AnnotationKind(
        "threshold", traits=("eye_sigma_px", "criterion"), sharp_eyed_traits=("criterion",)
    ),
    "window": AnnotationKind(
        "window", traits=("eye_sigma_px", *_TOLERANCES), sharp_eyed_traits=_TOLERANCES
    ),
    "seeds": AnnotationKind(
        "drawing", traits=("eye_sigma_px", *_TOLERANCES), sharp_eyed_traits=_TOLERANCES
    ),
    "drawing": AnnotationKind(
        "drawing",
        by_hand=True,
        traits=("eye_sigma_px", *_HAND),
        sharp_eyed_traits=("criterion", *_HAND),
    ),
    "nothing": AnnotationKind("threshold"),
    "recorded": AnnotationKind("drawing", by_hand=True),
    "finished": AnnotationKind("segmentation"),
}
"""How people annotate: one slider, two sliders, seeds from sliders, brush strokes, not at all (then
the computer's choice is stored), labels from a file only, or in a way that nobody knows: the
segmentation itself comes from a file."""


@dataclass(frozen=True)
class Person:
    """A simulated user of one image.

    Attributes
    ----------
    traits : Traits
    names : tuple
        Seed names of the sitting: study seed, user, dataset, filter, method.
    first_output : callable or None
        Gives the output of a classifier that the user corrects; see `FirstOutput`. If None, the
        method trains its own classifier.
    output_names : tuple or None
        Seed names of that classifier.
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view; what lies outside is neither seen nor labelled.
    phases : Phases
        Of the labels.
    """

    traits: "Traits"
    names: tuple
    first_output: FirstOutput | None = None
    output_names: tuple | None = None
    inside: np.ndarray | None = None
    phases: Phases = TWO_PHASES


@dataclass(frozen=True)
class Request:
    """A segmentation of an image to be made.

    Attributes
    ----------
    variant : mapping
        As in the config.
    read : callable
        Returns the annotation. It is called only when the labels are made, so that a job does not
        hold the drawings of all its users at once.
    user : str
    names : tuple
        Seed names: study seed, user, dataset, filter, variant.
    phases : Phases
        Of the labels.
    """

    variant: Mapping[str, object]
    read: Callable[[], Annotation]
    user: str
    names: tuple
    phases: Phases = TWO_PHASES


Labelled = tuple[np.ndarray, str | None]
"""Labels of a whole image, uint8 (z, y, x), and what trained the classifier, if any."""


@dataclass(frozen=True)
class Method:
    """A method of segmentation.

    Attributes
    ----------
    name : str
        As in configs. It is part of the seeds of a sitting.
    title : str
        As in figures and the report.
    annotation : str
        How a person annotates, a key of `ANNOTATION_KINDS`.
    label : callable
        Takes an image, uint8 (z, y, x), requests and the field of view (bool or None). Yields
        `Labelled` for each request, in their order. Methods that share this function get their
        requests together.
    annotate : callable or None
        Takes an image, a variant and a `Person`, returns an annotation. None if only recorded users
        can use the method.
    settings : mapping
        JSON schema of each key of a variant.
    required : tuple of str
        Keys that a variant must have.
    needs_forest : bool
        Whether labels come from a random forest; variants then contain the study's ``forest``.
    looks_at_output : bool
        Whether the user sees the first output of a forest while annotating.
    two_phases : bool
        Whether it distinguishes active material, code 1, from the rest, code 2, only; studies with
        other phases cannot use it.
    """

    name: str
    title: str
    annotation: str
    label: Callable[[np.ndarray, Sequence[Request], np.ndarray | None], Iterator[Labelled]]
    annotate: Callable[[np.ndarray, Mapping, Person], Annotation] | None = None
    settings: Mapping[str, Mapping] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    needs_forest: bool = False
    looks_at_output: bool = False
    two_phases: bool = True

    @property
    def kind(self) -> AnnotationKind:
        """How a person annotates."""
        return ANNOTATION_KINDS[self.annotation]

    @property
    def keeps_labels(self) -> bool:
        """Whether the annotation is a label volume."""
        return self.kind.stored_as == "drawing"

    @property
    def drawn_by_hand(self) -> bool:
        """Whether people draw labels by hand."""
        return self.kind.by_hand

    @property
    def takes_recordings(self) -> bool:
        """Whether recorded users can provide an annotation."""
        return self.annotation != "nothing"

    @property
    def traits(self) -> tuple[str, ...]:
        """The traits of simulated users that matter."""
        return self.kind.traits

    def schema(self) -> dict:
        """Return the JSON schema of a variant of this method."""
        return {
            "properties": {"method": {"const": self.name}, **self.settings},
            "required": ["method", *self.required],
            "additionalProperties": False,
        }
