"""Shaded pictures of a volume's active material, by casting rays through its voxels.

The projection is orthographic, so that lengths along an edge of the block have one scale. Light
comes from a lamp, with shadows, and from a bright sky, of which narrow pores see little (ambient
occlusion); this makes depth visible in print. General renderers need a display or a GPU's driver,
or are larger than all that the workflow installs for its images.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

# What a pixel shows: nothing, a particle, or where the end of the block or the cut-away cuts one.
NOTHING, SURFACE, END, SECTION = 0, 1, 2, 3

# A surface is where the smoothed material is 1/2; this width, in voxels, hides the steps of voxels.
SMOOTHING = 0.8
LEVEL = 0.5
# Directions and distance (um, about a particle's diameter) in which the sky is looked for.
_SKY_DIRECTIONS = 48
_SKY_UM = 6.0


@dataclass(frozen=True)
class View:
    """The direction from which a block is seen, without perspective.

    Attributes
    ----------
    azimuth_degrees : float
        Of the eye around the block; 0 is in front of the face of first z.
    elevation_degrees : float
        Of the eye above the horizon; up is towards lower y (the first rows).
    """

    azimuth_degrees: float = 32.0
    elevation_degrees: float = 24.0

    @property
    def axes(self) -> np.ndarray:
        """Unit vectors (right, down, into the picture), each (z, y, x); float64 (3, 3)."""
        a, e = math.radians(self.azimuth_degrees), math.radians(self.elevation_degrees)
        into = np.array([math.cos(e) * math.cos(a), math.sin(e), -math.cos(e) * math.sin(a)])
        right = np.array([math.sin(a), 0.0, math.cos(a)])
        return np.stack([right, np.cross(right, into), into])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return where points (..., 3) of the block are in the picture: right, down; (..., 2)."""
        return np.asarray(points, dtype=np.float64) @ self.axes[:2].T


class _Camera(NamedTuple):
    """Where rays start.

    Attributes
    ----------
    axes : ndarray, shape (3, 3)
        As of `View`.
    left, top, pixel : float
        Of the picture, voxels.
    nearest : float
        Where the block begins along the rays, voxels.
    """

    axes: np.ndarray
    left: float
    top: float
    pixel: float
    nearest: float


class _Light(NamedTuple):
    """Unit vectors to the lamp (3,) and to the sky (n, 3), and how far the sky is looked for."""

    lamp: np.ndarray
    sky: np.ndarray
    reach: float


@dataclass(frozen=True)
class Picture:
    """A rendered block.

    Attributes
    ----------
    brightness : numpy.ndarray
        float32 (rows, columns), 0 to 1.
    kind : numpy.ndarray
        uint8 (rows, columns): `NOTHING`, the `SURFACE` of a particle, where the `END` of the block
        cuts it, or its `SECTION` by the cut-away.
    voxel : numpy.ndarray
        int64 (rows, columns): the voxel that is seen, counted in the order of memory; -1 for none.
        Surfaces are smoothed, so it may lie just outside the material.
    extent_um : tuple of float
        Left, right, bottom, top of the picture in the plane of `View.project`, um.
    """

    brightness: np.ndarray
    kind: np.ndarray
    voxel: np.ndarray
    extent_um: tuple[float, float, float, float]


def render(
    active: np.ndarray,
    voxel_size_um: float,
    view: View,
    *,
    columns: int,
    cut_away: tuple[float, float, float] | None = None,
) -> Picture:
    """Cast rays at the active material of a block.

    Parameters
    ----------
    active : ndarray of bool, shape (z, y, x)
    voxel_size_um : float
        Edge of its cubic voxels, um.
    view : View
    columns : int
        Width of the picture, pixels; its height follows.
    cut_away : tuple of float, optional
        Shares (z, y, x), 0 to 1, of the block's edges that are removed at the corner nearest to the
        eye, so that the inside is visible.

    Returns
    -------
    Picture
        The same for any number of threads.

    Raises
    ------
    ValueError
        If there is no volume or no picture, or if the cut takes nothing or the whole block.
    """
    if active.ndim != 3 or active.size == 0 or columns < 2:
        raise ValueError(
            f"expected a volume (z, y, x) and a picture of at least two columns, found "
            f"{active.shape} and {columns}"
        )
    shape = np.array(active.shape)
    axes = view.axes
    low, high = np.zeros(3), np.zeros(3)
    if cut_away is not None:
        shares = np.array(cut_away, dtype=np.float64)
        if not ((shares > 0) & (shares <= 1)).all() or (shares == 1).all():
            raise ValueError(
                f"cut_away takes shares above 0 and up to 1 off the edges, and not all of the "
                f"block: found {cut_away!r}"
            )
        # The corner nearest to the eye is against the direction into the picture.
        near = axes[2] > 0
        # Beyond the ends of the block, or a film of no thickness would remain.
        low = np.where(near, -1.0, shape * (1 - shares))
        high = np.where(near, shape * shares, shape + 1.0)
    corners = np.array(list(np.ndindex(2, 2, 2))) * shape
    flat = view.project(corners)
    left, top = flat.min(axis=0)
    right, bottom = flat.max(axis=0)
    pixel = (right - left) / columns
    rows = math.ceil((bottom - top) / pixel)
    field = scipy.ndimage.gaussian_filter(active.astype(np.float32), SMOOTHING, mode="nearest")
    # From behind the left shoulder of the observer.
    lamp = -0.35 * axes[0] - 0.55 * axes[1] - 0.75 * axes[2]
    solid = field > LEVEL
    if cut_away is not None:
        solid[tuple(slice(max(int(a), 0), int(b)) for a, b in zip(low, high, strict=True))] = False
    nearest = float((corners @ axes[2]).min())
    # Numba is slow to load, and only this figure is drawn with it.
    from .ray_casting import cast

    brightness, kind, voxel = cast(
        field,
        solid,
        np.stack([low, high]),
        _Camera(axes, float(left), float(top), float(pixel), nearest),
        _Light(lamp / np.linalg.norm(lamp), _sphere(_SKY_DIRECTIONS), _SKY_UM / voxel_size_um),
        (rows, columns),
    )
    edges = np.array([left, left + columns * pixel, top + rows * pixel, top]) * voxel_size_um
    return Picture(brightness, kind, voxel, tuple(float(edge) for edge in edges))


def _sphere(count: int) -> np.ndarray:
    """Return directions spread evenly over the sphere on a Fibonacci spiral; float64 (count, 3)."""
    place = np.arange(count) + 0.5
    height = 1 - 2 * place / count
    turn = math.pi * (3 - math.sqrt(5)) * place
    across = np.sqrt(1 - height**2)
    return np.column_stack([height, across * np.cos(turn), across * np.sin(turn)])
