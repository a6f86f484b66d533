"""Where users disagree: a map of votes, and the distance of disagreement from interfaces."""

from collections.abc import Sequence
from typing import NamedTuple

import edt
import numpy as np

from ..imaging.masks import known_mask, voxels_inside


class Concentration(NamedTuple):
    """Disagreement within some distance of an interface.

    Attributes
    ----------
    within_voxels : float
        Distance from the interface; it is 1 for a voxel that shares a face with the other phase.
    disagreement_share : float
        Share of all disagreement within this distance, 0 to 1; NaN if there is no disagreement.
    voxel_share : float
        Share of all voxels within this distance, as expected of evenly spread disagreement.
    enrichment : float
        Their ratio; 1 if disagreement is unrelated to interfaces.
    """

    within_voxels: float
    disagreement_share: float
    voxel_share: float
    enrichment: float


def disagreement_map(votes: np.ndarray, users: int) -> np.ndarray:
    """Return the share of pairs of users that label each voxel differently.

    Its mean over all voxels, in per cent, is the mean pairwise difference of Bailey et al. 2023,
    section 2.6.2.

    Parameters
    ----------
    votes : ndarray of uint8, shape (z, y, x)
        How many users call a voxel active; see `agreement.votes`.
    users : int
        How many users there are, at least 2.

    Returns
    -------
    ndarray of float32, shape (z, y, x)
        0 where all agree; slightly above 0.5 at most, where users are split evenly.

    Raises
    ------
    ValueError
        If there are fewer than two users or a voxel has more votes than users.
    """
    if users < 2 or votes.max() > users:
        raise ValueError(
            f"expected votes of at least 2 users and no more than them, found {users} users and "
            f"up to {votes.max()} votes"
        )
    # Only a few values can occur, so a lookup saves the arithmetic on every voxel.
    active = np.arange(users + 1)
    share = 2 * active * (users - active) / (users * (users - 1))
    return share.astype(np.float32)[votes]


def interface_distance(reference: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return how far each voxel is from the nearest one inside that is of another phase.

    Parameters
    ----------
    reference : ndarray of bool or uint8, shape (z, y, x)
        The phases; two or more inside.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    ndarray of float32, shape (z, y, x)
        In voxels, between centres (Euclidean).
    """
    if inside is None:
        # edt takes 0 as background, so phases are numbered from 1.
        phases = reference.astype(np.uint8 if reference.dtype == bool else np.uint16) + 1
        return edt.edt(phases, black_border=False, parallel=1)
    distance = np.zeros(reference.shape, dtype=np.float32)
    for phase in np.unique(reference[inside]):
        other = inside & (reference != phase)
        to_other = edt.edt((~other).astype(np.uint8), black_border=False, parallel=1)
        np.copyto(distance, to_other, where=reference == phase)
    return distance


def concentration(
    votes: np.ndarray,
    users: int,
    reference: np.ndarray,
    within_voxels: Sequence[float] = (1, 2, 3),
    inside: np.ndarray | None = None,
    distance: np.ndarray | None = None,
) -> list[Concentration]:
    """Return the share of the disagreement within given distances of an interface.

    Parameters
    ----------
    votes : ndarray of uint8, shape (z, y, x)
        See `agreement.votes`.
    users : int
    reference : ndarray of bool or uint8, shape (z, y, x)
        The phases whose interfaces count: the truth if it is known, otherwise the majority of users
        (``2 * votes > users``).
    within_voxels : sequence of float, default (1, 2, 3)
        Distances in voxels between centres (Euclidean), to the nearest voxel of another phase.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view: its rim is no interface, and nothing outside counts.
    distance : ndarray of float32, shape (z, y, x), optional
        `interface_distance` of the reference, where it serves several votes.

    Returns
    -------
    list of Concentration
        In the order of the distances.

    Raises
    ------
    ValueError
        If the shapes differ or the reference has only one phase.
    """
    if votes.shape != reference.shape:
        raise ValueError(
            f"votes have shape {votes.shape}, the reference {reference.shape}; "
            "both must be from the same crop"
        )
    inside = known_mask(inside, votes.shape)
    known = voxels_inside(reference, inside)
    if known.min() == known.max():
        raise ValueError("the reference has only one phase, so it has no interface")
    disagreement = voxels_inside(disagreement_map(votes, users), inside)
    if distance is None:
        distance = interface_distance(reference, inside)
    distance = voxels_inside(distance, inside)
    total = disagreement.sum(dtype=np.float64)
    results = []
    for limit in within_voxels:
        # A small tolerance: distances such as sqrt(5) are in single precision.
        near = distance <= limit + 1e-4
        voxel_share = float(near.mean())
        share = float(disagreement[near].sum(dtype=np.float64) / total) if total else float("nan")
        results.append(
            Concentration(
                within_voxels=limit,
                disagreement_share=share,
                voxel_share=voxel_share,
                enrichment=share / voxel_share if voxel_share else float("nan"),
            )
        )
    return results
