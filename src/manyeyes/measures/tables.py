"""The tidy tables: one observation a row, in the order in which the observations are given.

A cell is anything with the attributes ``dataset``, ``filter``, ``variant``, ``user`` and
``made_by`` (``simulated`` or ``recorded``); an image anything with ``dataset`` and ``filter``.
Wherever users are summed up, simulated users and recorded people are two groups with a row each.
Volumes come as pairs of a cell (or image) and its array, from any iterable, and are dropped after
use: a generator that reads them one by one will do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from ..groups import MADE_BY
from .fractions import percent_different, sample_sd, volume_fraction
from .quality import image_quality
from .shape import morphology
from .truth import accuracy, truth_fraction

PAPER_BASELINE = 0.508

IMAGE = ["dataset", "filter"]
GROUP = [*IMAGE, "variant"]
CELL = [*GROUP, "user", MADE_BY]

_TEXT = (
    "dataset",
    "realisation",
    "origin",
    "filter",
    "variant",
    "user",
    "user_a",
    "user_b",
    "made_by",
    "baseline_source",
)
_WHOLE = (
    "voxels",
    "users",
    "histogram_modes",
    "otsu_threshold",
    "active_specks",
    "closed_pores",
)


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
        The block's own truth with internal pores filled; NaN where nobody knows it.
    closed_pore_fraction : float, default NaN
        Share of the block that was filled as internal pores, 0 to 1; NaN where nobody knows it.
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
) -> pd.DataFrame:
    """Return the volume fraction of each segmentation beside that of the truth.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        Labels 1 active material, 2 pore and carbon-binder domain.
    origins : mapping of dataset to str
        ``twin``, ``simulated-imaging`` or ``measured``.
    truths : mapping of dataset to ndarray of uint8
        For the datasets that have a truth (codes as in `manyeyes.labels.truth_active`).

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
                "dataset": cell.dataset,
                "origin": origins[cell.dataset],
                "filter": cell.filter,
                "variant": cell.variant,
                "user": cell.user,
                "made_by": cell.made_by,
                "active_fraction": volume_fraction(labels),
                "voxels": np.count_nonzero(labels),
                "truth_fraction": as_it_is,
                "truth_fraction_filled": filled,
            }
        )
    columns = ["dataset", "origin", "filter", "variant", "user", "made_by"]
    columns += ["active_fraction", "voxels", "truth_fraction", "truth_fraction_filled"]
    return _table(rows, columns)


def pairwise_table(segmentations: Iterable[tuple]) -> pd.DataFrame:
    """Return how many voxels differ between each two users of one image and variant.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        All users of a group of one image and variant one after the other; only these are held at
        a time.

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
    for key, members in groupby(segmentations, key=lambda pair: _key(pair[0], by)):
        if key in done:
            raise ValueError(f"the users of {'/'.join(key)} must follow one another; sort by cell")
        done.add(key)
        labels = _by_user(key, members)
        rows.extend(
            {
                **dict(zip(by, key, strict=True)),
                "user_a": user_a,
                "user_b": user_b,
                "percent_different": percent_different(labels[user_a], labels[user_b]),
            }
            for user_a, user_b in combinations(labels, 2)
        )
    return _table(rows, [*by, "user_a", "user_b", "percent_different"])


def variability_table(volume_fractions: pd.DataFrame, pairwise: pd.DataFrame) -> pd.DataFrame:
    """Return how much the users of each image and variant differ.

    Recorded people never enter the spread of the simulated users: they have a row of their own.

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
    """Name the realisations of a dataset in two columns, as tables do.

    Parameters
    ----------
    table : DataFrame
        With a column dataset, such as ``NMC-2.r3``.
    listed : mapping of str to (str, int)
        For each such name the dataset and the realisation, such as (``NMC-2``, 3).

    Returns
    -------
    DataFrame
        dataset, realisation, then the other columns; rows as they are.
    """
    table = table.copy()
    names = table["dataset"]
    table["dataset"] = [listed[name][0] for name in names]
    place = table.columns.get_loc("dataset") + 1
    table.insert(place, "realisation", [listed[name][1] for name in names])
    return table


