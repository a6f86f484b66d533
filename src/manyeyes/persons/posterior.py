"""Who a recorded person may be: the traits of simulated people who did something similar.

For each trait, one number is learned from simulated people that says as much about the trait as
their statistics do: its expected value (Fearnhead and Prangle 2012,
doi:10.1111/j.1467-9868.2011.01010.x). The posterior is that of approximate Bayesian computation by
this number alone, with regression adjustment (Beaumont et al. 2002,
doi:10.1093/genetics/162.4.2025). A single number keeps the comparison fair where there are few
simulated people: what is lost is sharpness, not coverage. Traits are handled as standard scores in
the population, so that the prior of each is a standard normal distribution. Their dependence comes
from what the learned numbers leave over, as a Gaussian copula (Li et al. 2017,
doi:10.1016/j.csda.2016.07.005).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy

from ..randomness import generator, seed_from_names
from .marks import GROUPS
from .simulating import DISCRETE, TRAITS, Table

LEVEL = 0.9
"""Intervals hold this share of the posterior."""

INFORMED = 0.05
"""A record informs a trait if it explains at least this share of its variance over people; below,
an interval would be narrower by less than 3 %, and the prior is kept as it is."""

FOLDS = 5
# Of the simulated people, those nearest by the learned number: at least so many, and this share.
_LEAST_NEAR = 150
_NEAR_SHARE = 0.1
# The trees of a trait see the statistics that go best with it.
_TREES_SEE = 40
_PENALTIES = np.logspace(0, 4, 9)
LEAST_PEOPLE = 200
NEAR = 100
"""Simulated people who count as most like a person."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """What a record says about a person.

    Attributes
    ----------
    summary : DataFrame
        A row for each trait: trait, unit, estimate (posterior median; of a brush the most probable
        width), low and high (`LEVEL` interval), prior_median, prior_low, prior_high, explained
        (share of the trait's variance over people that such a record explains, at least 0),
        informed (bool), informed_by (groups of statistics, `marks.GROUPS`).
    draws : DataFrame
        Joint draws from the posterior, a column for each trait.
    near : ndarray of int
        Rows of the table of simulated people who are most like the person, by all learned numbers.
    """

    summary: pd.DataFrame
    draws: pd.DataFrame
    near: np.ndarray


class Learner:
    """Learns from simulated people what statistics say about traits.

    Parameters
    ----------
    table : Table
        Simulated people, at least `LEAST_PEOPLE`.
    seed : object
        Of the division into folds and of trees.

    Attributes
    ----------
    explained : dict of str to float
        Share of each trait's variance that held-out people's statistics explain.
    """

    def __init__(self, table: Table, seed: object):
        if len(table.traits) < LEAST_PEOPLE:
            raise ValueError(
                f"a fit needs at least {LEAST_PEOPLE} simulated people, found {len(table.traits)}"
            )
        self.table, self._seed = table, seed
        self._names = [name for name in TRAITS if name in table.traits]
        self._scores = {name: Scores(table.traits[name].to_numpy(float)) for name in self._names}
        columns = {name: Scores(values.to_numpy(float)) for name, values in table.marks.items()}
        # what is the same for everybody says nothing
        self._columns = {name: found for name, found in columns.items() if found.varies}
        self._known = self._features(table.marks)
        order = generator(seed, "folds").permutation(len(table.traits))
        self._folds = np.empty(order.size, int)
        self._folds[order] = np.arange(order.size) % FOLDS
        self._models: list[_Model] = []
        self._learned: dict[str, np.ndarray] = {}
        self.explained: dict[str, float] = {}
        with _one_thread():
            self._learn()

    @property
    def informed(self) -> list[str]:
        """The traits that the record informs."""
        return [name for name in self._names if self.explained[name] >= INFORMED]

    def _learn(self) -> None:
        """Learn from all folds but one, and predict that one, in turn."""
        scores = np.stack([self._scores[name].own for name in self._names], axis=1)
        learned = np.empty(scores.shape)
        for fold in range(FOLDS):
            out = self._folds == fold
            seeds = [seed_from_names(self._seed, name, fold) % 2**31 for name in self._names]
            model = _Model(self._known[~out], scores[~out], seeds)
            learned[out] = model.predict(self._known[out])
            self._models.append(model)
        for place, name in enumerate(self._names):
            self._learned[name] = learned[:, place]
            self.explained[name] = _explained(scores[:, place], learned[:, place])

    def _features(self, marks: pd.DataFrame) -> np.ndarray:
        """Return statistics as normal scores among simulated people; a missing one is average."""
        found = []
        for name, scores in self._columns.items():
            score = scores.of(marks[name].to_numpy(float))
            missing = ~np.isfinite(score)
            found.append(np.where(missing, 0.0, score))
            if scores.often_missing:
                found.append(missing.astype(float))
        return np.stack(found, axis=1) if found else np.zeros((len(marks), 1))

    @cached_property
    def by_group(self) -> pd.DataFrame:
        """Share of each trait's variance (rows) that a group of statistics (columns) explains.

        Each group by itself, by linear and squared terms, in held-out people; below 0 means that it
        says nothing.
        """
        groups: dict[str, list[int]] = {group: [] for group in GROUPS}
        place = 0
        for (_, mark), scores in self._columns.items():
            width = 2 if scores.often_missing else 1
            groups[mark.split(":")[0]] += range(place, place + width)
            place += width
        scores = np.stack([self._scores[name].own for name in self._names], axis=1)
        shares = {}
        for group, places in groups.items():
            if not places:
                continue
            part = _with_squares(self._known[:, places])
            learned = np.empty(scores.shape)
            for fold in range(FOLDS):
                out = self._folds == fold
                with _one_thread():
                    learned[out] = _ridge(part[~out], scores[~out]).predict(part[out])
            shares[group] = [_explained(*pair) for pair in zip(scores.T, learned.T, strict=True)]
        return pd.DataFrame(shares, index=self._names)

    def posterior(self, observed: pd.Series, draws: int = 400) -> Posterior:
        """Return what a record says about a person.

        Parameters
        ----------
        observed : Series
            Statistics of the record; see `simulating.observed_marks`.
        draws : int
            From the posterior.
        """
        return self.posteriors(observed.to_frame().T, draws)[0]

    def posteriors(self, observed: pd.DataFrame, draws: int = 400) -> list[Posterior]:
        """Return the same for several people who did the same, one in each row."""
        features = self._features(observed)
        with _one_thread():
            seen = np.mean([model.predict(features) for model in self._models], axis=0)
        return [
            self._posterior(dict(zip(self._names, row.tolist(), strict=True)), draws)
            for row in seen
        ]

    def _posterior(self, seen: Mapping[str, float], draws: int) -> Posterior:
        """Return a posterior from the learned number of each trait."""
        marginals = {name: self._marginal(name, seen[name]) for name in self._names}
        rows = []
        for name in self._names:
            title, unit = TRAITS[name]
            known, prior = self.explained[name] >= INFORMED, self._scores[name].sorted
            values, weights = marginals[name]
            low, middle, high = weighted_quantiles(
                values, weights, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]
            )
            if name in DISCRETE:
                kinds = np.unique(values)
                masses = [weights[values == kind].sum() for kind in kinds]
                middle = float(kinds[int(np.argmax(masses))])
            alike = np.full(prior.size, 1 / prior.size)
            ends = weighted_quantiles(prior, alike, [0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2])
            rows.append(
                {
                    "trait": name,
                    "title": title,
                    "unit": unit,
                    "estimate": middle,
                    "low": low,
                    "high": high,
                    "prior_median": ends[0],
                    "prior_low": ends[1],
                    "prior_high": ends[2],
                    "explained": max(self.explained[name], 0.0),
                    "informed": known,
                    "informed_by": "; ".join(self._best_groups(name)) if known else "",
                }
            )
        return Posterior(
            pd.DataFrame(rows), self._joint(marginals, draws), self._nearest(seen, NEAR)
        )

    def _best_groups(self, name: str) -> list[str]:
        """Return the groups of statistics that by themselves say at least half as much as the best.

        At most three, the best first.
        """
        shares = self.by_group.loc[name].sort_values(ascending=False, kind="stable")
        good = shares[shares >= max(shares.iloc[0] / 2, INFORMED / 2)]
        return [GROUPS[group] for group in good.index[:3]] or [GROUPS[shares.index[0]]]

    def _marginal(self, name: str, seen: float) -> tuple[np.ndarray, np.ndarray]:
        """Return values of a trait and their weights: its posterior."""
        scores, learned = self._scores[name], self._learned[name]
        if self.explained[name] < INFORMED:
            return scores.sorted, np.full(scores.sorted.size, 1 / scores.sorted.size)
        near, weights = nearest(learned, seen)
        found = scores.own[near]
        if name in DISCRETE:
            return scores.values[near], weights
        shift = learned[near] - seen
        slope = _slope(shift, found, weights)
        return scores.back(found - slope * shift), weights

    @cached_property
    def _copula(self) -> np.ndarray:
        """A matrix that turns independent normal numbers into what learned numbers leave over."""
        left = [
            self._scores[name].own - (self._learned[name] if name in self.informed else 0)
            for name in self._names
        ]
        return _root(np.corrcoef([Scores(values).own for values in left]))

    def _joint(self, marginals: Mapping, draws: int) -> pd.DataFrame:
        """Return joint draws: a Gaussian copula of what the learned numbers leave over."""
        # each share of the distribution is drawn once, in the order that the copula says
        normal = generator(self._seed, "draws").standard_normal((draws, len(self._names)))
        ranks = np.argsort(np.argsort(normal @ self._copula.T, axis=0), axis=0)
        shares = (ranks + 0.5) / draws
        return pd.DataFrame(
            {
                name: weighted_quantiles(*marginals[name], shares[:, place])
                for place, name in enumerate(self._names)
            }
        )

    def like(self, place: int) -> np.ndarray:
        """Return who is most like one of the simulated people; rows of the table, not its own."""
        seen = {name: float(learned[place]) for name, learned in self._learned.items()}
        return self._nearest(seen, NEAR + 1)[1:]

    def _nearest(self, seen: Mapping[str, float], count: int) -> np.ndarray:
        """Return the simulated people whose learned numbers are nearest to those of the record."""
        apart = np.zeros(len(self.table.traits))
        for name in self.informed:
            learned = self._learned[name]
            apart += ((learned - seen[name]) / learned.std()) ** 2
        return np.argsort(apart, kind="stable")[:count]


class Scores:
    """Values of a sample and their normal scores (normal quantiles of mid-ranks)."""

    def __init__(self, values: np.ndarray):
        self.values = values
        known = np.isfinite(values)
        self.sorted = np.sort(values[known])
        self.varies = self.sorted.size > 1 and self.sorted[0] < self.sorted[-1]
        self.often_missing = 0.01 < np.mean(~known) < 0.99
        self._levels, first = np.unique(self.sorted, return_index=True)
        last = np.append(first[1:], self.sorted.size)
        middle = (first + last) / 2 / max(self.sorted.size, 1)
        self._normal = scipy.special.ndtri(middle) if middle.size else middle
        self.own = self.of(values)

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the scores of values, those beyond the sample as its ends; NaN where missing."""
        if not self._levels.size:
            return np.full(len(values), np.nan)
        found = np.interp(values, self._levels, self._normal)
        return np.where(np.isfinite(values), found, np.nan)

    def back(self, scores: np.ndarray) -> np.ndarray:
        """Return the values of scores."""
        return np.interp(scores, self._normal, self._levels)


class _Model:
    """The mean of a ridge regression on linear and squared terms, and of boosted trees.

    ``scores`` has a column for each trait, and there is a seed for the trees of each.
    """

    def __init__(self, features: np.ndarray, scores: np.ndarray, seeds: Sequence[int]):
        from sklearn.ensemble import HistGradientBoostingRegressor

        self._ridge = _ridge(_with_squares(features), scores)
        spread = np.maximum(features.std(axis=0), 1e-12)
        centred = features - features.mean(axis=0)
        self._trees = []
        for score, seed in zip(scores.T, seeds, strict=True):
            together = np.abs(centred.T @ (score - score.mean())) / spread
            chosen = np.sort(np.argsort(-together, kind="stable")[:_TREES_SEE])
            trees = HistGradientBoostingRegressor(
                max_iter=80,
                learning_rate=0.06,
                max_leaf_nodes=8,
                min_samples_leaf=15,
                early_stopping=False,
                random_state=seed,
            )
            self._trees.append((chosen, trees.fit(features[:, chosen], score)))

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the expected scores (rows, traits) of rows of features."""
        one = self._ridge.predict(_with_squares(features)).reshape(len(features), -1)
        other = [trees.predict(features[:, chosen]) for chosen, trees in self._trees]
        return (one + np.stack(other, axis=1)) / 2


def nearest(learned: np.ndarray, seen: float) -> tuple[np.ndarray, np.ndarray]:
    """Return who is nearest by a learned number, and weights that fall to 0 with the distance.

    Parameters
    ----------
    learned : ndarray of float, shape (n,)
    seen : float

    Returns
    -------
    near : ndarray of int
    weights : ndarray of float
        Epanechnikov's, of sum 1.
    """
    count = min(len(learned) - 1, max(_LEAST_NEAR, round(_NEAR_SHARE * len(learned))))
    apart = np.abs(learned - seen)
    order = np.argsort(apart, kind="stable")
    near, reach = order[:count], max(float(apart[order[count]]), 1e-12)
    weights = np.maximum(1 - (apart[near] / reach) ** 2, 1e-6)
    return near, weights / weights.sum()


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares) -> np.ndarray:
    """Return the values below which given shares of the weight lie.

    Parameters
    ----------
    values, weights : ndarray of float, shape (n,)
    shares : sequence of float
        From 0 to 1.
    """
    order = np.argsort(values, kind="stable")
    # a value stands for half of its weight on either side
    middle = np.cumsum(weights[order]) - weights[order] / 2
    values = values[order]
    if len(np.unique(values)) < 10:
        # no width of a brush lies between two others
        places = np.searchsorted(np.cumsum(weights[order]), np.asarray(shares) - 1e-12)
        return values[np.minimum(places, values.size - 1)]
    return np.interp(shares, middle / weights.sum(), values)


def _one_thread():
    """Return a context of one thread: sums over threads differ in the last bit by their number."""
    # what is loaded later would not be limited
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _slope(shift: np.ndarray, values: np.ndarray, weights: np.ndarray) -> float:
    centred = shift - weights @ shift
    square = float(weights @ centred**2)
    return float(weights @ (centred * values)) / square if square > 0 else 0.0


def _ridge(features: np.ndarray, scores: np.ndarray):
    from sklearn.linear_model import RidgeCV

    return RidgeCV(_PENALTIES, alpha_per_target=True).fit(features, scores)


def _with_squares(features: np.ndarray) -> np.ndarray:
    return np.hstack([features, features**2 - 1])


def _explained(values: np.ndarray, learned: np.ndarray) -> float:
    return float(1 - np.mean((values - learned) ** 2) / max(values.var(), 1e-12))


def _root(correlation: np.ndarray) -> np.ndarray:
    """Return a matrix whose product with its own transpose is a correlation matrix."""
    sizes, axes = np.linalg.eigh(np.nan_to_num(correlation))
    root = axes * np.sqrt(np.maximum(sizes, 0))
    # a sign that does not depend on the machine
    return root * np.where(root.sum(axis=0) < 0, -1.0, 1.0)
