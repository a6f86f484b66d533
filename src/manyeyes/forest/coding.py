"""The channels as codes of one byte, which are all that the trees see.

Each channel is cut at up to 255 places: some divide the training voxels evenly, others the range of
their values. The cuts lie on a regular grid of cells between the outermost of them, so that a value
is coded by a multiplication and a look-up in a table. Codes never decrease with the value, so a
split by a code is a split by a threshold.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import get_num_threads, njit, prange

from .filters import CODE_CELLS

MOST_CUTS = 255
"""A code is a byte."""

BY_RANK = 105
"""Borders that divide the training voxels evenly."""

BY_VALUE = 135
"""Borders at equal distances between the outermost of the classes' CORE_PERCENTILES."""

CORE_PERCENTILES = (0.5, 99.5)

FARTHEST_GAP = 2.5
"""Largest distance of a gap from the middle of these percentiles, in units of their distance."""

FINEST = 1e37
"""The most cells per unit of a channel, well inside float32. A channel that needs more counts as
constant: it spans less than 8e-34, near the limit of what float32 resolves."""

_TOGETHER = 16
"""Channels that are copied at a time."""


@dataclass(frozen=True)
class Coding:
    """How values become codes."""

    low: np.ndarray  # float32 (channels,): where the grid of cells begins
    per_unit: np.ndarray  # float32 (channels,): cells per unit; 0 for a channel that was constant
    # uint16 (channels, 255): numbers of the cells at which the code grows by one, ascending;
    # CODE_CELLS + 1 after the last cut of a channel
    cuts: np.ndarray

    def table(self) -> np.ndarray:
        """Return the code of each cell, uint8 of shape (channels, CODE_CELLS + 1)."""
        cells = np.arange(CODE_CELLS + 1)
        return np.stack([np.searchsorted(row, cells, side="right") for row in self.cuts]).astype(
            np.uint8
        )


def make_coding(values: np.ndarray, labels: np.ndarray) -> Coding:
    """Choose the codes of each channel from the values of training voxels.

    ``values`` is float32 (voxels, channels), ``labels`` uint8 (voxels,).

    Raises
    ------
    ValueError
        If channels vary, but all by less than float32 resolves.
    """
    members = [np.flatnonzero(labels == label) for label in np.flatnonzero(np.bincount(labels))]
    channels = values.shape[1]
    low = np.zeros(channels, dtype=np.float32)
    per_unit = np.zeros(channels, dtype=np.float32)
    cuts = np.full((channels, MOST_CUTS), CODE_CELLS + 1, dtype=np.uint16)
    chosen, dropped = [], False
    # Sorting takes nearly all of the time and releases the GIL.
    with ThreadPoolExecutor(get_num_threads()) as pool:
        for first in range(0, channels, _TOGETHER):
            count = min(_TOGETHER, channels - first)
            columns = np.empty((count, values.shape[0]), dtype=np.float32)
            _take_columns(values, first, columns)
            chosen += pool.map(lambda column: _borders(column, members), columns)
    for channel, (borders, below) in enumerate(chosen):
        if borders.size == 0:
            continue
        # The grid spans the borders, not the values, so that no cells are spent on tails. The first
        # border lies in the middle of cell 1, the last in the middle of the last cell.
        span = borders[-1] - borders[0]
        unit = (CODE_CELLS - 2) / span if span > 0 else 2 / (borders[0] - below)
        if unit > FINEST:
            # More cells than float32 can hold would turn values into NaN, and NaN into a cell far
            # outside the table.
            dropped = True
            continue
        low[channel] = borders[0] - 1.5 / unit
        per_unit[channel] = unit
        cells = np.unique(_cells_of(borders.astype(np.float32), low[channel], per_unit[channel]))
        cuts[channel, : cells.size] = cells
    if dropped and not per_unit.any():
        raise ValueError(
            f"the labelled voxels differ by less than {CODE_CELLS / FINEST:.0e} in all channels, "
            "which float32 cannot resolve; scale the volume first"
        )
    return Coding(low=low, per_unit=per_unit, cuts=cuts)


