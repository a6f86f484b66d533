"""Tidy tables: one observation per row, in the order in which the observations are given.

A cell has the attributes ``dataset``, ``filter``, ``variant``, ``user`` and ``made_by``
(``simulated`` or ``recorded``); an image has ``dataset`` and ``filter``. Summaries have a row for
simulated users and another for recorded people. Segmentations are pairs of a cell and its labels,
uint8 (z, y, x) with the codes of the phases and 0 outside the field of view. Any iterable will do,
such as a generator that reads them one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from ..groups import MADE_BY
from ..labels import TWO_PHASES, Phases
from .fractions import percent_different, sample_sd, volume_fraction
from .quality import ImageQuality, image_quality
from .shape import Morphology, morphology
from .truth import Accuracy, accuracy, cbd_called_active, truth_fraction

PAPER_BASELINE = 0.508

IMAGE = ["dataset", "filter"]
GROUP = [*IMAGE, "variant"]
CELL = [*GROUP, "user", MADE_BY]

OF_CBD = ["cbd", "cbd_called_active"]

_TEXT = (*CELL, "realisation", "origin", "user_a", "user_b", "baseline_source")
_WHOLE = ("voxels", "users", "histogram_modes", "otsu_threshold", "active_specks", "closed_pores")


@dataclass(frozen=True)
class Baseline:
    """A volume fraction that segmentations are compared with.

    Attributes
    ----------
    source : str
        ``measured`` (this study's FIB-SEM block) or ``paper``.
    fraction : float
        Active material with internal pores filled, 0 to 1, as its segmentation gave it.
    truth_fraction : float, default NaN
        The block's own truth with internal pores filled; NaN if unknown.
    closed_pore_fraction : float, default NaN
        Share of the block that was filled as internal pores, 0 to 1; NaN if unknown.
    """

    source: str
    fraction: float
    truth_fraction: float = float("nan")
    closed_pore_fraction: float = float("nan")


PAPER = Baseline("paper", PAPER_BASELINE)
"""The FIB-SEM volume fraction of Bailey et al. 2023, section 3.2.1; its truth is not known."""


def volume_fractions_table(
    segmentations: Iterable[tuple],
    origins: Mapping[str, str],
    truths: Mapping[str, np.ndarray],
    phases: Phases = TWO_PHASES,
) -> pd.DataFrame:
    """Return the volume fraction of active material of each segmentation and of the truth.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
    origins : mapping of dataset to str
        ``twin``, ``simulated-imaging`` or ``measured``.
    truths : mapping of dataset to ndarray of uint8
        For the datasets that have a truth (codes as in `manyeyes.labels.truth_active`).
    phases : Phases
        What the labels may hold.

    Returns
    -------
    DataFrame
        dataset, origin, filter, variant, user, made_by, active_fraction, voxels (inside the field
        of view), truth_fraction, truth_fraction_filled (internal pores of particles counted as
        active material), both of the whole crop; the last two are NaN for a dataset without truth.

    Raises
    ------
    ValueError
        If a dataset has no origin or an array is not a segmentation.
    """
    known = {
        dataset: (truth_fraction(truth, filled=False), truth_fraction(truth, filled=True))
        for dataset, truth in truths.items()
    }
    rows = []
    for cell, labels in segmentations:
        if cell.dataset not in origins:
            raise ValueError(f"dataset {cell.dataset} has no origin; give it one in the study")
        as_it_is, filled = known.get(cell.dataset, (np.nan, np.nan))
        rows.append(
            {
                **_named(cell, CELL),
                "origin": origins[cell.dataset],
                "active_fraction": volume_fraction(labels, phases["active"].code, phases),
                "voxels": np.count_nonzero(labels),
                "truth_fraction": as_it_is,
                "truth_fraction_filled": filled,
            }
        )
    columns = ["dataset", "origin", *CELL[1:], "active_fraction", "voxels"]
    return _table(rows, [*columns, "truth_fraction", "truth_fraction_filled"])


def pairwise_table(segmentations: Iterable[tuple], phases: Phases = TWO_PHASES) -> pd.DataFrame:
    """Return how many voxels differ between each two users of one image and variant.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        All users of a group, image and variant follow one another; only these are in memory
        together.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, user_a, user_b, percent_different; pairs in the users'
        order. A recorded person and a simulated user make no pair.

    Raises
    ------
    ValueError
        If the users of one image and variant are not together, if one appears twice, or if two
        segmentations differ in shape.
    """
    by = [*GROUP, MADE_BY]
    rows, done = [], set()
    for key, members in groupby(
        segmentations, key=lambda pair: tuple(_named(pair[0], by).values())
    ):
        if key in done:
            raise ValueError(f"the users of {'/'.join(key)} must follow one another; sort by cell")
        done.add(key)
        labels = _by_user(key, members)
        rows.extend(
            {
                **dict(zip(by, key, strict=True)),
                "user_a": user_a,
                "user_b": user_b,
                "percent_different": percent_different(labels[user_a], labels[user_b], phases),
            }
            for user_a, user_b in combinations(labels, 2)
        )
    return _table(rows, [*by, "user_a", "user_b", "percent_different"])


def variability_table(volume_fractions: pd.DataFrame, pairwise: pd.DataFrame) -> pd.DataFrame:
    """Return how much the users of each image and variant differ.

    Parameters
    ----------
    volume_fractions, pairwise : DataFrame
        As made by `volume_fractions_table` and `pairwise_table`.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, users (how many), mean and sd (sample, n - 1) of the
        volume fraction, mean_percent_different over all pairs. Of a single user the last two are
        NaN. Where the tables have several realisations: realisations (how many), and the means over
        them, for the sd their root mean square; users are never mixed with realisations.

    Raises
    ------
    ValueError
        If a pair of users is missing from ``pairwise``.
    """
    by = _conditions(volume_fractions)
    pairs = pairwise.groupby(by, sort=False)["percent_different"].agg(["mean", "size"])
    rows = []
    for key, group in volume_fractions.groupby(by, sort=False):
        users = len(group)
        expected = users * (users - 1) // 2
        found = int(pairs["size"].get(key, 0))
        if found != expected:
            raise ValueError(
                f"{'/'.join(map(str, key))} has {users} users, so {expected} pairs, but {found} "
                "in the pairwise table; make both tables from the same segmentations"
            )
        rows.append(
            {
                **dict(zip(by, key, strict=True)),
                "users": users,
                "mean": group["active_fraction"].mean(),
                "sd": sample_sd(group["active_fraction"]),
                "mean_percent_different": pairs["mean"].get(key, np.nan),
            }
        )
    table = _table(rows, [*by, "users", "mean", "sd", "mean_percent_different"])
    return _over_realisations(table, squared=["sd"])


def listed_realisations(table: pd.DataFrame, listed: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    """Split the name of a realisation into the columns dataset and realisation.

    Parameters
    ----------
    table : DataFrame
        With a column dataset, such as ``NMC-2.r3``.
    listed : mapping of str to (str, int)
        For each such name the dataset and the realisation, such as (``NMC-2``, 3).

    Returns
    -------
    DataFrame
        dataset, realisation, then the other columns; the same rows.
    """
    table = table.copy()
    names = table["dataset"]
    table["dataset"] = [listed[name][0] for name in names]
    place = table.columns.get_loc("dataset") + 1
    table.insert(place, "realisation", [listed[name][1] for name in names])
    return table


def first_realisation(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first realisation; all rows if there is no such column."""
    if "realisation" not in table:
        return table
    return table[table["realisation"].astype(str) == "1"]


def accuracy_table(
    segmentations: Iterable[tuple],
    truths: Mapping[str, np.ndarray],
    phases: Phases = TWO_PHASES,
) -> pd.DataFrame:
    """Return how far each segmentation is from its truth.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        Those of datasets without truth are skipped.
    truths : mapping of dataset to ndarray of uint8
        Codes as in `manyeyes.labels.truth_active`.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, then bias, dice, voxel_error against the truth as
        it is and bias_filled, dice_filled, voxel_error_filled against the truth whose internal
        pores are filled; fractions, see `truth.Accuracy`. Last, cbd and cbd_called_active: shares
        of all voxels inside, see `truth.cbd_called_active`.
    """
    rows = []
    for cell, labels in segmentations:
        if cell.dataset not in truths:
            continue
        truth = truths[cell.dataset]
        filled = asdict(accuracy(labels, truth, filled=True, phases=phases))
        rows.append(
            {
                **_named(cell, CELL),
                **asdict(accuracy(labels, truth, phases=phases)),
                **{f"{name}_filled": value for name, value in filled.items()},
                **dict(zip(OF_CBD, cbd_called_active(labels, truth, phases), strict=True)),
            }
        )
    measures = _fields(Accuracy)
    return _table(rows, [*CELL, *measures, *(f"{name}_filled" for name in measures), *OF_CBD])


def accuracy_summary(accuracies: pd.DataFrame) -> pd.DataFrame:
    """Return bias, spread and root-mean-square error over users.

    Parameters
    ----------
    accuracies : DataFrame
        As made by `accuracy_table`.

    Returns
    -------
    DataFrame
        dataset, filter, variant, made_by, users, bias (mean over users), sd (sample), rmse of the
        volume fraction, and the means of dice and voxel_error. rmse^2 = bias^2 + (n - 1) / n sd^2.
        Where the table has several realisations: realisations (how many), and the means over them,
        root mean squares for sd and rmse.
    """
    by = _conditions(accuracies)
    rows = [
        {
            **dict(zip(by, key, strict=True)),
            "users": len(group),
            "bias": group["bias"].mean(),
            "sd": sample_sd(group["bias"]),
            "rmse": np.sqrt(np.mean(np.square(group["bias"]))),
            "dice": group["dice"].mean(),
            "voxel_error": group["voxel_error"].mean(),
        }
        for key, group in accuracies.groupby(by, sort=False)
    ]
    table = _table(rows, [*by, "users", "bias", "sd", "rmse", "dice", "voxel_error"])
    return _over_realisations(table, squared=["sd", "rmse"])


def _over_realisations(table: pd.DataFrame, squared: Sequence[str]) -> pd.DataFrame:
    """Return means over realisations, of some columns root mean squares; a row per condition."""
    if "realisation" not in table:
        return table
    by = [name for name in _conditions(table) if name != "realisation"]
    groups = table.assign(**{name: table[name] ** 2 for name in squared}).groupby(by, sort=False)
    numbers = [name for name in table if name not in (*by, "realisation", "users")]
    pooled = groups[numbers].mean()
    pooled[squared] = np.sqrt(pooled[squared])
    pooled.insert(0, "realisations", groups.size())
    pooled.insert(0, "users", groups["users"].first())
    return pooled.reset_index()


def baseline_table(
    volume_fractions: pd.DataFrame, baselines: Mapping[str, Sequence[Baseline]]
) -> pd.DataFrame:
    """Return how far the users' mean volume fraction is from each baseline.

    The baselines have their internal pores filled (Bailey et al. 2023, section 3.2.1), so every
    truth here is the filled one. The difference has three parts, all in points:
    ``difference_points = segmentation_difference + sampling_difference - baseline_error``.

    Parameters
    ----------
    volume_fractions : DataFrame
        As made by `volume_fractions_table`.
    baselines : mapping of dataset to sequence of Baseline
        Datasets without any get no row.

    Returns
    -------
    DataFrame
        dataset, realisation (if the study has several; all are compared with the same block, as
        pieces of electrodes of one description), filter, variant, made_by, mean, baseline_source,
        baseline, truth_fraction (of this crop), difference_points (mean minus baseline, times
        100), difference_percent (the same relative to the baseline), sampling_difference (truth of
        this crop minus truth of the baseline's block), segmentation_difference (mean minus truth
        of this crop), baseline_error (baseline minus truth of its block), these three in points
        and NaN if a truth is unknown; baseline_closed_pores (closed_pore_fraction of the baseline).

    Raises
    ------
    ValueError
        If a baseline is not a fraction above 0 and up to 1.
    """
    rows = []
    by = [name for name in _conditions(volume_fractions) if name != "realisation"]
    if "realisation" in volume_fractions:
        by.insert(1, "realisation")
    for key, group in volume_fractions.groupby(by, sort=False):
        mean = group["active_fraction"].mean()
        truth = group["truth_fraction_filled"].iloc[0]
        for baseline in baselines.get(key[0], ()):
            if not 0 < baseline.fraction <= 1:
                raise ValueError(
                    f"the baseline of {key[0]} must be a fraction above 0 and up to 1, "
                    f"found {baseline.fraction}"
                )
            difference = mean - baseline.fraction
            rows.append(
                {
                    **dict(zip(by, key, strict=True)),
                    "mean": mean,
                    "baseline_source": baseline.source,
                    "baseline": baseline.fraction,
                    "truth_fraction": truth,
                    "difference_points": 100 * difference,
                    "difference_percent": 100 * difference / baseline.fraction,
                    "sampling_difference": 100 * (truth - baseline.truth_fraction),
                    "segmentation_difference": 100 * (mean - truth),
                    "baseline_error": 100 * (baseline.fraction - baseline.truth_fraction),
                    "baseline_closed_pores": baseline.closed_pore_fraction,
                }
            )
    columns = ["mean", "baseline_source", "baseline", "truth_fraction", "difference_points"]
    columns += ["difference_percent", "sampling_difference", "segmentation_difference"]
    return _table(rows, [*by, *columns, "baseline_error", "baseline_closed_pores"])


def image_quality_table(images: Iterable[tuple]) -> pd.DataFrame:
    """Return measures of quality from the grey values of each image.

    Parameters
    ----------
    images : iterable of (image, ndarray of uint8) or (image, ndarray of uint8, ndarray of bool)
        The last is the field of view; None for the whole volume.

    Returns
    -------
    DataFrame
        dataset, filter, and the attributes of `quality.ImageQuality`.
    """
    rows = [
        {**_named(image, IMAGE), **asdict(image_quality(*volumes))} for image, *volumes in images
    ]
    return _table(rows, [*IMAGE, *_fields(ImageQuality)])


def morphology_table(
    segmentations: Iterable[tuple],
    voxel_sizes_nm: Mapping[str, float],
    phases: Phases = TWO_PHASES,
) -> pd.DataFrame:
    """Return surface, specks and closed pores of each segmentation.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
    voxel_sizes_nm : mapping of dataset to float
    phases : Phases
        What the labels may hold; the surface and specks are those of active material.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, and the attributes of `shape.Morphology`.
    """
    active = phases["active"].code
    rows = []
    for cell, labels in segmentations:
        found = morphology(labels, voxel_sizes_nm[cell.dataset], active, phases)
        rows.append({**_named(cell, CELL), **asdict(found)})
    return _table(rows, [*CELL, *_fields(Morphology)])


def _conditions(table: pd.DataFrame) -> list[str]:
    """Return the columns that name a condition of one group of users."""
    return [*GROUP, *(name for name in (MADE_BY, "realisation") if name in table)]


def _named(item, names: Sequence[str]) -> dict[str, str]:
    return {name: str(getattr(item, name)) for name in names}


def _fields(measures: type) -> list[str]:
    return [field.name for field in fields(measures)]


def _by_user(key: tuple[str, ...], members: Iterable[tuple]) -> dict[str, np.ndarray]:
    labels = {}
    for cell, volume in members:
        if str(cell.user) in labels:
            raise ValueError(f"user {cell.user} appears twice in {'/'.join(key)}; names are unique")
        labels[str(cell.user)] = volume
    return labels


def _table(rows: list[dict], columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame whose columns and types are the same with and without rows."""
    types = {
        name: "str" if name in _TEXT else "int64" if name in _WHOLE else "float64"
        for name in columns
    }
    return pd.DataFrame(rows, columns=list(columns)).astype(types)
