"""Tortuosity factor and effective diffusivity of an open phase."""

from dataclasses import dataclass

import numpy as np

from .pieces import percolating


@dataclass(frozen=True)
class Transport:
    """Steady diffusion through a volume along one axis.

    Attributes
    ----------
    effective_diffusivity : float
        Of the volume relative to that inside the open phase, 0 to 1; 0 where nothing percolates.
    tortuosity_factor : float
        Open fraction over effective diffusivity, 1 or more; infinite where nothing percolates. (The
        factor, not its square root, which some authors call tortuosity.)
    iterations : int
        Steps of the solver; 0 where nothing percolates.
    """

    effective_diffusivity: float
    tortuosity_factor: float
    iterations: int


def tortuosity(open_phase: np.ndarray, axis: int, *, tolerance: float = 1e-4) -> Transport:
    """Return how an open phase conducts along an axis.

    The steady diffusion equation is solved with a voxel's concentration at its centre. It is 1 and
    0 on the end faces, half a voxel outside the first and the last layer, so a straight channel
    has a factor of exactly 1. Nothing flows through the side faces. Voxels conduct through shared
    faces alone: through an edge or a corner there is no path. The open fraction counts all open
    voxels, also those that do not conduct. These are the conventions of TauFactor (Cooper et al.
    2016, doi:10.1016/j.softx.2016.09.002).

    The factor is that of the voxels. Steps of a surface hinder more than the smooth surface that
    they stand for: for few spheres of 16, 32 and 64 voxels across, the excess over 1 is 27, 13 and
    7 % above Maxwell's.

    Parameters
    ----------
    open_phase : ndarray of bool, shape (z, y, x)
        True where there is diffusion.
    axis : int
        0, 1 or 2: the direction from end face to end face.
    tolerance : float
        The largest relative difference of the fluxes through the two end faces, from 1e-10 to 0.1.
        The error of the result is much smaller, as it is computed from the dissipated energy: below
        1e-6 at the usual tolerance on 57 random volumes.

    Returns
    -------
    Transport

    Raises
    ------
    ValueError
        If the phase is not a volume of bool, there is no such axis, or the tolerance is outside its
        range.
    ArithmeticError
        If the solver does not converge.
    """
    if not 1e-10 <= tolerance <= 0.1:
        raise ValueError(f"the tolerance must be from 1e-10 to 0.1, found {tolerance}")
    conducting = percolating(open_phase, axis)
    if not conducting.any():
        return Transport(effective_diffusivity=0.0, tortuosity_factor=float("inf"), iterations=0)
    # Only here: a volume without a path needs no compiled solver.
    from .multigrid import solve

    along = np.ascontiguousarray(np.moveaxis(conducting, axis, 0))
    solution = solve(along, tolerance)
    layers, height, width = along.shape
    diffusivity = solution.conductance * layers / (height * width)
    return Transport(
        effective_diffusivity=diffusivity,
        tortuosity_factor=float(np.mean(open_phase)) / diffusivity,
        iterations=solution.iterations,
    )
