"""Agreement of users voxel by voxel, beyond the percentage of voxels that differ.

Of labels with more than two phases, active material is compared against all other phases together.
"""

from collections.abc import Iterable
from itertools import combinations, groupby
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..labels import TWO_PHASES, Phases
from ..measures.fractions import check_same_view, check_segmentation


class PairAgreement(NamedTuple):
    """Agreement of two segmentations on what is active material.

    Attributes
    ----------
    dice : float
        2 |A and B| / (|A| + |B|) of the active phases, 0 to 1 (Dice 1945, doi:10.2307/1932409);
        1 when neither has an active voxel.
    cohen_kappa : float
        Agreement beyond chance, up to 1 (Cohen 1960, doi:10.1177/001316446002000104); NaN when
        each has a single phase throughout, because chance then explains everything.
    variation_of_information : float
        H(A|B) + H(B|A) in bits, 0 for equal segmentations, at most 2 (Meila 2007,
        doi:10.1016/j.jmva.2006.11.013). It ignores which phase is which.
    """

    dice: float
    cohen_kappa: float
    variation_of_information: float


def pair_agreement(both: int, only_a: int, only_b: int, neither: int) -> PairAgreement:
    """Return the agreement of two segmentations from their four counts of voxels.

    Parameters
    ----------
    both, only_a, only_b, neither : int
        Voxels active in both, in the first only, in the second only, in neither.

    Returns
    -------
    PairAgreement

    Raises
    ------
    ValueError
        If a count is negative or all are 0.
    """
    table = np.array([[both, only_a], [only_b, neither]], dtype=np.float64)
    total = table.sum()
    if table.min() < 0 or total == 0:
        raise ValueError(f"expected counts of voxels, at least one above 0, found {table.tolist()}")
    shares = table / total
    a, b = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(a @ b)
    agreed = float(np.trace(shares))
    active = a[0] + b[0]
    information = 2 * _entropy(shares) - _entropy(a) - _entropy(b)
    return PairAgreement(
        dice=float(2 * shares[0, 0] / active) if active > 0 else 1.0,
        cohen_kappa=(agreed - by_chance) / (1 - by_chance) if by_chance < 1 else float("nan"),
        variation_of_information=max(0.0, float(information)),
    )


