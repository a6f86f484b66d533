"""Codes of one byte for the channels: what the trees split, and all that they ever see.

Each channel is cut at up to 255 places, which divide the training voxels into about even parts.
The cuts lie on a regular grid of cells between the outermost of them, so that coding a value is a
multiplication and a look-up in a table. A code never decreases with its value, so that a split by
a code is a split by a threshold.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import get_num_threads, njit, prange

from manyeyes.forest.filters import CODE_CELLS

MOST_CUTS = 255
"""A code is a byte."""

NOTABLE_GAP = 0.25
"""A gap that takes up more than this share of a part's width attracts the border. Among random
values, whose parts hold hundreds, the widest gap takes a few hundredths."""

FARTHEST_BORDER = 2.5
"""How far from their middle borders may lie, in distances of the first and last percentile."""


@dataclass(frozen=True)
class Coding:
    """How the values of the channels become codes.

    Attributes
    ----------
    low : ndarray of float32, shape (channels,)
        Where the grid of cells begins.
    per_unit : ndarray of float32, shape (channels,)
        Cells in a unit of the channel; 0 for a channel that was constant in training.
    cuts : ndarray of uint16, shape (channels, 255)
        Ascending numbers of the cells at which the code grows by one; after the last cut of a
        channel, CODE_CELLS + 1.
    """

    low: np.ndarray
    per_unit: np.ndarray
    cuts: np.ndarray

    def table(self) -> np.ndarray:
        """Return the code of each cell, uint8 of shape (channels, CODE_CELLS + 1)."""
        cells = np.arange(CODE_CELLS + 1)
        return np.stack([np.searchsorted(row, cells, side="right") for row in self.cuts]).astype(
            np.uint8
        )


def make_coding(values: np.ndarray) -> Coding:
    """Choose the codes of each channel from the values of the training voxels.

    Parameters
    ----------
    values : ndarray of float32, shape (voxels, channels)

    Returns
    -------
    Coding
    """
    channels = values.shape[1]
    low = np.zeros(channels, dtype=np.float32)
    per_unit = np.zeros(channels, dtype=np.float32)
    cuts = np.full((channels, MOST_CUTS), CODE_CELLS + 1, dtype=np.uint16)
    # Sorting takes nearly all of the time, and lets other threads run.
    with ThreadPoolExecutor(get_num_threads()) as pool:
        chosen = list(pool.map(lambda column: _borders(np.sort(column)), values.T))
    for channel, (borders, below) in enumerate(chosen):
        if borders.size == 0:
            continue
        # The grid spans the borders, not the values, so that it spends no cells on tails. The
        # first border falls into the middle of cell 1, the last into the middle of the last cell.
        span = borders[-1] - borders[0]
        unit = (CODE_CELLS - 2) / span if span > 0 else 2 / (borders[0] - below)
        low[channel] = borders[0] - 1.5 / unit
        per_unit[channel] = unit
        cells = cells_of(borders.astype(np.float32), low[channel], per_unit[channel])
        cells = np.unique(cells)
        cuts[channel, : cells.size] = cells
    return Coding(low=low, per_unit=per_unit, cuts=cuts)


def _borders(ordered: np.ndarray) -> tuple[np.ndarray, np.float64]:
    """Choose the values of a channel at which a new code begins.

    A tree with exact splits cuts in the middle between two neighbouring training values. Users
    leave gaps: between two thresholds nothing is labelled, and all that lies there goes to the
    side of the cut. So a border is the middle between two values; the values are divided into
    even parts, but where a gap takes up much of a part's width, the border lies in this gap.

    Parameters
    ----------
    ordered : ndarray of float32, shape (voxels,)
        The values in ascending order.

    Returns
    -------
    borders : ndarray of float64
        At most MOST_CUTS, ascending; none if all values are equal.
    below : float64
        The largest value below the first border; the lowest of all if there is no border.
    """
    starts = np.flatnonzero(np.diff(ordered, prepend=-np.inf))
    distinct = ordered[starts].astype(np.float64)
    # Gap g lies between the distinct values g and g + 1.
    gaps = np.diff(distinct)
    if gaps.size <= MOST_CUTS:
        chosen = np.arange(gaps.size)
    else:
        # A value that more voxels share than an even part of them gets a code of its own; the
        # other voxels are divided into even parts.
        counts = np.diff(starts, append=ordered.size)
        is_heavy = counts > ordered.size / (MOST_CUTS + 1)
        heavy = np.flatnonzero(is_heavy)
        around = np.concatenate([heavy[heavy > 0] - 1, heavy[heavy < gaps.size]])
        parts = max(1, MOST_CUTS - 2 * heavy.size)
        rank = np.cumsum(np.where(is_heavy, 0, counts))[:-1]
        part = rank * parts // (rank[-1] + 1)
        # Gaps between outliers are none that a user made, and would make all cells too wide.
        middle = distinct[:-1] + gaps / 2
        low, high = ordered[[ordered.size // 100, -1 - ordered.size // 100]].astype(np.float64)
        near = np.abs(middle - (low + high) / 2) <= FARTHEST_BORDER * (high - low)
        inside = np.flatnonzero(near if high > low else np.ones_like(near))
        part, width = part[inside], gaps[inside]
        begins = np.flatnonzero(np.diff(part, prepend=-1))
        ends = np.append(begins[1:], part.size) - 1
        widest = np.maximum.reduceat(width, begins)
        taken = ends.copy()
        for k in np.flatnonzero(widest > NOTABLE_GAP * np.add.reduceat(width, begins)):
            taken[k] = begins[k] + width[begins[k] : ends[k] + 1].argmax()
        chosen = np.unique(np.concatenate([inside[taken], around]))
        if chosen.size > MOST_CUTS:
            chosen = chosen[np.arange(MOST_CUTS) * chosen.size // MOST_CUTS]
    borders = (distinct[:-1] + gaps / 2)[chosen]
    return borders, distinct[chosen[0] if chosen.size else 0]


def cells_of(values: np.ndarray, low: np.float32, per_unit: np.float32) -> np.ndarray:
    """Return the number of the cell that each value falls into, as the compiled filters do."""
    position = (values - low) * per_unit
    return np.clip(position, 0, CODE_CELLS).astype(np.int32)


def code_values(values: np.ndarray, coding: Coding) -> np.ndarray:
    """Return the codes of training voxels.

    Parameters
    ----------
    values : ndarray of float32, shape (voxels, channels)
    coding : Coding

    Returns
    -------
    ndarray of uint8, shape (voxels, 64)
        One cache line a voxel; the places after the channels hold 0.
    """
    codes = np.zeros((values.shape[0], 64), dtype=np.uint8)
    _code_rows(values, coding.low, coding.per_unit, coding.table(), np.float32(CODE_CELLS), codes)
    return codes


@njit(cache=True, parallel=True)
def _code_rows(values, low, per_unit, table, top, codes):
    """Write the code of each value."""
    for i in prange(values.shape[0]):
        for k in range(values.shape[1]):
            position = (values[i, k] - low[k]) * per_unit[k]
            codes[i, k] = table[k, np.int32(min(max(position, np.float32(0.0)), top))]
