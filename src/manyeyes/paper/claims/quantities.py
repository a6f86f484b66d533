"""What claims compare: metrics of conditions, and numbers made of several of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

USER_METRICS = ("sd", "pairwise", "pairwise_per_sd", "baseline_percent", "pores_per_baseline")
SHAPE_METRICS = ("active_specks", "closed_pores")
IMAGE_METRICS = ("contrast_to_noise", "histogram_modes")
METRICS = (*USER_METRICS, *SHAPE_METRICS, *IMAGE_METRICS)

TAKES = ("mean", "lowest", "highest")


class Condition(NamedTuple):
    """An image and a variant, or an image alone (the variant is empty)."""

    dataset: str
    filter: str
    variant: str

    def __str__(self):
        return f"{self.variant or 'image'} on {self.filter} {self.dataset}"


View = Callable[[str, Condition], np.ndarray]
"""Returns the array (realisations, panels) of a metric and cell; see `panels.Panels`."""


@dataclass(frozen=True)
class Aggregate:
    """A metric of one or several cells, perhaps relative to that of others."""

    metric: str
    cells: tuple[Condition, ...]
    take: str | None = None
    per: "Aggregate | None" = None


@dataclass(frozen=True)
class Count:
    """How many cells lie below another quantity."""

    of: tuple[Aggregate, ...]
    below: Aggregate


@dataclass(frozen=True)
class Share:
    """The share of pairs, each on one image, whose first is below the second; 0 to 1."""

    pairs: tuple[tuple[Aggregate, Aggregate], ...]


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's correlation of two metrics over the same cells."""

    first: tuple[Aggregate, ...]
    second: tuple[Aggregate, ...]


@dataclass(frozen=True)
class SameLowest:
    """1 if two metrics are lowest in the same cell, else 0."""

    first: tuple[Aggregate, ...]
    second: tuple[Aggregate, ...]


Counted = Count | Share | RankCorrelation | SameLowest
Quantity = Aggregate | Counted


def needs_of_quantity(quantity: Quantity | float) -> set[tuple[str, Condition]]:
    """Return the metrics and cells that a quantity is computed from."""
    match quantity:
        case Aggregate(metric, cells, _, per):
            needs = {(metric, cell) for cell in cells}
            return needs | needs_of_quantity(per) if per else needs
        case Count(of, below):
            inner = [*of, below]
        case Share(pairs):
            inner = [side for pair in pairs for side in pair]
        case RankCorrelation(first, second) | SameLowest(first, second):
            inner = [*first, *second]
        case _:
            inner = []
    return set().union(*map(needs_of_quantity, inner))


def evaluate(quantity: Quantity | float, view: View, extremes: View | None = None) -> np.ndarray:
    """Return a quantity for every panel.

    Parameters
    ----------
    quantity : Quantity or float
    view : callable
        Such as `panels.Panels.distribution`.
    extremes : callable, optional
        Another view, which decides which of several cells is the lowest or highest. If populations
        are drawn independently for each cell, the lowest of many draws would be lower than any
        cell is. With this view, the draws are those of the cell that was measured as the lowest.

    Returns
    -------
    ndarray of float64, shape (realisations, panels), or (1, 1) for a constant
    """

    def of_each(quantities: Iterable[Quantity]) -> np.ndarray:
        return _stacked([evaluate(one, view) for one in quantities])

    match quantity:
        case Aggregate(metric, cells, take, per):
            value = _stacked([view(metric, cell) for cell in cells])
            if take in ("lowest", "highest"):
                known = (
                    value if extremes is None else _stacked([extremes(metric, c) for c in cells])
                )
                place = np.argmin(known, axis=0) if take == "lowest" else np.argmax(known, axis=0)
                value = np.take_along_axis(value, place[None], axis=0)[0]
            else:
                value = value.mean(axis=0)
            if per is None:
                return value
            with np.errstate(divide="ignore", invalid="ignore"):
                return value / evaluate(per, view, extremes)
        case Count(of, below):
            return np.sum(of_each(of) < evaluate(below, view), axis=0)
        case Share(pairs):
            lower, higher = map(of_each, zip(*pairs, strict=True))
            return np.mean(lower < higher, axis=0)
        case RankCorrelation(first, second):
            return _rank_correlation(of_each(first), of_each(second))
        case SameLowest(first, second):
            lowest = [np.argmin(of_each(side), axis=0) for side in (first, second)]
            return (lowest[0] == lowest[1]).astype(np.float64)
    return np.full((1, 1), float(quantity))


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation over the first axis; 0 where a side does not vary."""
    ranks = [scipy.stats.rankdata(values, axis=0) for values in np.broadcast_arrays(first, second)]
    a, b = (rank - rank.mean(axis=0) for rank in ranks)
    norm = np.sqrt(np.sum(a**2, axis=0) * np.sum(b**2, axis=0))
    return np.divide(np.sum(a * b, axis=0), norm, out=np.zeros_like(norm), where=norm > 0)


def _stacked(arrays: list[np.ndarray]) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*arrays))
