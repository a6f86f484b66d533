"""How well a reconstruction agrees with the truth that was scanned."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ..labels import ACTIVE
from .forward import attenuation_map

# Voxels nearer than this to another phase are blurred, and tell nothing about its level.
_AWAY = 2


class ReconstructionScore(NamedTuple):
    """Agreement of slices with the truth. Contrast is that of active material and pore.

    Attributes
    ----------
    error : float
        Root mean square of the differences in attenuation, as a share of the contrast.
    active, rest : float
        Mean attenuation of active material and of all else, away from edges, as shares of the
        contrast above pore. Those of the truth are 1, and 0 where there is no binder.
    active_true, rest_true : float
        The same of the truth.
    contrast_to_noise : float
        Contrast over the root mean square of the standard deviations of both, away from edges.
    dice : float
        Of active material, where it is what is brighter than half the contrast.
    volume_fraction, volume_fraction_true : float
        Of active material: by that threshold, and in truth.
    """

    error: float
    active: float
    rest: float
    active_true: float
    rest_true: float
    contrast_to_noise: float
    dice: float
    volume_fraction: float
    volume_fraction_true: float


def score_reconstruction(
    slices: np.ndarray,
    truth: np.ndarray,
    attenuation_per_cm: Mapping[str, float],
    voxel_size_nm: float,
    inside: np.ndarray | None = None,
) -> ReconstructionScore:
    """Score slices against the truth that was scanned.

    Parameters
    ----------
    slices : numpy.ndarray
        float32 (z, y, x), attenuation per voxel.
    truth : numpy.ndarray
        uint8 (z, y, x), codes of `manyeyes.labels.TRUTH_PHASES`.
    attenuation_per_cm : Mapping
        What the twin was scanned with, see `manyeyes.projections.forward.attenuation_map`.
    voxel_size_nm : float
    inside : numpy.ndarray, optional
        bool (y, x), where slices count, such as the field of view; everywhere unless given.

    Raises
    ------
    ValueError
        If shapes differ, or there is no voxel of active material or of the rest to score.
    """
    if slices.shape != truth.shape:
        raise ValueError(f"slices of shape {slices.shape} and a truth of {truth.shape} differ")
    values = attenuation_map(truth, attenuation_per_cm, voxel_size_nm)
    per_voxel = voxel_size_nm * 1e-7
    pore = attenuation_per_cm["pore"] * per_voxel
    contrast = attenuation_per_cm["active"] * per_voxel - pore
    where = np.ones(truth.shape[1:], dtype=bool) if inside is None else inside
    active = truth == ACTIVE
    cores = [
        ndimage.binary_erosion(side, iterations=_AWAY, border_value=1) & where
        for side in (active, ~active)
    ]
    if not all(core.any() for core in cores):
        raise ValueError(
            f"no voxel of active material or of the rest is more than {_AWAY} voxels from the "
            "other; score a larger part"
        )
    found, true = ((image - pore) / contrast for image in (slices, values))
    spread = np.sqrt(np.mean([found[core].var(dtype=np.float64) for core in cores]))
    bright, right = (found > 0.5)[:, where], active[:, where]
    means = [float(image[core].mean(dtype=np.float64)) for image in (found, true) for core in cores]
    return ReconstructionScore(
        float(np.sqrt(np.mean((found - true)[:, where] ** 2, dtype=np.float64))),
        *means,
        float(1 / spread) if spread > 0 else float("inf"),
        float(2 * (bright & right).sum() / (bright.sum() + right.sum())),
        float(bright.mean()),
        float(right.mean()),
    )
