"""Surface, specks and closed pores of a segmentation."""

from dataclasses import dataclass

import cc3d
import numpy as np
import scipy

from ..labels import ACTIVE, OUTSIDE, TWO_PHASES, Phases
from .directions import DIRECTION_WEIGHTS, STEPS, pairs_along, squared_length
from .fractions import check_segmentation

SPECK_BELOW_UM = 2.0
PORE_FROM_UM = 0.5


@dataclass(frozen=True)
class Morphology:
    """Shape measures of one segmentation.

    Attributes
    ----------
    specific_surface_per_um : float
        Area between active material and the rest over the volume inside the field of view, per um.
    active_specks : int
        Pieces of active material smaller than a sphere of 2 um that touch neither a face of the
        volume nor the rim of the field of view.
    active_speck_fraction : float
        Share of all voxels inside that belong to specks, 0 to 1.
    closed_pores : int
        Such pieces of the rest, at least as large as a sphere of 0.5 um.
    closed_pore_fraction : float
        Share of all voxels inside that belong to closed pores, 0 to 1.
    """

    specific_surface_per_um: float
    active_specks: int
    active_speck_fraction: float
    closed_pores: int
    closed_pore_fraction: float


def morphology(
    labels: np.ndarray, voxel_size_nm: float, phase: int = ACTIVE, phases: Phases = TWO_PHASES
) -> Morphology:
    """Return surface, specks and closed pores of a segmentation.

    Voxels of one piece share faces: with diagonals, the noise specks of a raw image would join into
    one. Pieces that touch a face of the volume, or the outside of the field of view, are cut and
    their size is unknown, so they are neither specks nor closed pores. The limits are lengths, so
    that instruments can be compared. 2 um is well below any particle of these electrodes (graphite
    platelets of 6 um by 1 um are four times larger in volume). With 0.5 um, single voxels of noise
    at 397 nm are no pores. Both are choices.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of the phases; 0 outside the field of view.
    voxel_size_nm : float
        Edge of the cubic voxel in nm.
    phase : int
        The code of the phase whose surface and specks are measured; all others are the rest.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    Morphology

    Raises
    ------
    ValueError
        If the labels hold other codes or the voxel size is not positive.
    """
    check_segmentation(labels, phases)
    check_voxel_size(voxel_size_nm)
    voxel_um3 = (voxel_size_nm / 1000.0) ** 3
    active = labels == phase
    outside = labels == OUTSIDE
    outside = outside if outside.any() else None
    voxels = np.count_nonzero(labels)
    specks = _closed_components(active, outside)
    specks = specks[specks * voxel_um3 < _sphere_um3(SPECK_BELOW_UM)]
    pores = _closed_components((labels != phase) & (labels != OUTSIDE), outside)
    pores = pores[pores * voxel_um3 >= _sphere_um3(PORE_FROM_UM)]
    return Morphology(
        specific_surface_per_um=specific_surface_per_um(
            active, voxel_size_nm, None if outside is None else ~outside
        ),
        active_specks=len(specks),
        active_speck_fraction=float(specks.sum() / voxels),
        closed_pores=len(pores),
        closed_pore_fraction=float(pores.sum() / voxels),
    )


def specific_surface_per_um(
    active: np.ndarray, voxel_size_nm: float, inside: np.ndarray | None = None
) -> float:
    """Return the area of the active material's surface over the whole volume.

    Crofton's formula: the surface per volume is twice the mean number of its crossings per length
    of line, over the 13 directions to a voxel's neighbours, each weighted by its share of the
    sphere (Legland, Kieu and Devaux 2007, doi:10.5566/ias.v26.p83-92). It has almost no bias on
    spheres, while the faces of voxels give 50 % and a mesh about 8 % too much. Faces of the volume
    and the rim of the field of view are no surface.

    Parameters
    ----------
    active : ndarray of bool, shape (z, y, x)
        At least two voxels along each axis.
    voxel_size_nm : float
        Edge of the cubic voxel in nm.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    float
        Per um; NaN where a direction has no two voxels inside.

    Raises
    ------
    ValueError
        If the volume is thinner than two voxels or the voxel size is not positive.
    """
    check_voxel_size(voxel_size_nm)
    if active.ndim != 3 or min(active.shape) < 2:
        raise ValueError(
            f"a surface needs a volume of at least 2 voxels along each axis, found {active.shape}"
        )
    crossings_per_voxel = 0.0
    for step in STEPS:
        here, there = pairs_along(step, active.shape)
        crossed = active[here] != active[there]
        steps = crossed.size
        if inside is not None:
            both = inside[here] & inside[there]
            crossed, steps = crossed & both, np.count_nonzero(both)
        if steps == 0:
            return float("nan")
        crossings_per_voxel += (
            DIRECTION_WEIGHTS[squared_length(step)]
            * np.count_nonzero(crossed)
            / (steps * np.sqrt(squared_length(step)))
        )
    return float(2.0 * crossings_per_voxel / (voxel_size_nm / 1000.0))


def _closed_components(mask: np.ndarray, outside: np.ndarray | None) -> np.ndarray:
    """Return the sizes, in voxels, of the mask's pieces that touch no face and no outside."""
    pieces = cc3d.connected_components(mask, connectivity=6)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    sizes[labels_at_faces(pieces)] = 0
    if outside is not None:
        sizes[np.unique(pieces[scipy.ndimage.binary_dilation(outside)])] = 0
    return sizes[sizes > 0]


def labels_at_faces(labels: np.ndarray) -> np.ndarray:
    """Return the labels that occur on a face of a volume; such objects are cut by it."""
    faces = [labels.take(end, axis=axis).ravel() for axis in range(3) for end in (0, -1)]
    return np.unique(np.concatenate(faces))


def _sphere_um3(diameter_um: float) -> float:
    return np.pi / 6.0 * diameter_um**3


def check_voxel_size(voxel_size_nm: float) -> None:
    """Raise ValueError unless a voxel size is positive."""
    if not voxel_size_nm > 0:
        raise ValueError(f"a voxel size is a positive length in nm, found {voxel_size_nm}")


def check_mask(mask: np.ndarray, voxel_size_nm: float) -> None:
    """Raise ValueError unless a mask is a bool volume and the voxel size is positive."""
    if mask.ndim != 3 or mask.dtype != bool or min(mask.shape) < 2:
        raise ValueError(
            "expected a bool volume (z, y, x) of at least 2 voxels along each axis: found "
            f"{mask.dtype} {mask.shape}"
        )
    check_voxel_size(voxel_size_nm)
