"""What panels of three users show in a study's tables, or could, where users are too few."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
import scipy

from ...groups import judged_group, of_group
from ...randomness import generator
from ...statistics.choices import (
    PANEL,
    choices_of_users,
    mean_of_choices,
    pairs_of_choices,
    sd_of_choices,
)
from ...statistics.errors import plausible_normals
from ...statistics.grids import ANY, shared_realisations, users_by_cell
from .definition import IMAGE_METRICS, SHAPE_METRICS, Condition

TABLES = {
    "sd": ("volume_fractions",),
    "pairwise": ("pairwise",),
    "pairwise_per_sd": ("pairwise", "volume_fractions"),
    "baseline_percent": ("volume_fractions", "baseline"),
    "pores_per_baseline": ("morphology", "baseline"),
    "active_specks": ("morphology",),
    "closed_pores": ("morphology",),
    "contrast_to_noise": ("image_quality",),
    "histogram_modes": ("image_quality",),
}
"""The tables that each metric is taken from."""


class StudyTables:
    """The tidy tables of one study, indexed by cell.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names of `manyeyes.measures.tables`: volume_fractions, pairwise, baseline,
        morphology, image_quality; those that are not there make claims untestable, no more.
        Each may have a column ``realisation``; a table without one holds for every realisation.
    made_by : str, optional
        The group of users that counts where tables have a column ``made_by``; by default the one
        of `manyeyes.groups.judged_group`.

    Attributes
    ----------
    made_by : str
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], made_by: str = ""):
        if not made_by and "volume_fractions" in tables:
            made_by = judged_group(tables["volume_fractions"])
        self.made_by = made_by
        self._tables = {name: of_group(table, made_by) for name, table in tables.items()}

    @cached_property
    def fractions(self) -> dict[Condition, pd.DataFrame]:
        """Volume fractions, realisations by users."""
        return self._by_user("volume_fractions", "active_fraction")

    @cached_property
    def pairs(self) -> dict[Condition, pd.DataFrame]:
        """Per cent of voxels that differ, realisations by (user, user), both ways."""
        table = self._tables.get("pairwise")
        if table is None:
            return {}
        swapped = table.rename(columns={"user_a": "user_b", "user_b": "user_a"})
        both = pd.concat([table, swapped], ignore_index=True)
        both["user"] = list(zip(both["user_a"], both["user_b"], strict=True))
        return _named(users_by_cell(both, "percent_different"))

    @cached_property
    def shapes(self) -> dict[str, dict[Condition, pd.DataFrame]]:
        """Counts of pieces by metric, realisations by users."""
        return {metric: self._by_user("morphology", metric) for metric in SHAPE_METRICS}

    @cached_property
    def images(self) -> dict[str, dict[Condition, pd.DataFrame]]:
        """What images have by themselves, by metric, realisations by one column."""
        table = self._tables.get("image_quality")
        if table is None:
            return {metric: {} for metric in IMAGE_METRICS}
        whole = table.assign(variant="", user="")
        return {metric: _named(users_by_cell(whole, metric)) for metric in IMAGE_METRICS}

    @cached_property
    def pores(self) -> dict[Condition, pd.DataFrame]:
        """Shares of the volume in closed pores, realisations by users."""
        return self._by_user("morphology", "closed_pore_fraction")

    @cached_property
    def baselines(self) -> dict[str, pd.Series]:
        """The measured baseline's volume fraction by dataset, for each realisation."""
        return self._of_baseline("baseline")

    @cached_property
    def baseline_pores(self) -> dict[str, pd.Series]:
        """The measured baseline's share of closed pores by dataset, for each realisation."""
        table = self._tables.get("baseline")
        if table is None or "baseline_closed_pores" not in table:
            return {}
        found = self._of_baseline("baseline_closed_pores")
        # A block without closed pores gives no ratio.
        return {dataset: series for dataset, series in found.items() if (series > 0).all()}

    def _of_baseline(self, column: str) -> dict[str, pd.Series]:
        """Return a number of the measured baseline by dataset, for each realisation."""
        table = self._tables.get("baseline")
        if table is None:
            return {}
        measured = table[table["baseline_source"] == "measured"]
        if "realisation" not in measured:
            measured = measured.assign(realisation=ANY)
        result = {}
        for dataset, rows in measured.groupby("dataset"):
            unique = rows.drop_duplicates(["realisation", column])
            if unique["realisation"].duplicated().any():
                raise ValueError(
                    f"the baseline table gives {dataset} several measured baselines; "
                    "a dataset is compared with one"
                )
            result[str(dataset)] = unique.set_index(unique["realisation"].astype(str))[column]
        return result

    def has(self, metric: str, cell: Condition) -> bool:
        """Return whether the tables hold a metric of a cell."""
        match metric:
            case "sd":
                return cell in self.fractions
            case "pairwise":
                return cell in self.pairs
            case "pairwise_per_sd":
                return cell in self.pairs and cell in self.fractions
            case "baseline_percent":
                return cell in self.fractions and cell.dataset in self.baselines
            case "pores_per_baseline":
                return cell in self.pores and cell.dataset in self.baseline_pores
            case metric if metric in SHAPE_METRICS:
                return cell in self.shapes[metric]
            case _:
                return cell in self.images[metric]

    def frames(self, metric: str, cell: Condition) -> list[pd.DataFrame | pd.Series]:
        """Return what a metric of a cell is computed from, realisations as the index."""
        match metric:
            case "sd":
                return [self.fractions[cell]]
            case "pairwise":
                return [self.pairs[cell]]
            case "pairwise_per_sd":
                return [self.pairs[cell], self.fractions[cell]]
            case "baseline_percent":
                return [self.fractions[cell], self.baselines[cell.dataset]]
            case "pores_per_baseline":
                return [self.pores[cell], self.baseline_pores[cell.dataset]]
            case metric if metric in SHAPE_METRICS:
                return [self.shapes[metric][cell]]
            case _:
                return [self.images[metric][cell]]

    def _by_user(self, name: str, column: str) -> dict[Condition, pd.DataFrame]:
        table = self._tables.get(name)
        return {} if table is None else _named(users_by_cell(table, column))


