"""The geometry of a truth: fractions, surface, particles and chords."""

from collections.abc import Iterable, Mapping

import edt
import numpy as np
import pandas as pd
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

from ..labels import CBD, truth_active
from .shape import check_mask, labels_at_faces, specific_surface_per_um
from .truth import truth_fraction


def geometry_tables(
    truths: Iterable[tuple[str, np.ndarray]],
    voxel_sizes_nm: Mapping[str, float],
    with_particles: Iterable[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row of measures for each truth, and one row for each particle.

    Surface, particles and chords are those of active material with its internal pores filled.

    Parameters
    ----------
    truths : iterable of (dataset, ndarray of uint8)
        Codes as in `manyeyes.labels.truth_active`.
    voxel_sizes_nm : mapping of dataset to float
    with_particles : iterable of dataset
        Those whose particles are round enough to be split; platelets are not.

    Returns
    -------
    geometry : DataFrame
        dataset, voxel_size_nm, active_fraction, active_fraction_filled, cbd_fraction,
        specific_surface_per_um, particles (how many lie entirely inside the volume),
        mean_diameter_um and volume_weighted_diameter_um (NaN without particles), and
        mean_chord_z_um, mean_chord_y_um, mean_chord_x_um, the mean lengths of straight runs
        through active material.
    particles : DataFrame
        dataset, diameter_um (of the sphere of the particle's volume), ascending.
    """
    with_particles = set(with_particles)
    rows, diameters = [], []
    for dataset, truth in truths:
        voxel = voxel_sizes_nm[dataset]
        active = truth_active(truth, filled=True)
        found = np.empty(0)
        if dataset in with_particles:
            found = np.sort(particle_diameters_um(active, voxel))
        diameters.append(pd.DataFrame({"dataset": dataset, "diameter_um": found}))
        rows.append(
            {
                "dataset": dataset,
                "voxel_size_nm": float(voxel),
                "active_fraction": truth_fraction(truth, filled=False),
                "active_fraction_filled": truth_fraction(truth, filled=True),
                "cbd_fraction": float(np.count_nonzero(truth == CBD) / truth.size),
                "specific_surface_per_um": specific_surface_per_um(active, voxel),
                "particles": len(found),
                "mean_diameter_um": float(found.mean()) if len(found) else np.nan,
                "volume_weighted_diameter_um": volume_weighted_mean(found),
                **{
                    f"mean_chord_{name}_um": _mean(chord_lengths_um(active, voxel, axis))
                    for axis, name in enumerate("zyx")
                },
            }
        )
    return pd.DataFrame(rows), pd.concat(diameters, ignore_index=True)


def particle_diameters_um(
    active: np.ndarray,
    voxel_size_nm: float,
    *,
    smoothing_um: float = 0.8,
    distance_um: float = 2.4,
    least_um: float = 2.0,
) -> np.ndarray:
    """Split touching particles and return their sizes.

    A watershed on the smoothed distance to the surface splits particles at their necks, one
    particle for each maximum. Particles that touch a face of the volume are left out. Large ones
    are therefore missed more often than small ones, so compare volumes of about the same extent.
    The defaults suit NMC particles of about 9 um. Platelets have no single maximum of the distance;
    use `chord_lengths_um` for them.

    Parameters
    ----------
    active : ndarray
        bool (z, y, x), with internal pores filled, which would split particles.
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
    ndarray
        float64 (n,): diameter of the sphere of each particle's volume, um, unordered.

    Raises
    ------
    ValueError
        If the volume is not a three-dimensional mask or the voxel size is not positive.
    """
    check_mask(active, voxel_size_nm)
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
    sizes[labels_at_faces(particles)] = 0
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
    mask : ndarray
        bool (z, y, x).
    voxel_size_nm : float
        Voxel's edge along that axis, nm.
    axis : int
        0 (z), 1 (y) or 2 (x).

    Returns
    -------
    ndarray
        float64, um; runs that a face of the volume cuts are left out.

    Raises
    ------
    ValueError
        If the volume is not a three-dimensional mask, or the voxel size or the axis is wrong.
    """
    check_mask(mask, voxel_size_nm)
    if axis not in (0, 1, 2):
        raise ValueError(f"axis must be 0, 1 or 2: found {axis!r}")
    lines = np.moveaxis(mask, axis, 2).reshape(-1, mask.shape[axis])
    # A zero between lines keeps their runs apart.
    edges = np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    _, start = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    whole = (start > 0) & (end < lines.shape[1])
    return (end - start)[whole] * (voxel_size_nm / 1000.0)


def _mean(lengths: np.ndarray) -> float:
    return float(lengths.mean()) if len(lengths) else float("nan")