def _borders(column: np.ndarray, members: list[np.ndarray]) -> tuple[np.ndarray, np.float64]:
    """Choose the values of a channel at which a new code begins.

    A tree with exact splits cuts in the middle between two neighbouring training values. Borders
    by rank come close to that where values are dense. But users label what they are sure of: few
    or no labels lie between the classes, where many of the other voxels are, and the middle differs
    from node to node. So some borders lie evenly by value, and the rest in the middles of the
    widest gaps. A value that many voxels share gets a code of its own.

    Parameters
    ----------
    column : ndarray of float32, shape (voxels,)
    members : list of ndarray of int64
        The voxels of each class.

    Returns
    -------
    borders : ndarray of float64
        At most MOST_CUTS, ascending; none if all values are equal.
    below : float64
        The largest value below the first border, or the smallest value if there is none.
    """
    ordered = np.sort(column)
    starts = np.append(0, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)
    distinct = ordered[starts]
    gaps = np.subtract(distinct[1:], distinct[:-1], dtype=np.float64)

    def middles_of(places) -> np.ndarray:
        return distinct[:-1][places].astype(np.float64) + gaps[places] / 2

    if gaps.size > MOST_CUTS:
        counts = np.diff(starts, append=ordered.size)
        is_heavy = counts > ordered.size / (MOST_CUTS + 1)
        borders = []
        if is_heavy.any():
            borders.append(middles_of(is_heavy[:-1] | is_heavy[1:]))
            counts[is_heavy] = 0
        # The other voxels are divided evenly: the gap before the first voxel of each part.
        rank = np.cumsum(counts)
        ranks = np.arange(1, BY_RANK + 1) * rank[-1] / (BY_RANK + 1)
        borders.append(middles_of(np.searchsorted(rank, ranks).clip(1) - 1))
        # For each class separately, since a class may have only a few of a million voxels. It is
        # faster to sort the values before their percentiles are taken.
        classes = [np.sort(column[of_class]) for of_class in members]
        cores = [np.percentile(values, CORE_PERCENTILES) for values in classes]
        low, high = np.min(cores).astype(np.float64), np.max(cores).astype(np.float64)
        even, step = np.linspace(low, high, BY_VALUE, retstep=True)
        chosen = np.unique(np.concatenate([*borders, even[even > distinct[0]]]))[:MOST_CUTS]
        # Gaps between outliers were not made by a user, and would make all cells too wide.
        wide = np.flatnonzero(gaps > step)
        near = np.abs(middles_of(wide) - (low + high) / 2) <= FARTHEST_GAP * (high - low)
        wide = wide[near]
        widest = wide[np.argsort(-gaps[wide], kind="stable")][: MOST_CUTS - chosen.size]
        middles = np.union1d(chosen, middles_of(widest))
    else:
        middles = middles_of(slice(None))
    smaller = np.count_nonzero(distinct < middles[0]) if middles.size else 1
    below = distinct[smaller - 1].astype(np.float64)
    return middles, below


def _cells_of(values: np.ndarray, low: np.float32, per_unit: np.float32) -> np.ndarray:
    """Return the number of the cell that each value falls into, as the compiled filters do."""
    return np.clip((values - low) * per_unit, 0, CODE_CELLS).astype(np.int32)


def code_values(values: np.ndarray, coding: Coding) -> np.ndarray:
    """Return the codes of values, float32 (voxels, channels), as uint8 of shape (voxels, 64).

    This is one cache line per voxel; the places after the channels are 0.
    """
    codes = np.zeros((values.shape[0], 64), dtype=np.uint8)
    _code_rows(values, coding.low, coding.per_unit, coding.table(), np.float32(CODE_CELLS), codes)
    return codes


@njit(cache=True, parallel=True)
def _take_columns(values, first, columns):
    """Copy some columns at once, because reading one alone loads the cache lines of all."""
    for i in prange(values.shape[0]):
        for k in range(columns.shape[0]):
            columns[k, i] = values[i, first + k]


@njit(cache=True, parallel=True)
def _code_rows(values, low, per_unit, table, top, codes):
    """Write the code of each value."""
    for i in prange(values.shape[0]):
        for k in range(values.shape[1]):
            position = (values[i, k] - low[k]) * per_unit[k]
            codes[i, k] = table[k, np.int32(min(max(position, np.float32(0.0)), top))]
