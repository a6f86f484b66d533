"""The truth of any block of an electrode at any voxel size."""

import numpy as np

from ..labels import ACTIVE, CBD, INTERNAL_PORE, PORE
from ..settings import voxel_edges
from .electrode import Electrode
from .potentials import crack_potential, outer_potentials, pore_potential

# Voxels whose potentials are held at once; about 40 bytes each.
_SLAB_VOXELS = 4_000_000


def rasterise(
    electrode: Electrode,
    origin_um: tuple[float, float, float],
    shape: tuple[int, int, int],
    voxel_size_nm: float | tuple[float, float, float],
) -> np.ndarray:
    """Return the truth of a block of an electrode.

    A voxel has the phase of its centre, so blocks at different voxel sizes and places show the
    same particles, binder and internal pores.

    Parameters
    ----------
    electrode : Electrode
    origin_um : tuple of float
        The block's corner (z, y, x) in the electrode, um.
    shape : tuple of int
        Voxels (z, y, x).
    voxel_size_nm : float or tuple of float
        Edge of a voxel, nm; one number, or (z, y, x).

    Returns
    -------
    numpy.ndarray
        uint8 (z, y, x): 1 active, 2 CBD, 3 pore, 4 pore or crack inside a particle.

    Raises
    ------
    ValueError
        If the block is empty or reaches out of the electrode, or a voxel size is not positive.
    """
    axes = _voxel_centres(electrode, origin_um, shape, voxel_size_nm)
    truth = np.empty(tuple(len(axis) for axis in axes), dtype=np.uint8)
    height = max(1, _SLAB_VOXELS // (truth.shape[1] * truth.shape[2]))
    for start in range(0, truth.shape[0], height):
        slab = slice(start, start + height)
        truth[slab] = _phases(electrode, (axes[0][slab], axes[1], axes[2]))
    return truth


def _phases(electrode: Electrode, axes_um: tuple[np.ndarray, ...]) -> np.ndarray:
    structure, level = electrode.structure, electrode.particle_level_um
    outer = outer_potentials(structure, axes_um)
    truth = np.full(outer.depth_um.shape, PORE, dtype=np.uint8)
    truth[outer.binder_um > electrode.binder_level_um] = CBD
    filled = outer.depth_um > level
    truth[filled] = ACTIVE
    inner = crack_potential(structure, axes_um, outer, level) > electrode.crack_level_um
    inner |= pore_potential(structure, axes_um, outer, level) > electrode.pore_level
    truth[filled & inner] = INTERNAL_PORE
    return truth


def _voxel_centres(electrode, origin_um, shape, voxel_size_nm) -> tuple[np.ndarray, ...]:
    """Check a block and return its voxels' centres along each axis, um."""
    sizes = voxel_edges(voxel_size_nm)
    if len(shape) != 3 or not all(isinstance(n, int | np.integer) and n > 0 for n in shape):
        raise ValueError(f"shape must be three positive whole numbers (z, y, x): {shape!r}")
    origin = np.asarray(origin_um, dtype=np.float64)
    if origin.shape != (3,) or not np.isfinite(origin).all():
        raise ValueError(f"origin_um must be three numbers (z, y, x): {origin_um!r}")
    end = origin + np.array(shape) * sizes / 1000
    # One nanometre of tolerance, for sizes that are sums of decimal fractions.
    if (origin < -1e-3).any() or (end > np.array(electrode.size_um) + 1e-3).any():
        raise ValueError(
            f"the block from {origin.tolist()} to {end.round(3).tolist()} um (z, y, x) is not "
            f"within the electrode of {list(electrode.size_um)} um: move it, or enlarge size_um"
        )
    return tuple(origin[k] + (np.arange(shape[k]) + 0.5) * sizes[k] / 1000 for k in range(3))
