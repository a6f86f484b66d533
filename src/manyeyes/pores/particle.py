"""The truth of a block inside a secondary particle: grains and their pores."""

import math
from typing import NamedTuple

import numpy as np
import scipy

from ..electrodes.fields import random_field, sample
from ..electrodes.packing import random_rotations
from ..electrodes.surfaces import nearest_two
from ..randomness import generator
from .codes import GRAIN, PORE
from .grains import Boundaries, boundaries, draw_seeds
from .settings import ParticleSettings

# Distance of the nodes of the random fields that say where boundaries gape, as multiples of the
# width of a gap; and of the field that roughens rounded pores, as a share of their diameter.
_GAP_NODES = 8.0
_JUNCTION_NODES = 5.0
_ROUGH_NODES = 0.3
# Range of the ratios of a rounded pore's two longer axes to its shortest, and of a speck's.
_ROUND_ASPECTS = (1.0, 2.0)
_SPECK_ASPECTS = (1.0, 1.3)


def particle_truth(settings: ParticleSettings, names: tuple) -> np.ndarray:
    """Return which voxels of a block are grain and which are pore.

    Pores are of four kinds. Gaps open along grain boundaries, and wider ones where three grains
    meet, where a smooth random field is largest; the level above which it opens them is chosen so
    that they fill the stated volumes. Rounded pores are ellipsoids with a rough surface, and specks
    are small ellipsoids; most of both sit on boundaries.

    Parameters
    ----------
    settings : ParticleSettings
    names : tuple
        Names for `manyeyes.randomness.generator`, such as the study's seed and the particle.

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore.
    """
    axes = _axes_um(settings)
    seeds = _seeds(settings, names)
    walls = _walls(settings, seeds, axes, names)
    pore = _along_boundaries(settings, walls, axes, names)
    pore |= _rounded(settings, seeds, axes, names)
    pore |= _specks(settings, seeds, axes, names)
    return np.where(pore, np.uint8(PORE), np.uint8(GRAIN))


def particle_grains(settings: ParticleSettings, names: tuple) -> np.ndarray:
    """Return the number of each voxel's grain, uint16 (z, y, x), of `particle_truth`'s particle."""
    axes = _axes_um(settings)
    return _walls(settings, _seeds(settings, names), axes, names).grain


def _axes_um(settings: ParticleSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pairs = zip(settings.shape, settings.voxel_size_nm, strict=True)
    return tuple((np.arange(n) + 0.5) * (size / 1000) for n, size in pairs)


def _size_um(settings: ParticleSettings) -> tuple[float, float, float]:
    pairs = zip(settings.shape, settings.voxel_size_nm, strict=True)
    return tuple(n * size / 1000 for n, size in pairs)


def _seeds(settings: ParticleSettings, names: tuple) -> np.ndarray:
    return draw_seeds(_size_um(settings), settings.grain_nm / 1000, *names, "grains")


def _walls(settings, seeds, axes, names) -> Boundaries:
    wave, grain = settings.waviness_nm / 1000, settings.grain_nm / 1000
    return boundaries(seeds, axes, wave, grain, *names, "grains")


def _along_boundaries(settings, walls, axes, names) -> np.ndarray:
    """Return where gaps and pores at junctions are; bool (z, y, x)."""
    pore = np.zeros(settings.shape, dtype=bool)
    distances = {
        "gap": (walls.nearest_um, settings.gap_nm, settings.gap_porosity, _GAP_NODES),
        "junction": (
            np.hypot(walls.nearest_um, walls.second_um),
            settings.junction_nm,
            settings.junction_porosity,
            _JUNCTION_NODES,
        ),
    }
    for kind, (distance, width_nm, share, nodes) in distances.items():
        if share == 0:
            continue
        potential = sample(random_field(nodes * width_nm / 1000, *names, kind), axes)
        potential -= distance / np.float32(width_nm / 1000)
        place = potential.size - max(1, round(share * potential.size))
        pore |= potential > np.partition(potential, place - 1, axis=None)[place - 1]
    return pore


def _rounded(settings, seeds, axes, names) -> np.ndarray:
    """Return where the larger rounded pores are; bool (z, y, x)."""
    names = (*names, "rounded")
    law = _Law(
        settings.round_porosity, settings.round_nm / 1000, settings.round_ln_sigma, _ROUND_ASPECTS
    )
    rough_um = settings.roughness * law.median_um
    depth = _ellipsoids(settings, law, seeds, axes, 5 * rough_um, names)
    if rough_um > 0:
        field = random_field(_ROUGH_NODES * law.median_um, *names, "roughness")
        depth += np.float32(rough_um) * sample(field, axes)
    return depth > 0


def _specks(settings, seeds, axes, names) -> np.ndarray:
    """Return where the small round pores are; bool (z, y, x)."""
    law = _Law(
        settings.speck_porosity, settings.speck_nm / 1000, settings.speck_ln_sigma, _SPECK_ASPECTS
    )
    return _ellipsoids(settings, law, seeds, axes, 0.0, (*names, "specks")) > 0


class _Law(NamedTuple):
    """How large ellipsoids are, and how much of the volume they take."""

    porosity: float
    median_um: float
    ln_sigma: float
    aspects: tuple[float, float]

    @property
    def mean_volume_um3(self) -> float:
        return math.pi / 6 * self.median_um**3 * math.exp(4.5 * self.ln_sigma**2)


def _ellipsoids(settings, law: _Law, seeds, axes, least_reach_um, names) -> np.ndarray:
    """Return the depth of voxels below the surface of the nearest ellipsoid, um, float32."""
    size = np.array(_size_um(settings))
    margin = law.median_um * math.exp(2.5 * law.ln_sigma)
    box = size + 2 * margin
    count = round(law.porosity * float(np.prod(box)) / law.mean_volume_um3)
    # Beyond this distance a voxel is outside whatever the surface's roughness adds.
    reach = max(least_reach_um, float(max(settings.voxel_size_nm)) / 1000)
    if count == 0:
        return np.full(settings.shape, -np.inf, dtype=np.float32)
    draw = generator(*names)
    centres = draw.uniform(0, 1, (count, 3)) * box - margin
    spreads = np.clip(draw.standard_normal(count), -2.5, 2.5)
    radii = law.median_um / 2 * np.exp(law.ln_sigma * spreads)
    aspects = draw.uniform(*law.aspects, (count, 2))
    # The sphere of equal volume keeps its diameter.
    semi_axes = np.column_stack([aspects, np.ones(count)])
    semi_axes *= (radii / np.cbrt(semi_axes.prod(axis=1)))[:, None]
    rotations = random_rotations(draw, count, 90.0)
    sits = draw.uniform(0, 1, count) < settings.on_boundaries
    centres[sits] = _nearest_wall(seeds, centres[sits])
    return nearest_two(axes, centres, semi_axes, rotations, reach)[0]


def _nearest_wall(seeds: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Move points to the plane halfway between their two nearest seeds."""
    if len(points) == 0:
        return points
    squares, nearest = scipy.spatial.cKDTree(seeds).query(points, k=2)
    across = seeds[nearest[:, 1]] - seeds[nearest[:, 0]]
    apart = np.linalg.norm(across, axis=1)
    distance = (squares[:, 1] ** 2 - squares[:, 0] ** 2) / (2 * apart)
    return points + across * (distance / apart)[:, None]
