"""What is known of a person: annotations of images, in one sitting or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..annotations import Annotation, Drawing, Nothing, Threshold, Window
from ..imaging.masks import known_mask
from ..labels import ACTIVE, REST, UNLABELLED
from ..methods import METHODS
from ..users.imitating import drawn_slices

EVEN = 0.1
"""Coverages of slices that differ by no more than this share of their mean are one coverage."""


@dataclass(frozen=True, eq=False)
class Image:
    """An image that people looked at.

    Attributes
    ----------
    dataset, filter : str
    grey : ndarray of uint8, shape (z, y, x)
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view.
    """

    dataset: str
    filter: str
    grey: np.ndarray
    inside: np.ndarray | None = None

    def __post_init__(self):
        object.__setattr__(self, "inside", known_mask(self.inside, self.grey.shape))

    @property
    def name(self) -> str:
        """Dataset and filter."""
        return f"{self.dataset} {self.filter}"


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a person did to one image with one variant, in one sitting.

    Attributes
    ----------
    image : Image
    variant : str
        Its name.
    settings : mapping
        Of the variant, as in the config: ``method`` and so on.
    annotation : Threshold, Window or Drawing
    sitting : int
        Counted from 1.
    """

    image: Image
    variant: str
    settings: Mapping[str, object]
    annotation: Annotation
    sitting: int = 1

    def __post_init__(self):
        done = self.annotation
        if isinstance(done, Nothing):
            raise ValueError(f"{self.name}: nothing was done by a person")
        if getattr(done, "lower_level", None) is not None or (
            getattr(done, "lower_low", None) is not None
        ):
            raise ValueError(f"{self.name}: people are fitted who label two phases, found three")
        if isinstance(done, Drawing):
            labels = done.labels
            if labels.shape != self.image.grey.shape:
                raise ValueError(
                    f"{self.name}: labels must have the image's shape {self.image.grey.shape}, "
                    f"found {labels.shape}"
                )
            codes = set(np.unique(labels).tolist()) - {UNLABELLED}
            if codes != {ACTIVE, REST}:
                raise ValueError(
                    f"{self.name}: labels must hold {ACTIVE} (active material), {REST} (the rest) "
                    f"and nothing else, found {sorted(codes)}; people are fitted who label both "
                    "of two phases"
                )

    @property
    def name(self) -> str:
        """Image, variant and, from the second on, the sitting."""
        again = f", sitting {self.sitting}" if self.sitting > 1 else ""
        return f"{self.variant} on {self.image.name}{again}"

    @property
    def kind(self) -> str:
        """What was done: ``threshold``, ``window``, ``seeds`` (from sliders) or ``strokes``."""
        if isinstance(self.annotation, Threshold):
            return "threshold"
        if isinstance(self.annotation, Window):
            return "window"
        return "seeds" if METHODS[self.settings["method"]].annotation == "seeds" else "strokes"

    @cached_property
    def slices(self) -> tuple[int, ...]:
        """The labelled slices; of strokes the one nearest to the middle comes first."""
        return tuple(drawn_slices(self.annotation.labels))

    @cached_property
    def coverages(self) -> tuple[float, ...]:
        """Labelled share of each of these slices, in per cent of what lies inside."""
        labels, inside = self.annotation.labels, self.image.inside
        pixels = [
            labels[z].size if inside is None else np.count_nonzero(inside[z]) for z in self.slices
        ]
        painted = [np.count_nonzero(labels[z]) for z in self.slices]
        return tuple(100 * n / all_ for n, all_ in zip(painted, pixels, strict=True))

    @property
    def coverage(self) -> float:
        """The mean coverage, in per cent."""
        return float(np.mean(self.coverages))

    @property
    def evenly_covered(self) -> bool:
        """Whether all slices were covered alike."""
        return bool(np.ptp(self.coverages) <= EVEN * self.coverage)

    @property
    def corrected(self) -> bool:
        """Whether all slices but the first were painted against a first output.

        Of labels for `recorded_forest` nobody knows, and they count as painted without one, unless
        the settings say ``corrections``.
        """
        if self.kind != "strokes" or len(self.slices) < 2:
            return False
        known = METHODS[self.settings["method"]].looks_at_output
        return bool(self.settings.get("corrections", known))


def usable(records: Sequence[Recorded]) -> list[Recorded]:
    """Return the records that say something about a person, in their order.

    Labels of finished segmentations are left out: what a person did to make them is not known.

    Raises
    ------
    ValueError
        If nothing is left.
    """
    kept = [record for record in records if _says_something(record)]
    if not kept:
        raise ValueError(
            "nothing of this person can be fitted: there is no threshold, window, seeds or sparse "
            "labels on slices"
        )
    return kept


def _says_something(record: Recorded) -> bool:
    if record.kind != "strokes":
        return True
    return METHODS[record.settings["method"]].needs_forest and record.coverage < 100
