"""Particles: the sizes, shapes and contacts of what active material consists of."""

from collections.abc import Iterator

import numpy as np

from ..labels import OUTSIDE, Phases
from .registry import Group, Measure, Measured

_FOUND = {
    "particle_number": "particles",
    "cut_particle_number": "particles_cut",
    "particle_size": "mean_diameter_um",
    "particle_size_D10": "d10_um",
    "particle_size_D50": "d50_um",
    "particle_size_D90": "d90_um",
    "particle_size_by_volume": "volume_weighted_diameter_um",
    "particle_size_by_volume_D10": "d10_volume_um",
    "particle_size_by_volume_D50": "d50_volume_um",
    "particle_size_by_volume_D90": "d90_volume_um",
    "sphericity": "sphericity",
    "elongation": "elongation",
    "flatness": "flatness",
    "long_axis_angle": "long_axis_angle_deg",
    "short_axis_angle": "short_axis_angle_deg",
    "coordination_number": "coordination",
    "internal_porosity": "internal_porosity",
}
"""What `particle_summary` calls each measure."""

_SHOWN = ("particle_size_D50", "particle_size_by_volume_D50", "sphericity", "coordination_number")


def measure(labels: np.ndarray, phases: Phases, voxel_size_nm: float) -> Iterator[Measured]:
    """Yield the numbers; see `Group`. Particles that are cut count by their number alone."""
    from ..measures.particles import particle_summary, particles_table, split

    active = labels == phases["active"].code
    outside = labels == OUTSIDE
    table = particles_table(
        split(active, voxel_size_nm),
        voxel_size_nm,
        material=active,
        outside=outside if outside.any() else None,
    )
    found = particle_summary(table)
    for name, key in _FOUND.items():
        yield Measured(name, "active", "", found[key])


def _unit(name: str) -> str:
    if name.endswith("_angle"):
        return "degrees"
    return "µm" if name.startswith("particle_size") else ""


GROUP = Group(
    measures={name: Measure(_unit(name), shown=name in _SHOWN) for name in _FOUND},
    measure=measure,
    seconds_a_megavoxel=1,
    bytes_a_voxel=60,
    of_particles=True,
)
