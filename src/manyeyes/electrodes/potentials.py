"""Functions of space whose level sets bound an electrode's phases.

A point belongs to a phase where that phase's potential exceeds a level. The potentials know no
grid: levels are found once for an electrode, then any block of it can be rasterised.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .cracks import Cracks, distance_to_cracks
from .description import Description
from .fields import RandomField, sample
from .surfaces import box_half_edges, nearest_two

# Distance from a particle, as a share of the mean diameter, within which it attracts binder.
_REACH = 0.25
# The finer of the two layers of roughness: width and height relative to the coarser one.
_FINE_LAYER = 1 / 3
# Rounded pores keep this many spacings of their random field away from the particle's surface.
_PORE_DEPTH = 1.0
# Largest half-width of a crack, as a share of the mean diameter.
_WIDEST_CRACK = 0.05


@dataclass(frozen=True)
class Structure:
    """Particles and random fields of an electrode.

    Attributes
    ----------
    description : Description
    centres_um, semi_axes_um : numpy.ndarray
        (n, 3) float64, um.
    rotations : numpy.ndarray
        (n, 3, 3) float64; rows are the directions of the semi-axes in (z, y, x).
    cracks : Cracks
    coarse, fine, binder, pores : RandomField
        Two layers of roughness, places of the binder, rounded internal pores.
    """

    description: Description
    centres_um: np.ndarray
    semi_axes_um: np.ndarray
    rotations: np.ndarray
    cracks: Cracks
    coarse: RandomField
    fine: RandomField
    binder: RandomField
    pores: RandomField


class Outer(NamedTuple):
    """Potentials that bound particles and binder, and what the internal ones are made from."""

    depth_um: np.ndarray  # float32: particle where it exceeds a level; -inf in seams
    binder_um: np.ndarray  # float32: binder where it exceeds a level, outside particles
    coarse: np.ndarray  # float32: the coarse random field
    owner: np.ndarray  # int32: row of `centres_um` of the nearest particle, or -1
    centres_um: np.ndarray  # (m, 3): particles and periodic images near the grid
    particle: np.ndarray  # (m,): which particle each of them is an image of


def outer_potentials(structure: Structure, axes_um: tuple[np.ndarray, ...]) -> Outer:
    """Evaluate the potentials of particles and binder on a grid.

    Parameters
    ----------
    structure : Structure
    axes_um : tuple of numpy.ndarray
        z, y and x coordinates, um, increasing.

    Returns
    -------
    Outer
        Arrays of shape (z, y, x).
    """
    description = structure.description
    reach = _REACH * description.mean_diameter_um
    rows, shifts = _images(structure, axes_um, reach)
    centres = structure.centres_um[rows] + shifts
    nearest, second, owner = nearest_two(
        axes_um, centres, structure.semi_axes_um[rows], structure.rotations[rows], reach
    )
    coarse = sample(structure.coarse, axes_um)
    rough = coarse + np.float32(_FINE_LAYER) * sample(structure.fine, axes_um)
    depth = nearest + np.float32(description.roughness_um) * rough
    binder = sample(structure.binder, axes_um)
    if description.seam_um > 0:
        # Near the plane between two particles the depths differ by twice the distance to it, so a
        # difference below the seam's width leaves a gap of that width. If the width is negative,
        # the particles are joined.
        width = np.float32(description.seam_um) * (1 + binder)
        depth[nearest - second < width] = -np.inf
    binder *= np.float32(description.cbd_patchiness_um)
    binder += nearest
    binder += second
    return Outer(depth, binder, coarse, owner, centres, rows)


def pore_potential(
    structure: Structure, axes_um: tuple[np.ndarray, ...], outer: Outer, level_um: np.float32
) -> np.ndarray:
    """Return the potential of rounded pores inside particles; -inf where there can be none."""
    # The coarse field makes some particles more porous than others, as in real electrodes.
    potential = sample(structure.pores, axes_um) + outer.coarse
    margin = np.float32(_PORE_DEPTH * structure.description.internal_pore_length_um)
    potential[~(outer.depth_um > level_um + margin)] = -np.inf
    return potential


def crack_potential(
    structure: Structure, axes_um: tuple[np.ndarray, ...], outer: Outer, level_um: np.float32
) -> np.ndarray:
    """Return minus the distance to a crack, um; -inf where there is none."""
    description = structure.description
    # A crack is as wavy as the particle's surface is rough.
    distance = distance_to_cracks(
        axes_um,
        (outer.depth_um > level_um) & (outer.owner >= 0),
        outer.owner,
        outer.centres_um,
        outer.particle,
        structure.cracks,
        np.float32(description.roughness_um) * outer.coarse,
    )
    distance[distance > _WIDEST_CRACK * description.mean_diameter_um] = np.inf
    return -distance


def _images(
    structure: Structure, axes_um: tuple[np.ndarray, ...], reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return particles, and shifts by whole periods, that bring them within reach of a grid."""
    half = box_half_edges(structure.semi_axes_um, structure.rotations) + reach
    low = np.array([axis[0] for axis in axes_um])
    high = np.array([axis[-1] for axis in axes_um])
    rows, shifts = [], []
    for shift in np.ndindex(3, 3, 3):
        offset = (np.array(shift) - 1) * np.array(structure.description.size_um)
        centres = structure.centres_um + offset
        near = np.flatnonzero(((centres + half >= low) & (centres - half <= high)).all(axis=1))
        rows.append(near)
        shifts.append(np.broadcast_to(offset, (len(near), 3)))
    return np.concatenate(rows), np.concatenate(shifts)
