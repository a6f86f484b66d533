"""What panels of three users show in a study's tables, or could show if there are few users."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import permutations

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
from .quantities import IMAGE_METRICS, SHAPE_METRICS, Condition

FRACTIONS = ("volume_fractions", "active_fraction")
PAIRS = ("pairwise", "percent_different")
SOURCES = {
    "sd": (FRACTIONS,),
    "pairwise": (PAIRS,),
    "pairwise_per_sd": (PAIRS, FRACTIONS),
    "baseline_percent": (FRACTIONS, ("baseline", "baseline")),
    "pores_per_baseline": (
        ("morphology", "closed_pore_fraction"),
        ("baseline", "baseline_closed_pores"),
    ),
    **{metric: (("morphology", metric),) for metric in SHAPE_METRICS},
    **{metric: (("image_quality", metric),) for metric in IMAGE_METRICS},
}
"""The tables, and their columns, that each metric is computed from."""


class StudyTables:
    """The tidy tables of one study, indexed by cell.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names of `manyeyes.measures.tables`: volume_fractions, pairwise, baseline,
        morphology, image_quality. Claims that need an absent one cannot be tested. A table without
        a column ``realisation`` holds for every realisation.
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
        self._indexed: dict[tuple[str, str], dict] = {}

    def cells(self) -> list[Condition]:
        """Return every image and variant whose volume fractions are known."""
        return list(self._by_cell(*FRACTIONS))

    def users(self) -> list[str]:
        """Return the users in the order of the volume fractions."""
        table = self._tables.get("volume_fractions")
        return [] if table is None else list(dict.fromkeys(table["user"].astype(str)))

    def frames(self, metric: str, cell: Condition) -> list[pd.DataFrame | pd.Series]:
        """Return what a metric of a cell is computed from; nothing if the tables lack any of it.

        Realisations are the index, users or pairs of users (both ways) the columns. What images
        have by themselves is one column, a baseline a series.
        """
        found = []
        for table, column in SOURCES[metric]:
            key = cell.dataset if table == "baseline" else cell
            values = self._by_cell(table, column)
            if key not in values:
                return []
            found.append(values[key])
        return found

    def sampling_percent(self, dataset: str) -> float:
        """Return the standard error of a difference from the measured baseline, in per cent of it.

        It comes from the finite size of block and crop, and so is the same for every variant; 0 if
        the baseline table says nothing about it.
        """
        table = self._tables.get("baseline")
        if table is None or "high_percent" not in table:
            return 0.0
        rows = table[(table["dataset"] == dataset) & (table["baseline_source"] == "measured")]
        width = float((rows["high_percent"] - rows["low_percent"]).mean())
        return width / 2 / scipy.stats.norm.ppf(0.975) if np.isfinite(width) else 0.0

    def _by_cell(self, name: str, column: str) -> dict:
        """Return a column by cell, or by dataset for a baseline."""
        if (name, column) not in self._indexed:
            self._indexed[name, column] = (
                _index(self._tables[name], name, column) if name in self._tables else {}
            )
        return self._indexed[name, column]


def _index(table: pd.DataFrame, name: str, column: str) -> dict:
    match name:
        case "baseline":
            return _of_baseline(table, column)
        case "pairwise":
            swapped = table.rename(columns={"user_a": "user_b", "user_b": "user_a"})
            table = pd.concat([table, swapped], ignore_index=True)
            table["user"] = list(zip(table["user_a"], table["user_b"], strict=True))
        case "image_quality":
            table = table.assign(variant="", user="")
    return {Condition(*key): frame for key, frame in users_by_cell(table, column).items()}


def _of_baseline(table: pd.DataFrame, column: str) -> dict[str, pd.Series]:
    """Return a number of the measured baseline by dataset, for each realisation."""
    if column not in table:
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
        values = unique.set_index(unique["realisation"].astype(str))[column]
        # A block without closed pores gives no ratio.
        if column != "baseline_closed_pores" or (values > 0).all():
            result[str(dataset)] = values
    return result


