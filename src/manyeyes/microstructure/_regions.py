"""Which phases conduct together, and the box in which directions can be compared."""

from collections.abc import Sequence

import numpy as np

from ..labels import OUTSIDE, Phases

INTERNAL = "internal_pore"


def open_phases(phases: Phases) -> dict[str, list[int]]:
    """Return the phases through which ions move, as codes by name.

    Of two phases, the one that is not active material. Of more, the pore alone, and the pore with
    everything else but active material: a carbon-binder domain is porous itself, and lies between
    an obstacle and a pore. Pores inside particles are left out.

    Parameters
    ----------
    phases : Phases

    Returns
    -------
    dict of str to list of int
    """
    others = [phase for phase in phases if phase.key not in ("active", INTERNAL)]
    found = {}
    if len(others) > 1 and "pore" in phases.codes:
        found["pore"] = [phases["pore"].code]
    # With the pore first, as the field writes it.
    others.sort(key=lambda phase: phase.key != "pore")
    found["+".join(phase.key for phase in others)] = [phase.code for phase in others]
    return found


def inner_box(labels: np.ndarray) -> tuple[slice, ...] | None:
    """Return the largest box of a volume's proportions about its centre that lies wholly inside.

    Parameters
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        0 outside the field of view.

    Returns
    -------
    tuple of slice or None
        None if no such box has two voxels along each axis. A field of view is the same in all
        slices as a rule, so the box is cut from rows and columns alone first.
    """
    outside = labels == OUTSIDE
    if not outside.any():
        return tuple(slice(0, n) for n in labels.shape)
    for kept in ((1, 2), (0, 1, 2)):
        box = _largest(outside, labels.shape, kept)
        if box is not None:
            return box
    return None


def _largest(outside: np.ndarray, shape: Sequence[int], axes) -> tuple[slice, ...] | None:
    """Return the largest centred box without a voxel outside, shrunk along some axes."""
    longest = max(shape[axis] for axis in axes)
    for cut in range(1, longest // 2):
        margins = [round(cut * n / longest) if i in axes else 0 for i, n in enumerate(shape)]
        box = tuple(slice(m, n - m) for m, n in zip(margins, shape, strict=True))
        if min(s.stop - s.start for s in box) < 2:
            return None
        if not outside[box].any():
            return box
    return None
