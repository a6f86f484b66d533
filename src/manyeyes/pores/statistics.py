"""How many pores slices show, how large they are, and what they add up to in the volume."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from ..measures.crofton import surface_um2
from ..settings import voxel_edges
from .codes import PORE, check_codes


@dataclass(frozen=True)
class PoreStatistics:
    """Pores of a stack of slices.

    Attributes
    ----------
    pore_area_percent : float
        Mean over slices of the share of a slice that is pore, per cent.
    pores_per_slice : float
        Mean number of pores of a slice: pieces whose pixels share edges.
    median_diameter_nm : float
        Of the circles of equal area, all pores of all slices together, nm; NaN without a pore.
    porosity : float
        Share of the volume that is pore, 0 to 1.
    pore_volume_um3, pore_surface_um2 : float
        Volume of the pores, um^3, and area of their surface in 3-D, um^2, by Crofton's formula for
        the voxels' three edges. Faces of the stack are no surface.
    """

    pore_area_percent: float
    pores_per_slice: float
    median_diameter_nm: float
    porosity: float
    pore_volume_um3: float
    pore_surface_um2: float


def pore_statistics(
    labels: np.ndarray, voxel_size_nm: tuple[float, float, float]
) -> PoreStatistics:
    """Return the statistics of the pores in a stack of slices.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 (z, y, x): 1 grain, 2 pore; at least two voxels along each axis.
    voxel_size_nm : tuple of float
        Edges (z, y, x) of a voxel, nm.

    Raises
    ------
    ValueError
        If labels hold other codes or the volume is too thin, or an edge is not positive.
    """
    check_codes(labels, "labels")
    edges_um = voxel_edges(voxel_size_nm) / 1000.0
    slices = slice_statistics(labels, voxel_size_nm)
    pore = labels == PORE
    diameters = np.concatenate([_areas_px(plane) for plane in pore])
    diameters = _diameters_nm(diameters, voxel_size_nm)
    return PoreStatistics(
        pore_area_percent=float(slices["pore_area_percent"].mean()),
        pores_per_slice=float(slices["pores"].mean()),
        median_diameter_nm=float(np.median(diameters)) if len(diameters) else float("nan"),
        porosity=float(pore.mean()),
        pore_volume_um3=float(np.count_nonzero(pore) * np.prod(edges_um)),
        pore_surface_um2=surface_um2(pore, voxel_size_nm),
    )


def slice_statistics(labels: np.ndarray, voxel_size_nm: tuple[float, float, float]) -> pd.DataFrame:
    """Return one row for each slice.

    Parameters
    ----------
    labels, voxel_size_nm
        As in `pore_statistics`.

    Returns
    -------
    DataFrame
        slice (from 0), pore_area_percent, pores, median_diameter_nm (NaN without a pore).
    """
    check_codes(labels, "labels")
    voxel_edges(voxel_size_nm)
    rows = []
    for k, plane in enumerate(labels == PORE):
        diameters = _diameters_nm(_areas_px(plane), voxel_size_nm)
        rows.append(
            {
                "slice": k,
                "pore_area_percent": 100 * float(plane.mean()),
                "pores": len(diameters),
                "median_diameter_nm": float(np.median(diameters)) if len(diameters) else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _areas_px(pore: np.ndarray) -> np.ndarray:
    """Return the areas of the pieces of a slice, pixels."""
    pieces, _ = scipy.ndimage.label(pore)
    return np.bincount(pieces.ravel())[1:]


def _diameters_nm(areas_px: np.ndarray, voxel_size_nm: tuple[float, float, float]) -> np.ndarray:
    _, row_nm, column_nm = voxel_size_nm
    return np.sqrt(4 / np.pi * areas_px * row_nm * column_nm)
