"""Surfaces: of each phase, between each two of them, and the line where three meet."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ..labels import Phases
from .registry import Group, Measure, Measured


def measure(labels: np.ndarray, phases: Phases, voxel_size_nm: float) -> Iterator[Measured]:
    """Yield the numbers; see `Group`. Faces of the volume are no surface."""
    from ..measures.interfaces import interfaces_per_um, surfaces_per_um, triple_line_per_um2

    codes = phases.codes
    areas = interfaces_per_um(labels, voxel_size_nm, list(codes.values()))
    own = surfaces_per_um(areas)
    # Of two phases, one surface is the other's.
    for key in ["active"] if len(codes) == 2 else codes:
        yield Measured("specific_surface", key, "", own[codes[key]])
    if len(codes) == 2:
        return
    for pair in combinations(codes, 2):
        yield Measured("contact_area", "|".join(pair), "", areas[tuple(codes[k] for k in pair)])
    for keys in combinations(codes, 3):
        line = triple_line_per_um2(labels, voxel_size_nm, [codes[key] for key in keys])
        yield Measured("triple_line", "|".join(keys), "", line)


GROUP = Group(
    measures={
        "specific_surface": Measure("1/µm", shown=True),
        "contact_area": Measure("1/µm", shown=True),
        "triple_line": Measure("1/µm²", shown=True),
    },
    measure=measure,
    seconds_a_megavoxel=0.1,
    bytes_a_voxel=12,
)