def fleiss_kappa(votes_histogram) -> float:
    """Return the agreement of many users beyond chance.

    Parameters
    ----------
    votes_histogram : array_like of int, shape (users + 1,)
        The numbers of voxels that 0, 1, ..., all users call active; see `votes`.

    Returns
    -------
    float
        Up to 1 (Fleiss 1971, doi:10.1037/h0031619); NaN when all users give all voxels one phase.

    Raises
    ------
    ValueError
        If there are fewer than two users or no voxel.
    """
    histogram = np.asarray(votes_histogram, dtype=np.float64)
    users, voxels = len(histogram) - 1, histogram.sum()
    if users < 2 or voxels <= 0:
        raise ValueError(
            f"kappa needs at least 2 users and a voxel, found {users} and {voxels:.0f}"
        )
    active = np.arange(users + 1)
    agreeing = active * (active - 1) + (users - active) * (users - active - 1)
    agreed = histogram @ agreeing / (users * (users - 1) * voxels)
    share = histogram @ active / (users * voxels)
    by_chance = share**2 + (1 - share) ** 2
    return float((agreed - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")


def votes(segmentations: Iterable[np.ndarray], phases: Phases = TWO_PHASES) -> np.ndarray:
    """Return how many users call each voxel active.

    Parameters
    ----------
    segmentations : iterable of ndarray of uint8, shape (z, y, x)
        Codes of the phases, 0 outside the field of view, which gets no votes; one volume per user,
        at most 255.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)

    Raises
    ------
    ValueError
        If there are none or more than 255, shapes differ, or a volume is not a segmentation.
    """
    active, total = phases["active"].code, None
    for users, labels in enumerate(segmentations, start=1):
        check_segmentation(labels, phases)
        if total is None:
            total = np.zeros(labels.shape, dtype=np.uint8)
        if labels.shape != total.shape:
            raise ValueError(
                f"users segmented volumes of different shapes, {total.shape} and {labels.shape}"
            )
        if users > 255:
            raise ValueError("votes are counted in 8 bits: at most 255 users")
        total += labels == active
    if total is None:
        raise ValueError("votes need the segmentation of at least one user, found none")
    return total


def agreement_tables(
    segmentations: Iterable[tuple], phases: Phases = TWO_PHASES
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the agreement of each pair of users, and of all users together.

    Volumes are kept at one bit per voxel, so thirty users of 200^3 voxels take 30 MB.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        Cells have ``dataset``, ``filter``, ``variant``, ``user`` and ``made_by``. All users of one
        group, image and variant, at least two, follow one another. Only voxels inside the field of
        view count.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    pairs : DataFrame
        dataset, filter, variant, made_by, user_a, user_b, dice, cohen_kappa,
        variation_of_information.
    groups : DataFrame
        dataset, filter, variant, made_by, users, dice, cohen_kappa, variation_of_information (means
        over pairs), fleiss_kappa.

    Raises
    ------
    ValueError
        If an image and variant occurs twice or has only one user, or if shapes or fields of view
        differ.
    """
    pairs, groups, done = [], [], set()
    active = phases["active"].code
    for key, members in groupby(segmentations, key=lambda item: _group(item[0])):
        if key in done:
            raise ValueError(f"the users of {'/'.join(key)} must follow one another; sort by cell")
        done.add(key)
        names, packed, first = [], [], None
        for cell, labels in members:
            check_segmentation(labels, phases)
            first = labels if first is None else first
            if labels.shape != first.shape:
                raise ValueError(f"users of {'/'.join(key)} have volumes of different shapes")
            check_same_view(first, labels)
            names.append(str(cell.user))
            packed.append(_as_bits(labels == active))
        if len(names) < 2:
            raise ValueError(f"{'/'.join(key)} has one user; agreement needs two")
        group = dict(zip(("dataset", "filter", "variant", "made_by"), key, strict=True))
        voxels = int(np.count_nonzero(first))
        rows = list(_pair_rows(names, packed, voxels))
        pairs.extend({**group, **row} for row in rows)
        means = pd.DataFrame(rows)[list(PairAgreement._fields)].mean()
        kappa = fleiss_kappa(_votes_histogram(packed, voxels))
        groups.append({**group, "users": len(names), **means, "fleiss_kappa": kappa})
    return pd.DataFrame(pairs), pd.DataFrame(groups)


def _group(cell) -> tuple[str, str, str, str]:
    return str(cell.dataset), str(cell.filter), str(cell.variant), str(cell.made_by)


def _as_bits(mask: np.ndarray) -> np.ndarray:
    """Return a mask as 64-bit words, the last one padded with zeros."""
    bits = np.packbits(mask.ravel())
    return np.pad(bits, (0, -len(bits) % 8)).view(np.uint64)


def _count(words: np.ndarray) -> int:
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def _pair_rows(names, packed, voxels):
    active = [_count(words) for words in packed]
    for a, b in combinations(range(len(names)), 2):
        both = _count(packed[a] & packed[b])
        only_a, only_b = active[a] - both, active[b] - both
        measures = pair_agreement(both, only_a, only_b, voxels - both - only_a - only_b)
        yield {"user_a": names[a], "user_b": names[b], **measures._asdict()}


def _votes_histogram(packed, voxels, words_at_a_time=1 << 14) -> np.ndarray:
    """Return how many voxels got 0, 1, ..., all votes; counts one piece of the volume at a time."""
    users = len(packed)
    histogram = np.zeros(users + 1, dtype=np.int64)
    for start in range(0, len(packed[0]), words_at_a_time):
        piece = [words[start : start + words_at_a_time].view(np.uint8) for words in packed]
        counted = sum(np.unpackbits(bits).astype(np.int64) for bits in piece)
        histogram += np.bincount(counted, minlength=users + 1)
    # Voxels outside and the padding of the last word do not count.
    histogram[0] -= 64 * len(packed[0]) - voxels
    return histogram


def _entropy(shares: np.ndarray) -> float:
    present = shares[shares > 0]
    return float(-np.sum(present * np.log2(present)))
