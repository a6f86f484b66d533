"""Random fields that are functions of space, not of a voxel grid.

A field is a periodic lattice of normal draws, interpolated by cubic B-splines. Its value at a point
does not depend on the grid, so one electrode can be rasterised at several voxel sizes and places
with the same roughness, binder and pores.
"""

from dataclasses import dataclass

import numba
import numpy as np

from ..randomness import generator

# Nodes per edge of the lattice before it repeats: at 1 um, after 64 um, several particles away.
_PERIOD = 64
# Mean square of the cubic B-spline weights along one axis. Dividing by the root of its cube gives
# the field unit variance on average over space.
_MEAN_SQUARE_WEIGHT = 151.0 / 315.0


@dataclass(frozen=True)
class RandomField:
    """A smooth, periodic random field with mean 0 and variance 1.

    Attributes
    ----------
    nodes : numpy.ndarray
        (64, 64, 64) float64 spline coefficients.
    spacing_um : float
        Distance of the nodes, about the field's correlation length.
    """

    nodes: np.ndarray
    spacing_um: float


def random_field(spacing_um: float, *seed_names: object) -> RandomField:
    """Draw a random field.

    Parameters
    ----------
    spacing_um : float
        Distance of the lattice's nodes, um; features are about twice as wide.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    """
    nodes = generator(*seed_names).standard_normal((_PERIOD,) * 3)
    return RandomField(nodes / np.sqrt(_MEAN_SQUARE_WEIGHT**3), float(spacing_um))


def sample(field: RandomField, axes_um: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return a field's values on a grid.

    Parameters
    ----------
    field : RandomField
    axes_um : tuple of numpy.ndarray
        The grid's z, y and x coordinates, um, 1-D each.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x). The value at a point does not depend on the grid, except for rounding.
    """
    values = field.nodes
    for axis in range(3):
        first, weights = _spline_weights(axes_um[axis] / field.spacing_um)
        # The axis being interpolated comes first; after three turns the order is (z, y, x) again.
        values = _interpolate(np.ascontiguousarray(values), first, weights)
        values = np.moveaxis(values, 0, 2)
    return np.ascontiguousarray(values, dtype=np.float32)


def _spline_weights(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each position's first node and its four cubic B-spline weights."""
    floor = np.floor(positions)
    t = positions - floor
    weights = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    return floor.astype(np.int64) - 1, weights / 6.0


@numba.njit(cache=True)
def _interpolate(values, first, weights):
    """Interpolate along the first axis of a periodic lattice."""
    period, rows, columns = values.shape
    out = np.empty((len(first), rows, columns))
    for n in range(len(first)):
        a = values[first[n] % period]
        b = values[(first[n] + 1) % period]
        c = values[(first[n] + 2) % period]
        d = values[(first[n] + 3) % period]
        wa, wb, wc, wd = weights[n, 0], weights[n, 1], weights[n, 2], weights[n, 3]
        for i in range(rows):
            for j in range(columns):
                out[n, i, j] = wa * a[i, j] + wb * b[i, j] + wc * c[i, j] + wd * d[i, j]
    return out
