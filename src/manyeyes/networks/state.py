"""How far a training is: all that the rest of it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .plateau import Plateau


@dataclass(frozen=True)
class TrainingState:
    """A training between two epochs.

    Attributes
    ----------
    task : str
        Identifies images, labels, settings and seed.
    weights, first, second : mapping of str to ndarray of float32
        The weights and both moments of Adam.
    best : mapping of str to ndarray of float32
        The weights of the epoch with the lowest loss.
    best_epoch : int
        That epoch, from 1; 0 before the first.
    best_loss : float
    step : int
        Steps of the optimiser so far.
    plateau : Plateau
    rows : tuple of dict
        The history so far.
    """

    task: str
    weights: Mapping[str, np.ndarray]
    first: Mapping[str, np.ndarray]
    second: Mapping[str, np.ndarray]
    best: Mapping[str, np.ndarray]
    best_epoch: int
    best_loss: float
    step: int
    plateau: Plateau
    rows: tuple[dict, ...]

    @classmethod
    def at_the_beginning(
        cls, task: str, weights: Mapping[str, np.ndarray], rate: float
    ) -> TrainingState:
        """Return the state before the first epoch."""
        zeros = {name: np.zeros_like(array) for name, array in weights.items()}
        return cls(
            task=task,
            weights=weights,
            first=zeros,
            second=zeros,
            best=weights,
            best_epoch=0,
            best_loss=float("inf"),
            step=0,
            plateau=Plateau(rate),
            rows=(),
        )

    def with_row(self, row: dict, loss: float, weights: Mapping[str, np.ndarray]) -> TrainingState:
        """Return the state with one more epoch, its loss and its weights."""
        state = replace(self, weights=weights, rows=(*self.rows, row))
        if loss < self.best_loss:
            return replace(state, best=weights, best_epoch=len(state.rows), best_loss=loss)
        return state
