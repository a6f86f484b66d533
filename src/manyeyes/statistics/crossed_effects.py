"""Variances of several random effects that cross each other, with their posterior."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator

# Of freedom, of the error's t distribution.
_DEGREES = 4.0
# Precision of fixed effects in units of the scale: they are free within a thousand of it.
_FLAT = 1e-6


def crossed_effects(
    response: np.ndarray,
    random: Mapping[str, np.ndarray],
    scale: float,
    draws: int,
    *seed_names: object,
    fixed: Sequence[np.ndarray] = (),
    slopes: Mapping[str, np.ndarray] | None = None,
    warm_up: int = 300,
    keep_every: int = 3,
) -> pd.DataFrame:
    """Sample how much each of several random effects spreads.

    ``response = fixed effects + slopes + one random effect per factor + error``. All random parts
    are normal but the error, which has Student's t distribution with four degrees of freedom, so
    that a slip of the hand counts little. Standard deviations have half-Cauchy priors (Gelman 2006,
    doi:10.1214/06-BA117A), which let a factor with few levels, such as five people, be as uncertain
    as it is; fixed effects have flat ones. Gibbs sampling by the scale mixture of Makalic and
    Schmidt (2016, doi:10.1109/LSP.2015.2503725).

    Parameters
    ----------
    response : ndarray of float, shape (n,)
    random : mapping of str to ndarray, shape (n,)
        Labels of the levels of each random factor.
    scale : float
        Scale of the half-Cauchy priors, in units of the response.
    draws : int
        Samples to return, after `warm_up` others, one of each `keep_every`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    fixed : sequence of ndarray, shape (n,)
        Labels of the levels of each fixed factor.
    slopes : mapping of str to ndarray of float, shape (n,)
        Covariates, each with a slope of its own.
    warm_up, keep_every : int

    Returns
    -------
    DataFrame
        One row a draw. Columns: each factor of `random`, its standard deviation; ``constant``; each
        covariate, its slope; ``error``, the scale of the error's t distribution.

    Raises
    ------
    ValueError
        If lengths differ, the response is not finite, or a random factor has one level only.
    """
    response = np.asarray(response, dtype=np.float64)
    count = len(response)
    if not np.isfinite(response).all():
        raise ValueError("the response must be finite numbers")
    slopes = slopes or {}
    if any(len(labels) != count for labels in (*fixed, *random.values(), *slopes.values())):
        raise ValueError(f"every factor needs {count} labels, one for each response")
    factors = {f"fixed {place}": _levels(labels) for place, labels in enumerate(fixed)}
    for name, labels in random.items():
        factors[name] = _levels(labels)
        if len(factors[name][0]) < 2:
            raise ValueError(f"factor {name} has one level only; its spread cannot be estimated")
    terms = _Terms(
        np.column_stack([np.ones(count), *(np.asarray(v, dtype=float) for v in slopes.values())]),
        list(factors.values()),
    )
    rng = generator(*seed_names)
    variance = dict.fromkeys(random, scale**2)
    helper = dict.fromkeys((*random, "error"), 1.0)
    error = scale**2
    weights = np.ones(count)
    rows = []
    for step in range(warm_up + draws * keep_every):
        prior = [_FLAT / scale**2] + [
            1 / variance[name] if name in variance else _FLAT / scale**2 for name in factors
        ]
        slope, effects = terms.draw(response, weights / error, prior, rng)
        residual = response - terms.fitted(slope, effects)
        for name, effect in zip(factors, effects, strict=True):
            if name in variance:
                variance[name], helper[name] = _variance_draw(
                    float(effect @ effect), len(effect), helper[name], scale, rng
                )
        weights = rng.gamma((_DEGREES + 1) / 2, 2 / (_DEGREES + residual**2 / error))
        error, helper["error"] = _variance_draw(
            float(weights @ residual**2), count, helper["error"], scale, rng
        )
        if step >= warm_up and (step - warm_up) % keep_every == 0:
            rows.append(
                {
                    **{name: np.sqrt(value) for name, value in variance.items()},
                    **dict(zip(("constant", *slopes), slope, strict=True)),
                    "error": np.sqrt(error),
                }
            )
    return pd.DataFrame(rows)


def _levels(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(np.asarray(labels).astype(str), return_inverse=True)


class _Terms:
    """Everything that adds up to a response's mean, drawn together, so that the chain mixes.

    Levels of one factor do not occur together, so the largest factor is left out of the system that
    is solved and drawn given the rest.
    """

    def __init__(self, covariates: np.ndarray, factors: list[tuple[np.ndarray, np.ndarray]]):
        self._covariates = covariates
        self._codes = [codes for _, codes in factors]
        self._counts = [len(levels) for levels, _ in factors]
        self._apart = int(np.argmax(self._counts))
        self._others = [place for place in range(len(factors)) if place != self._apart]
        self._places = np.cumsum(
            [0, covariates.shape[1], *(self._counts[place] for place in self._others)]
        )

    def draw(
        self,
        response: np.ndarray,
        precision: np.ndarray,
        prior: list[float],
        rng: np.random.Generator,
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Draw slopes and effects, whose priors have mean 0 and these precisions."""
        places, apart = self._places, self._apart
        inner = np.zeros((places[-1], places[-1]))
        right = np.zeros(places[-1])
        across = np.zeros((places[-1], self._counts[apart]))
        weighted = self._covariates * precision[:, None]
        inner[: places[1], : places[1]] = self._covariates.T @ weighted
        right[: places[1]] = weighted.T @ response
        for column, values in enumerate(weighted.T):
            across[column] = self._sums(apart, values)
        for one, place in enumerate(self._others):
            rows = slice(places[one + 1], places[one + 2])
            right[rows] = self._sums(place, precision * response)
            across[rows] = self._table(place, apart, precision)
            for column, values in enumerate(weighted.T):
                inner[rows, column] = self._sums(place, values)
            for other in range(one + 1):
                columns = slice(places[other + 1], places[other + 2])
                inner[rows, columns] = self._table(place, self._others[other], precision)
        weights = [prior[0], *(prior[1 + place] for place in self._others)]
        inner[np.diag_indices_from(inner)] += np.repeat(weights, np.diff(places))
        own = self._sums(apart, precision) + prior[1 + apart]
        target = self._sums(apart, precision * response)
        # Only what lies on and below the diagonal is filled in and used.
        inner -= (across / own) @ across.T
        lower = np.linalg.cholesky(inner)
        half = scipy.linalg.solve_triangular(lower, right - across @ (target / own), lower=True)
        half += rng.standard_normal(len(half))
        found = scipy.linalg.solve_triangular(lower, half, lower=True, trans="T")
        slope, *effects = np.split(found, places[1:-1])
        rest = (target - across.T @ found) / own
        rest += rng.standard_normal(len(own)) / np.sqrt(own)
        return slope, [*effects[:apart], rest, *effects[apart:]]

    def fitted(self, slope: np.ndarray, effects: list[np.ndarray]) -> np.ndarray:
        """Return the mean of each response."""
        parts = (effect[codes] for effect, codes in zip(effects, self._codes, strict=True))
        return self._covariates @ slope + sum(parts)

    def _sums(self, place: int, values: np.ndarray) -> np.ndarray:
        return np.bincount(self._codes[place], values, minlength=self._counts[place])

    def _table(self, one: int, other: int, values: np.ndarray) -> np.ndarray:
        shape = self._counts[one], self._counts[other]
        pairs = self._codes[one] * shape[1] + self._codes[other]
        return np.bincount(pairs, values, minlength=shape[0] * shape[1]).reshape(shape)


def _variance_draw(
    squares: float, count: int, helper: float, scale: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Draw a variance under a half-Cauchy prior of its root, and the helper of the mixture."""
    variance = (squares / 2 + 1 / helper) / rng.gamma((count + 1) / 2)
    return variance, (1 / scale**2 + 1 / variance) / rng.gamma(1.0)
