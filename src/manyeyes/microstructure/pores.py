"""Pores: how wide they are, how long straight ways through them are, how far order reaches."""

from collections.abc import Iterator

import numpy as np

from ..labels import OUTSIDE, Phases
from ._regions import open_phases
from .registry import Group, Measure, Measured

_SIZES = {
    "pore_size": "mean_thickness_um",
    "pore_size_D10": "d10_thickness_um",
    "pore_size_D50": "d50_thickness_um",
    "pore_size_D90": "d90_thickness_um",
}
"""What `thickness_summary` calls each measure."""


def measure(labels: np.ndarray, phases: Phases, voxel_size_nm: float) -> Iterator[Measured]:
    """Yield the numbers; see `Group`. The rim of the field of view bounds a pore as a wall does."""
    from ..measures.geometry import chord_lengths_um
    from ..measures.pore_sizes import (
        correlation_length_um,
        local_thickness_um,
        thickness_summary,
        two_point,
    )

    outside = labels == OUTSIDE
    inside = ~outside if outside.any() else None
    for name, codes in open_phases(phases).items():
        mask = np.isin(labels, codes)
        sizes = thickness_summary(local_thickness_um(mask, voxel_size_nm))
        for own, key in _SIZES.items():
            yield Measured(own, name, "", sizes[key])
        for axis, letter in enumerate("zyx"):
            lengths = chord_lengths_um(mask, voxel_size_nm, axis)
            yield Measured("chord_length", name, letter, lengths.mean() if len(lengths) else np.nan)
        reach = correlation_length_um(two_point(mask, voxel_size_nm, inside))
        yield Measured("correlation_length", name, "", reach)


GROUP = Group(
    measures={
        "pore_size": Measure("µm", shown=True),
        "pore_size_D10": Measure("µm"),
        "pore_size_D50": Measure("µm"),
        "pore_size_D90": Measure("µm"),
        "chord_length": Measure("µm"),
        "correlation_length": Measure("µm", shown=True),
    },
    measure=measure,
    seconds_a_megavoxel=1.5,
    bytes_a_voxel=140,
)