@dataclass
class Panels:
    """Panels of three users, the same ones for all cells of a claim.

    Attributes
    ----------
    tables : StudyTables
    users : list of str
        Empty if only images are compared.
    realisations : list of str
    least_users : int
        From this number on, all choices of three are taken. With fewer users, populations are drawn
        that could have given what was measured (`statistics.errors.plausible_normals`): an SD with
        its chi-square distribution, a mean with its t distribution, a pairwise difference as a
        measure of spread like an SD. Cells and metrics are drawn independently although the users
        are the same. This widens the limits of a comparison, and never narrows them if users keep
        their habits.
    """

    tables: StudyTables
    users: list[str]
    realisations: list[str]
    least_users: int
    _arrays: dict = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        """Whether there are enough users for choices of three."""
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
        """Return a metric for panels of three users: the choices, or new ones if users are few."""
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
        frame, *others = self.tables.frames(metric, cell)
        match metric:
            case "sd":
                values = self._of_users(frame)
                if view == "distribution" and self.enough:
                    return sd_of_choices(values, self.choices)
                return self._spread(view, metric, cell, values.std(axis=-1, ddof=1))
            case "pairwise":
                n = len(self.users)
                values = self._rows(frame[list(permutations(self.users, 2))])
                if view == "distribution" and self.enough:
                    matrix = np.zeros((len(values), n, n))
                    matrix[:, ~np.eye(n, dtype=bool)] = values
                    return pairs_of_choices(matrix, self.choices)
                return self._spread(view, metric, cell, values.mean(axis=-1))
            case "pairwise_per_sd":
                sd = self._cached(view, "sd", cell)
                with np.errstate(divide="ignore", invalid="ignore"):
                    return self._cached(view, "pairwise", cell) / (100 * sd)
            case "baseline_percent":
                baseline = self._rows(others[0].to_frame())
                mean = self._mean(view, "fraction", cell, frame)
                signed = 100 * (mean - baseline) / baseline
                return np.abs(signed + self._sampling(view, cell.dataset, signed.shape[1]))
            case "pores_per_baseline":
                return self._mean(view, metric, cell, frame) / self._rows(others[0].to_frame())
            case _ if metric in IMAGE_METRICS:
                return self._rows(frame)
        if metric in SHAPE_METRICS:
            # Counts differ by factors, and none is below 0.
            return np.maximum(np.expm1(self._mean(view, metric, cell, np.log1p(frame))), 0.0)
        return self._mean(view, metric, cell, frame)

    def _sampling(self, view: str, dataset: str, draws: int) -> np.ndarray:
        """Return errors of a difference from the baseline, in per cent: one for all variants."""
        error = self.tables.sampling_percent(dataset)
        if view == "measured" or error == 0:
            return np.zeros((1, 1))
        scores = scipy.stats.norm.ppf((np.arange(draws) + 0.5) / draws)
        # All realisations are compared with one block, so the error is one too.
        return error * generator("panels", "sampling", dataset).permutation(scores)[None]

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

    def _spread(self, view: str, name: str, cell: Condition, spread: np.ndarray) -> np.ndarray:
        """Return spreads as measured, of populations, or of new panels from these."""
        if view == "measured":
            return spread[:, None]
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
    """Return the panels that have all metrics of a claim, or the reason why there are none."""
    absent = sorted(need for need in needs if not tables.frames(*need))
    if absent:
        cells = sorted({cell for _, cell in absent})
        more = f" and {len(cells) - 2} more" if len(cells) > 2 else ""
        sources = sorted({table for metric, _ in absent for table, _ in SOURCES[metric]})
        names = ", ".join(map(str, cells[:2]))
        return f"this study's tables ({', '.join(sources)}) have no {names}{more}"
    frames = [frame for need in sorted(needs) for frame in tables.frames(*need)]
    realisations = shared_realisations(frames)
    if not realisations:
        return "the conditions that it compares have no realisation in common"
    if all(metric in IMAGE_METRICS for metric, _ in needs):
        if any(frame.isna().any(axis=None) for frame in frames):
            return "the image's quality could not be measured (no core of a phase is large enough)"
        return Panels(tables, [], realisations, least_users)
    users = shared_users(
        frame
        for metric, cell in sorted(needs)
        if metric not in IMAGE_METRICS
        for frame in tables.frames(metric, cell)
        if isinstance(frame, pd.DataFrame)
    )
    if len(users) < 2:
        return f"the conditions that it compares share {len(users)} users; 2 are needed"
    return Panels(tables, users, realisations, least_users)


def shared_users(frames: Iterable[pd.DataFrame]) -> list[str]:
    """Return the users who did all cells, in the order of the tables."""
    shared = None
    for frame in frames:
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
