"""Codes of one byte for the channels: what the trees split, and all that they ever see.

Each channel is cut at up to 255 quantiles of the training voxels. The cuts lie on a regular grid
of cells between the outermost quantiles, so that coding a value is a multiplication and a look-up
in a table. A code never decreases with its value, so a split by a code is a split by a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from manyeyes.forest.filters import CODE_CELLS


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
    n, channels = values.shape
    low = np.zeros(channels, dtype=np.float32)
    per_unit = np.zeros(channels, dtype=np.float32)
    cuts = np.full((channels, 255), CODE_CELLS + 1, dtype=np.uint16)
    ranks = np.arange(1, 256) * n // 256
    for channel in range(channels):
        ordered = np.sort(values[:, channel])
        # With few distinct values the quantiles would miss some; cuts between all of them do not.
        distinct = ordered[np.flatnonzero(np.diff(ordered, prepend=-np.inf))]
        if distinct.size == 1:
            continue
        borders = distinct if distinct.size <= 256 else np.unique(ordered[ranks])
        # A range that begins at the lowest cut, not at the lowest value, spends no cells on tails.
        first = distinct[0] if distinct.size <= 256 else np.float32(borders[0])
        last = borders[-1] if borders[-1] > first else distinct[-1]
        scale = np.float32(CODE_CELLS) / (np.float64(last) - np.float64(first))
        low[channel] = first
        per_unit[channel] = scale
        cell = cells_of(borders, low[channel], per_unit[channel])
        cell = np.unique(cell[borders > first] if distinct.size <= 256 else cell)[:255]
        cuts[channel, : cell.size] = cell
    return Coding(low=low, per_unit=per_unit, cuts=cuts)


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
