"""Measures of a geometry that a twin is compared with a real electrode by."""

import edt
import numpy as np
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

from ..measures.shape import specific_surface_per_um

__all__ = [
    "chord_lengths_um",
    "interface_share",
    "particle_diameters_um",
    "specific_surface_per_um",
    "volume_weighted_mean",
]


def particle_diameters_um(
    active: np.ndarray,
    voxel_size_nm: float,
    *,
    smoothing_um: float = 0.8,
    distance_um: float = 2.4,
    least_um: float = 2.0,
) -> np.ndarray:
    """Split touching particles and return their sizes.

    A watershed on the smoothed distance to the surface parts particles at their necks, one
    particle to each maximum. Particles that touch a face of the volume are cut by it and left out;
    so large ones are missed more often than small ones, and two volumes should only be compared
    at about the same extent. The defaults suit NMC particles of about 9 um. Platelets have no
    single maximum of the distance; use `chord_lengths_um` for them.

    Parameters
    ----------
    active : numpy.ndarray
        bool (z, y, x); internal pores filled, or they part particles.
    voxel_size_nm : float
        Edge of the cubic voxel, nm.
    smoothing_um : float
        Standard deviation of the Gaussian on the distance map, um.
    distance_um : float
        Least distance between two maxima, um.
    least_um : float
        Smaller pieces are not particles.

    Returns
    -------
    numpy.ndarray
        float64 (n,): diameter of the sphere of each particle's volume, um, in no useful order.

    Raises
    ------
    ValueError
        If the volume is not a three-dimensional mask or the voxel size is not positive.
    """
    _check(active, voxel_size_nm)
    voxel_um = voxel_size_nm / 1000.0
    depth = edt.edt(np.ascontiguousarray(active), parallel=1)
    depth = ndimage.gaussian_filter(depth, smoothing_um / voxel_um)
    apart = max(1, round(distance_um / voxel_um))
    # Particles that a face cuts need their marker too, or their neighbours would absorb them.
    peaks = peak_local_max(
        depth, min_distance=apart, labels=active.astype(np.uint8), exclude_border=False
    )
    markers = np.zeros(active.shape, dtype=np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    particles = watershed(-depth, markers, mask=active)
    sizes = np.bincount(particles.ravel(), minlength=len(peaks) + 1)
    sizes[0] = 0
    for axis in range(3):
        for end in (0, -1):
            sizes[np.unique(particles.take(end, axis=axis))] = 0
    diameters = np.cbrt(6 / np.pi * sizes[sizes > 0]) * voxel_um
    return diameters[diameters >= least_um]


def volume_weighted_mean(diameters_um: np.ndarray) -> float:
    """Return the mean of diameters weighted by their cubes; NaN for none."""
    if len(diameters_um) == 0:
        return float("nan")
    return float(np.average(diameters_um, weights=np.asarray(diameters_um) ** 3))


def chord_lengths_um(mask: np.ndarray, voxel_size_nm: float, axis: int) -> np.ndarray:
    """Return the lengths of all straight runs within a mask along an axis.

    Parameters
    ----------
    mask : numpy.ndarray
        bool (z, y, x).
    voxel_size_nm : float
        Voxel's edge along that axis, nm.
    axis : int
        0 (z), 1 (y) or 2 (x).

    Returns
    -------
    numpy.ndarray
        float64, um; runs that a face of the volume cuts are left out.

    Raises
    ------
    ValueError
        If the volume is not a three-dimensional mask, or the voxel size or the axis is wrong.
    """
    _check(mask, voxel_size_nm)
    if axis not in (0, 1, 2):
        raise ValueError(f"axis must be 0, 1 or 2: found {axis!r}")
    lines = np.moveaxis(mask, axis, 2).reshape(-1, mask.shape[axis])
    # A zero between lines keeps their runs apart.
    edges = np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    _, start = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    whole = (start > 0) & (end < lines.shape[1])
    return (end - start)[whole] * (voxel_size_nm / 1000.0)


def interface_share(active: np.ndarray) -> float:
    """Return the share of voxels with a face neighbour of the other phase, on either side."""
    _check(active, 1.0)
    at_interface = np.zeros(active.shape, dtype=bool)
    for axis in range(3):
        ahead = np.moveaxis(active, axis, 0)
        flag = np.moveaxis(at_interface, axis, 0)
        differs = ahead[1:] != ahead[:-1]
        flag[1:] |= differs
        flag[:-1] |= differs
    return float(at_interface.mean())


def _check(mask: np.ndarray, voxel_size_nm: float) -> None:
    if mask.ndim != 3 or mask.dtype != bool or min(mask.shape) < 2:
        raise ValueError(
            "expected a bool volume (z, y, x) of at least 2 voxels along each axis: found "
            f"{mask.dtype} {mask.shape}"
        )
    if not voxel_size_nm > 0:
        raise ValueError(f"a voxel size is a positive length in nm, found {voxel_size_nm}")