@dataclass
class Panels:
    """Panels of three users, the same ones for all cells of a claim.

    Attributes
    ----------
    tables : StudyTables
    users : list of str
        Empty when only images are looked at.
    realisations : list of str
    least_users : int
        From so many on all choices of three are taken. With fewer, populations of users take
        their place that may have given what was seen (`statistics.errors.plausible_normals`): an
        SD with its chi-square distribution, a mean with its t distribution, a pairwise difference
        as a measure of spread like an SD. Different cells and metrics are drawn independently
        although the users are the same, which widens the limits of a comparison and never
        narrows them where users keep their habits.
    """

    tables: StudyTables
    users: list[str]
    realisations: list[str]
    least_users: int
    _arrays: dict = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        """Whether there are enough users for choices of three to tell something."""
        return len(self.users) >= self.least_users

    @cached_property
    def choices(self) -> np.ndarray:
        """All choices of three users, shape (choices, 3)."""
        return choices_of_users(len(self.users))

    def distribution(self, metric: str, cell: Condition) -> np.ndarray:
        """Return a metric for every choice of three, or for every plausible population.

        Parameters
        ----------
        metric : str
        cell : Condition

        Returns
        -------
        ndarray of float64, shape (realisations, choices or draws); one column for images
        """
        return self._cached("distribution", metric, cell)

    def new_panels(self, metric: str, cell: Condition) -> np.ndarray:
        """Return a metric for panels of three users: the choices, or new ones where too few."""
        return self._cached("distribution" if self.enough else "new panels", metric, cell)

    def measured(self, metric: str, cell: Condition) -> np.ndarray:
        """Return a metric over all users, shape (realisations, 1)."""
        return self._cached("measured", metric, cell)

    def _cached(self, view: str, metric: str, cell: Condition) -> np.ndarray:
        key = (view, metric, cell)
        if key not in self._arrays:
            self._arrays[key] = self._computed(view, metric, cell)
        return self._arrays[key]

    def _computed(self, view: str, metric: str, cell: Condition) -> np.ndarray:
        if metric in IMAGE_METRICS:
            return self._rows(self.tables.images[metric][cell])
        match metric:
            case "sd":
                return self._sd(view, cell)
            case "pairwise":
                return self._pairwise(view, cell)
            case "pairwise_per_sd":
                sd = self._cached(view, "sd", cell)
                with np.errstate(divide="ignore", invalid="ignore"):
                    return self._cached(view, "pairwise", cell) / (100 * sd)
            case "baseline_percent":
                baseline = self.tables.baselines[cell.dataset]
                baseline = self._rows(baseline.to_frame())
                mean = self._mean(view, "fraction", cell, self.tables.fractions[cell])
                return np.abs(100 * (mean - baseline) / baseline)
            case "pores_per_baseline":
                block = self._rows(self.tables.baseline_pores[cell.dataset].to_frame())
                return self._mean(view, metric, cell, self.tables.pores[cell]) / block
        return self._mean(view, metric, cell, self.tables.shapes[metric][cell])

    def _rows(self, frame: pd.DataFrame) -> np.ndarray:
        rows = [ANY if ANY in frame.index else name for name in self.realisations]
        values = frame.loc[rows].to_numpy(dtype=np.float64)
        if np.isnan(values).any():
            raise ValueError(
                "a table lacks a value of a user, or of a pair of users, that it has elsewhere; "
                "make all tables from the same segmentations"
            )
        return values

    def _of_users(self, frame: pd.DataFrame) -> np.ndarray:
        return self._rows(frame[self.users])

    def _sd(self, view: str, cell: Condition) -> np.ndarray:
        values = self._of_users(self.tables.fractions[cell])
        if view == "distribution" and self.enough:
            return sd_of_choices(values, self.choices)
        sd = values.std(axis=-1, ddof=1)
        return sd[:, None] if view == "measured" else self._scaled(view, "sd", cell, sd)

    def _pairwise(self, view: str, cell: Condition) -> np.ndarray:
        pairs = [(a, b) for a in self.users for b in self.users if a != b]
        values = self._rows(self.tables.pairs[cell][pairs])
        n = len(self.users)
        matrix = np.zeros((len(values), n, n))
        matrix[:, ~np.eye(n, dtype=bool)] = values
        if view == "distribution" and self.enough:
            return pairs_of_choices(matrix, self.choices)
        mean = values.mean(axis=-1)
        return mean[:, None] if view == "measured" else self._scaled(view, "pairwise", cell, mean)

    def _mean(self, view: str, name: str, cell: Condition, frame: pd.DataFrame) -> np.ndarray:
        values = self._of_users(frame)
        if view == "distribution" and self.enough:
            return mean_of_choices(values, self.choices)
        if view == "measured":
            return values.mean(axis=-1, keepdims=True)
        rows = []
        for row, realisation in zip(values, self.realisations, strict=True):
            rng = generator("panels", name, *cell, realisation)
            mean, sd = plausible_normals(row.mean(), row.std(ddof=1), len(row), rng=rng)
            if view == "new panels":
                scores = rng.permutation(_strata_of_panels(len(mean))[0])
                mean = mean + sd * scores / np.sqrt(PANEL)
            rows.append(mean)
        return np.stack(rows)

    def _scaled(self, view: str, name: str, cell: Condition, spread: np.ndarray) -> np.ndarray:
        """Return spreads of populations, or of new panels from them, for each realisation."""
        rows = []
        for value, realisation in zip(spread, self.realisations, strict=True):
            rng = generator("panels", name, *cell, realisation)
            _, scale = plausible_normals(0.0, value, len(self.users), rng=rng)
            if view == "new panels":
                scale = scale * rng.permutation(_strata_of_panels(len(scale))[1])
            rows.append(scale)
        return np.stack(rows)


