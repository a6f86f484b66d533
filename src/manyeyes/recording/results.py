"""From finished work to what is kept of it: an annotation for each variant that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..annotations import Drawing, Threshold, Window
from ..labels import UNLABELLED
from ..methods.watershed import markers_between
from .steps import PAINTING, SEEDS, THRESHOLD, WINDOW
from .work import Work

LOWEST_LEVEL, HIGHEST_LEVEL = 1, 255
"""Where a moved threshold ends, as that of simulated users does."""


@dataclass(frozen=True)
class Seeds:
    """Windows that seed a forest.

    Attributes
    ----------
    windows : mapping of int or None to Window
        By slice; under None, one for the whole image.
    record : dict
        As that of any annotation.
    """

    windows: Mapping[int | None, Window]
    record: dict = field(default_factory=dict, compare=False)


Recorded = Threshold | Window | Seeds | Drawing


def annotations_of(work: Work) -> dict[str, Recorded]:
    """Return what was recorded, by variant.

    Returns
    -------
    dict of str to Threshold, Window, Seeds or Drawing
        ``record`` holds when it was done and how long it took.

    Raises
    ------
    ValueError
        If the work is not finished.
    """
    if not work.finished:
        raise ValueError(f"{work.step.name}: the work is not finished")
    step = work.step
    record = {"begun": work.begun, "finished": work.finished_at, "seconds": round(work.seconds, 1)}
    if step.kind == THRESHOLD:
        return {
            name: _moved(work.ends[None], offset, record) for name, offset in step.variants.items()
        }
    if step.kind == WINDOW:
        return {step.variant: _window(work.ends[None], record)}
    if step.kind == SEEDS:
        windows = {z: _window(work.ends[z], {}) for z in work.slices or [None]}
        return {step.variant: Seeds(windows, record)}
    assert step.kind == PAINTING
    labels = np.zeros(work.shape, np.uint8)
    for z, page in work.labels.items():
        labels[z] = page
    record |= {
        "coverage_percent": step.coverage_percent,
        "strokes": work.strokes,
        "slices": [
            {
                "slice": z,
                "coverage": work.painted(z) / work.pixels(z),
                "after_first_output": z in work.outputs,
            }
            for z in work.slices
        ],
    }
    return {step.variant: Drawing(labels, record)}


def phases_without_seeds(work: Work, image: np.ndarray) -> list[int]:
    """Return the codes of the darkest and the brightest phase that the levels set leave no seed of.

    For a watershed and for seeds of a forest; other steps need none.
    """
    if work.step.kind not in (WINDOW, SEEDS):
        return []
    labels = _seeds(work, image)
    return [code for code in (work.codes[0], work.codes[-1]) if not (labels == code).any()]


def _moved(ends: list[int], offset: int, record: dict) -> Threshold:
    """Return a threshold, moved on purpose; two levels never pass each other."""
    *lower, preferred = ends
    if offset:
        record = record | {"preferred_level": preferred, "offset": offset}
    level = _within(preferred, offset)
    return Threshold(level, record, *(min(_within(end, offset), level) for end in lower))


def _within(level: int, offset: int) -> int:
    return min(max(level + offset, LOWEST_LEVEL), HIGHEST_LEVEL) if offset else level


def _window(ends: list[int], record: dict) -> Window:
    *lower, low, high = ends
    return Window(low, high, record, *lower)


def _seeds(work: Work, image: np.ndarray) -> np.ndarray:
    """Return the seeds of a window, or of one for each slice."""
    labels = np.zeros(work.shape, np.uint8)
    for z, ends in work.ends.items():
        part = slice(None) if z is None else slice(z, z + 1)
        labels[part] = markers_between(image[part], ends, work.codes)
    if work.inside is not None:
        labels[~work.inside] = UNLABELLED
    return labels
