"""How the phases of a segmentation and of its truth overlap."""

from dataclasses import dataclass

import numpy as np

from ..labels import OUTSIDE, Phases, truth_in_phases
from .fractions import check_segmentation


@dataclass(frozen=True)
class PhaseScores:
    """One phase of a segmentation compared with the truth, both within the field of view.

    Attributes
    ----------
    true_fraction, fraction : float
        Volume fraction of the phase in the truth, and in the segmentation, 0 to 1.
    bias : float
        The second minus the first, -1 to 1.
    dice : float
        Overlap, 2 |A and B| / (|A| + |B|), 0 to 1 (Dice 1945, doi:10.2307/1932409); 1 where neither
        has the phase.
    iou : float
        Intersection over union, |A and B| / |A or B|, 0 to 1 (Jaccard 1912,
        doi:10.1111/j.1469-8137.1912.tb05611.x); 1 where neither has the phase.
    """

    true_fraction: float
    fraction: float
    bias: float
    dice: float
    iou: float


def has_places_for_truth(phases: Phases) -> bool:
    """Return whether each phase of a twin's truth belongs to one of these phases."""
    keys = phases.codes.keys()
    return "rest" in keys or {"cbd", "pore"} <= keys


def confusion_counts(labels: np.ndarray, truth: np.ndarray, phases: Phases) -> np.ndarray:
    """Count the voxels of each true phase that are labelled as each phase.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of the phases; 0 outside the field of view.
    truth : ndarray of uint8, same shape
        Codes of `manyeyes.labels.TRUTH_PHASES`; see `manyeyes.labels.truth_in_phases`.
    phases : Phases

    Returns
    -------
    ndarray of int64, shape (n, n)
        True phases in rows, labels in columns, both in the order of `phases`; the field of view
        only.

    Raises
    ------
    ValueError
        If the shapes differ, an array has unknown codes, or a phase of the truth has no place.
    """
    check_segmentation(labels, phases)
    if labels.shape != truth.shape:
        raise ValueError(
            f"the segmentation has shape {labels.shape}, its truth {truth.shape}; "
            "both must be of the same crop"
        )
    place = np.zeros(256, np.int64)
    for index, phase in enumerate(phases):
        place[phase.code] = index
    count = len(phases.entries)
    found = np.zeros(count * count, np.int64)
    # slice by slice, as numbers of pairs take eight bytes each
    for plane, true in zip(labels, truth_in_phases(truth, phases), strict=True):
        inside = plane != OUTSIDE
        pairs = place[true[inside]] * count + place[plane[inside]]
        found += np.bincount(pairs, minlength=count * count)
    return found.reshape(count, count)


def phase_scores(counts: np.ndarray) -> list[PhaseScores]:
    """Return the scores of each phase, in the order of the counts from `confusion_counts`."""
    voxels = counts.sum()
    found = []
    for index in range(len(counts)):
        true, labelled = counts[index].sum(), counts[:, index].sum()
        both = counts[index, index]
        either = true + labelled - both
        found.append(
            PhaseScores(
                true_fraction=float(true / voxels),
                fraction=float(labelled / voxels),
                bias=float((int(labelled) - int(true)) / voxels),
                dice=float(2 * both / (true + labelled)) if either else 1.0,
                iou=float(both / either) if either else 1.0,
            )
        )
    return found
