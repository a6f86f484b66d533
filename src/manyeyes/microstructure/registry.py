"""What a group of measures is, and all of them.

Each module of this package that a study can name under ``measures`` holds one as ``GROUP``. What
jobs ask for is known before any runs, so modules import what measures inside their functions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..labels import Phases

ALL_AXES = "all"
"""In the column ``axis``: over the three axes together. An empty axis means no direction."""


class Measured(NamedTuple):
    """One number of a microstructure.

    Attributes
    ----------
    measure : str
        A key of `Group.measures`.
    phase : str
        The key of a phase, or of several that count together (``pore+cbd``) or touch
        (``active|cbd``).
    axis : str
        ``z``, ``y``, ``x``, `ALL_AXES`, or empty.
    value : float
    """

    measure: str
    phase: str
    axis: str
    value: float


class Measure(NamedTuple):
    """What a measure is, beyond its name.

    Attributes
    ----------
    unit : str
        As in tables and figures; empty for a ratio.
    shown : bool
        Whether the figure shows it. The table holds all.
    """

    unit: str = ""
    shown: bool = False


@dataclass(frozen=True)
class Group:
    """Measures that are made together.

    Attributes
    ----------
    measures : mapping of str to Measure
        By name, with underscores for spaces.
    measure : callable
        From labels (uint8, (z, y, x), 0 outside the field of view), their phases and the voxel
        size in nm to the numbers, always the same ones in the same order for the same phases.
    seconds_a_megavoxel, bytes_a_voxel : float
        CPU time and memory for one segmentation, as measured.
    of_particles : bool
        Whether the numbers mean nothing where particles cannot be told apart, as with platelets.
        They are then NaN.
    """

    measures: Mapping[str, Measure]
    measure: Callable[[np.ndarray, Phases, float], Iterator[Measured]]
    seconds_a_megavoxel: float
    bytes_a_voxel: float
    of_particles: bool = False


@cache
def module_files() -> dict[str, Path]:
    """Return the file of each group's module by the group's name, which is the module's."""
    here = Path(__file__)
    found = (path for path in sorted(here.parent.glob("*.py")) if path != here)
    names = {path.stem: path for path in found if not path.stem.startswith("_")}
    return {name: path for name, path in names.items() if name not in _OTHERS}


_OTHERS = ("registry", "tables")


@cache
def group_called(name: str) -> Group:
    """Return one group of measures; a KeyError if there is none of that name."""
    return import_module(f"{__package__}.{module_files()[name].stem}").GROUP


def shown_measures(groups: Iterable[str] | None = None) -> list[str]:
    """Return the measures of some groups, or of all, that figures and texts show."""
    return [
        name
        for group in (module_files() if groups is None else groups)
        for name, measure in group_called(group).measures.items()
        if measure.shown
    ]


def title(measure: str) -> str:
    """Return a measure's name as figures and texts write it."""
    words = measure.replace("_", " ")
    return words[:1].upper() + words[1:]