def first_realisation(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first realisation, all of them where there is no such column."""
    if "realisation" not in table:
        return table
    return table[table["realisation"].astype(str) == "1"]


def accuracy_table(
    segmentations: Iterable[tuple], truths: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Return how far each segmentation is from its truth.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        Those of datasets without truth are passed over.
    truths : mapping of dataset to ndarray of uint8
        Codes as in `manyeyes.labels.truth_active`.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, then bias, dice, voxel_error against the truth as
        it is and bias_filled, dice_filled, voxel_error_filled against the truth whose internal
        pores are filled; fractions, see `truth.Accuracy`.
    """
    rows = []
    for cell, labels in segmentations:
        if cell.dataset not in truths:
            continue
        truth = truths[cell.dataset]
        filled = asdict(accuracy(labels, truth, filled=True))
        rows.append(
            {
                **dict(zip(CELL, _key(cell, CELL), strict=True)),
                **asdict(accuracy(labels, truth)),
                **{f"{name}_filled": value for name, value in filled.items()},
            }
        )
    measures = ["bias", "dice", "voxel_error"]
    return _table(rows, [*CELL, *measures, *(f"{name}_filled" for name in measures)])


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
    """Return means over realisations, root mean squares of some columns; one row a condition."""
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
        For the datasets that have any; the others get no row.

    Returns
    -------
    DataFrame
        dataset, realisation (where the study has several; all are compared with the same block,
        as pieces of electrodes of one description), filter, variant, made_by, mean,
        baseline_source, baseline, truth_fraction (of this crop), difference_points (mean minus
        baseline, times 100), difference_percent (the same relative to the baseline),
        sampling_difference (truth of this crop minus truth of the baseline's block),
        segmentation_difference (mean minus truth of this crop), baseline_error (baseline minus
        truth of its block), the last three in points and NaN where a truth is not known;
        baseline_closed_pores (closed_pore_fraction of the baseline).

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
    columns = ["mean", "baseline_source", "baseline", "truth_fraction"]
    columns += ["difference_points", "difference_percent"]
    columns += ["sampling_difference", "segmentation_difference", "baseline_error"]
    columns += ["baseline_closed_pores"]
    return _table(rows, [*by, *columns])


def image_quality_table(images: Iterable[tuple]) -> pd.DataFrame:
    """Return what the grey values of each image say about it.

    Parameters
    ----------
    images : iterable of (image, ndarray of uint8) or (image, ndarray of uint8, ndarray of bool)
        The last is the field of view, None where it is not bounded.

    Returns
    -------
    DataFrame
        dataset, filter, contrast_to_noise, histogram_modes, otsu_threshold, otsu_fraction; see
        `quality.ImageQuality`.
    """
    rows = [
        {**dict(zip(IMAGE, _key(image, IMAGE), strict=True)), **asdict(image_quality(*volumes))}
        for image, *volumes in images
    ]
    columns = ["contrast_to_noise", "histogram_modes", "otsu_threshold", "otsu_fraction"]
    return _table(rows, [*IMAGE, *columns])


def morphology_table(
    segmentations: Iterable[tuple], voxel_sizes_nm: Mapping[str, float]
) -> pd.DataFrame:
    """Return surface, specks and closed pores of each segmentation.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        Labels 1 active material, 2 pore and carbon-binder domain.
    voxel_sizes_nm : mapping of dataset to float

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, specific_surface_per_um, active_specks,
        active_speck_fraction, closed_pores, closed_pore_fraction; see `shape.Morphology`.
    """
    rows = [
        {
            **dict(zip(CELL, _key(cell, CELL), strict=True)),
            **asdict(morphology(labels, voxel_sizes_nm[cell.dataset])),
        }
        for cell, labels in segmentations
    ]
    columns = ["specific_surface_per_um", "active_specks", "active_speck_fraction"]
    return _table(rows, [*CELL, *columns, "closed_pores", "closed_pore_fraction"])


def _conditions(table: pd.DataFrame) -> list[str]:
    """Return the columns that name what is summed up: a condition of one group of users."""
    return [*GROUP, *(name for name in (MADE_BY, "realisation") if name in table)]


def _key(item, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(getattr(item, name)) for name in names)


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
