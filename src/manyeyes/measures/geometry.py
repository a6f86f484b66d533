"""What the truth of a dataset looks like: fractions, surface, particles and chords, as tables."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..electrodes.geometry import chord_lengths_um, particle_diameters_um, volume_weighted_mean
from ..labels import CBD, truth_active
from .shape import specific_surface_per_um
from .truth import truth_fraction


def geometry_tables(
    truths: Iterable[tuple[str, np.ndarray]],
    voxel_sizes_nm: Mapping[str, float],
    with_particles: Iterable[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row of measures for each truth, and one row for each particle.

    Surface, particles and chords are those of the active material with its internal pores filled,
    so that a pore or crack inside a particle does not count as the particle's outline.

    Parameters
    ----------
    truths : iterable of (dataset, ndarray of uint8)
        Codes as in `manyeyes.labels.truth_active`.
    voxel_sizes_nm : mapping of dataset to float
    with_particles : iterable of dataset
        Whose particles are round enough to be split from one another; platelets are not.

    Returns
    -------
    geometry : DataFrame
        dataset, voxel_size_nm, active_fraction, active_fraction_filled, cbd_fraction,
        specific_surface_per_um, particles (how many lie whole inside the volume),
        mean_diameter_um and volume_weighted_diameter_um (NaN without particles), and
        mean_chord_z_um, mean_chord_y_um, mean_chord_x_um, the mean lengths of straight runs
        through active material.
    particles : DataFrame
        dataset, diameter_um (of the sphere of the particle's volume), from small to large.
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


def _mean(lengths: np.ndarray) -> float:
    return float(lengths.mean()) if len(lengths) else float("nan")