def panels_for(
    tables: StudyTables, needs: set[tuple[str, Condition]], least_users: int
) -> Panels | str:
    """Return the panels that have all that a claim needs, or the reason why there are none.

    Parameters
    ----------
    tables : StudyTables
    needs : set of (metric, Condition)
    least_users : int
        See `Panels`.

    Returns
    -------
    Panels or str
    """
    absent = sorted({cell for metric, cell in needs if not tables.has(metric, cell)})
    if absent:
        more = f" and {len(absent) - 2} more" if len(absent) > 2 else ""
        names = ", ".join(map(str, absent[:2]))
        metrics = sorted({metric for metric, cell in needs if not tables.has(metric, cell)})
        sources = sorted({table for metric in metrics for table in TABLES[metric]})
        return f"this study's tables ({', '.join(sources)}) have no {names}{more}"
    frames = [frame for need in sorted(needs) for frame in tables.frames(*need)]
    realisations = shared_realisations(frames)
    if not realisations:
        return "the conditions that it compares have no realisation in common"
    images_only = all(metric in IMAGE_METRICS for metric, _ in needs)
    if images_only:
        users = []
        if any(frame.isna().any(axis=None) for frame in frames):
            return "the image's quality could not be measured (no core of a phase is large enough)"
    else:
        users = _shared_users(tables, needs)
        if len(users) < 2:
            return f"the conditions that it compares share {len(users)} users; 2 are needed"
    return Panels(tables, users, realisations, least_users)


def _shared_users(tables: StudyTables, needs: set[tuple[str, Condition]]) -> list[str]:
    """Return the users who did every cell, in the order of the tables."""
    shared = None
    for metric, cell in sorted(needs):
        if metric in IMAGE_METRICS:
            continue
        for frame in tables.frames(metric, cell):
            if isinstance(frame, pd.Series):
                continue
            complete = frame.columns[frame.notna().all(axis=0)]
            if isinstance(complete[0] if len(complete) else "", tuple):
                complete = dict.fromkeys(user for user, _ in complete)
            shared = list(complete) if shared is None else [u for u in shared if u in complete]
    return shared or []


@lru_cache(maxsize=4)
def _strata_of_panels(draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Return normal scores, and the SD of a panel over its population's, one for each stratum."""
    strata = (np.arange(draws) + 0.5) / draws
    freedom = PANEL - 1
    pivots = scipy.stats.norm.ppf(strata), np.sqrt(scipy.stats.chi2.ppf(strata, freedom) / freedom)
    for values in pivots:
        values.flags.writeable = False
    return pivots


def _named(frames: dict[tuple, pd.DataFrame]) -> dict[Condition, pd.DataFrame]:
    return {Condition(*key): frame for key, frame in frames.items()}
