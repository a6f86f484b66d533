"""Transport: what is connected, and how much longer the way through the pores is."""

from collections.abc import Iterator

import numpy as np

from ..labels import Phases
from ._regions import inner_box, open_phases
from .registry import ALL_AXES, Group, Measure, Measured


def measure(labels: np.ndarray, phases: Phases, voxel_size_nm: float) -> Iterator[Measured]:
    """Yield the numbers; see `Group`.

    Directions need straight walls, so a round field of view is measured in the largest box of its
    proportions that lies inside.
    """
    box = inner_box(labels)
    boxed = None if box is None else labels[box]
    conducting = open_phases(phases)
    for name, codes in conducting.items():
        yield from _transport(name, boxed, codes)
    for name, codes in {"active": [phases["active"].code], **conducting}.items():
        yield from _connected(name, boxed, codes, voxel_size_nm)


def _transport(name: str, labels: np.ndarray | None, codes: list[int]) -> Iterator[Measured]:
    from ..measures.transport import tortuosity

    diffusivities, share = [], np.nan
    if labels is not None:
        mask = np.isin(labels, codes)
        share = mask.mean()
        diffusivities = [tortuosity(mask, axis).effective_diffusivity for axis in range(3)]
    along = [*zip("zyx", diffusivities or [np.nan] * 3, strict=True)]
    along.append((ALL_AXES, np.mean([value for _, value in along])))
    for axis, value in along:
        yield Measured("effective_diffusivity", name, axis, value)
    for axis, value in along:
        with np.errstate(divide="ignore", invalid="ignore"):
            yield Measured("tortuosity_factor", name, axis, np.divide(share, value))


def _connected(
    name: str, labels: np.ndarray | None, codes: list[int], voxel_size_nm: float
) -> Iterator[Measured]:
    from ..measures.pieces import connectivity, euler_number

    shares = np.full((3, 3), np.nan)
    density = np.nan
    if labels is not None:
        mask = np.isin(labels, codes)
        volume_um3 = mask.size * (voxel_size_nm / 1000) ** 3
        density = euler_number(mask) / volume_um3
        for axis in range(3):
            found = connectivity(mask, axis)
            shares[axis] = found.percolating, found.dead_end, found.isolated
    for axis, of_axis in zip("zyx", shares, strict=True):
        for kind, value in zip(("percolating", "dead_end", "isolated"), of_axis, strict=True):
            yield Measured(f"{kind}_share", name, axis, value)
    for kind, value in zip(("percolating", "isolated"), shares.mean(axis=0)[[0, 2]], strict=True):
        yield Measured(f"{kind}_share", name, ALL_AXES, value)
    yield Measured("Euler_number_density", name, "", density)


GROUP = Group(
    measures={
        "effective_diffusivity": Measure(),
        "tortuosity_factor": Measure(shown=True),
        "percolating_share": Measure(shown=True),
        "dead_end_share": Measure(),
        "isolated_share": Measure(),
        "Euler_number_density": Measure("1/µm³"),
    },
    measure=measure,
    seconds_a_megavoxel=2,
    bytes_a_voxel=100,
)
