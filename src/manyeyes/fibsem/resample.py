"""Resample labels to cubic voxels by volume share, slab by slab."""

from collections.abc import Iterator

import numpy as np

from ..labels import ACTIVE, REST


def resample(
    active: np.ndarray,
    voxel_size_nm: tuple[float, float, float],
    shape: tuple[int, int, int],
    to_nm: float,
) -> Iterator[np.ndarray]:
    """Yield one layer after the other of the resampled labels.

    A new voxel is active if more than half of its volume is. Along an axis where voxels get finer,
    a new voxel lies within one old voxel or across two: nothing is interpolated between slices.

    Parameters
    ----------
    active : ndarray of bool, shape (z, y, x)
        May be mapped from a file: each slice is read about once.
    voxel_size_nm : tuple of float
        Edges (z, y, x) of its voxels, nm.
    shape : tuple of int
        Voxels (z, y, x) of the result, from the same corner.
    to_nm : float
        Edge of its voxels, nm.

    Yields
    ------
    ndarray of uint8, shape (y, x)
        1 active material, 2 the rest.

    Raises
    ------
    ValueError
        If the result reaches beyond the volume.
    """
    reach = np.array(shape) * to_nm
    there = np.array(active.shape) * np.array(voxel_size_nm)
    if (reach > there * (1 + 1e-9)).any() or min(shape) < 1:
        raise ValueError(
            f"{list(shape)} voxels of {to_nm:g} nm reach over {reach.round(1).tolist()} nm, the "
            f"labels over {there.round(1).tolist()} nm (z, y, x); ask for fewer voxels"
        )
    weights = [
        overlaps(n, old, to_nm, count)
        for n, old, count in zip(active.shape, voxel_size_nm, shape, strict=True)
    ]
    # Slices averaged over rows and columns, kept while a layer may need them.
    ready: dict[int, np.ndarray] = {}
    for first, shares in weights[0]:
        wanted = range(first, first + len(shares))
        ready = {z: plane for z, plane in ready.items() if z in wanted}
        for z in wanted:
            if z not in ready:
                ready[z] = _average(
                    _average(active[z].astype(np.float32), weights[1], 0), weights[2], 1
                )
        share = sum(w * ready[z] for z, w in zip(wanted, shares, strict=True))
        # Rounding must not decide about a voxel that is exactly half active.
        yield np.where(share > 0.5 + 1e-6, np.uint8(ACTIVE), np.uint8(REST))


def resampled_shape(
    shape: tuple[int, int, int], voxel_size_nm: float, to_nm: float
) -> tuple[int, int, int]:
    """Return how many whole voxels of `to_nm` fit into a volume of `shape` voxels."""
    return tuple(int(n * voxel_size_nm / to_nm + 1e-9) for n in shape)


def overlaps(n: int, old: float, new: float, count: int) -> list[tuple[int, np.ndarray]]:
    """Return which old cells each new cell covers, and the share of it in each.

    Parameters
    ----------
    n : int
        Old cells.
    old, new : float
        Length of an old and a new cell.
    count : int
        New cells, from the same end.

    Returns
    -------
    list of (int, ndarray)
        First old cell, and shares that sum to 1.
    """
    cells = []
    for i in range(count):
        low, high = i * new / old, (i + 1) * new / old
        first, last = int(low + 1e-9), min(int(np.ceil(high - 1e-9)), n)
        edges = np.clip(np.arange(first, last + 1, dtype=np.float64), low, high)
        shares = np.diff(edges)
        cells.append((first, shares / shares.sum()))
    return cells


def _average(values: np.ndarray, cells: list[tuple[int, np.ndarray]], axis: int) -> np.ndarray:
    """Average along an axis; float32."""
    values = np.moveaxis(values, axis, 0)
    reach = max(len(shares) for _, shares in cells)
    out = np.zeros((len(cells), *values.shape[1:]), dtype=np.float32)
    for place in range(reach):
        index = np.array([min(first + place, len(values) - 1) for first, _ in cells])
        share = np.array([s[place] if place < len(s) else 0.0 for _, s in cells], np.float32)
        out += share.reshape(-1, *([1] * (values.ndim - 1))) * values[index]
    return np.moveaxis(out, 0, axis)
