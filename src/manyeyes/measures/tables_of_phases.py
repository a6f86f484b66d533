"""Tidy tables with a row for each phase; see `manyeyes.measures.tables` for cells and groups."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from ..groups import MADE_BY
from ..labels import Phases
from .confusion_matrix import PhaseScores, confusion_counts, has_places_for_truth, phase_scores
from .fractions import sample_sd, volume_fraction
from .tables import CELL, GROUP

_SCORES = [field.name for field in fields(PhaseScores)]


def phase_tables(
    segmentations: Iterable[tuple], truths: Mapping[str, np.ndarray], phases: Phases
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how each phase of each segmentation compares with the truth, and how they mix.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
    truths : mapping of dataset to ndarray of uint8
        Codes of `manyeyes.labels.TRUTH_PHASES`. Pores inside particles count as pore, as they are.
    phases : Phases
        What the labels may hold.

    Returns
    -------
    phase_accuracy : DataFrame
        dataset, filter, variant, user, made_by, phase, and the attributes of
        `confusion.PhaseScores`: all but fraction are NaN where no truth is known, or where the
        phases are not those of the truth.
    confusion : DataFrame
        dataset, filter, variant, user, made_by, true_phase, phase, share (of the true phase's
        voxels that are labelled as the phase, 0 to 1; NaN if there are none). No rows where no
        truth is known.
    """
    keys = list(phases.codes)
    scored, mixed = [], []
    for cell, labels in segmentations:
        names = {name: str(getattr(cell, name)) for name in CELL}
        if cell.dataset not in truths or not has_places_for_truth(phases):
            for phase in phases:
                fraction = volume_fraction(labels, phase.code, phases)
                scored.append({**names, "phase": phase.key, "fraction": fraction})
            continue
        counts = confusion_counts(labels, truths[cell.dataset], phases)
        for key, scores in zip(keys, phase_scores(counts), strict=True):
            scored.append({**names, "phase": key, **asdict(scores)})
        for true_phase, row in zip(keys, counts.tolist(), strict=True):
            total = sum(row)
            for phase, count in zip(keys, row, strict=True):
                share = count / total if total else np.nan
                mixed.append({**names, "true_phase": true_phase, "phase": phase, "share": share})
    return (
        _frame(scored, [*CELL, "phase"], _SCORES),
        _frame(mixed, [*CELL, "true_phase", "phase"], ["share"]),
    )


def phase_spread_table(phase_accuracy: pd.DataFrame) -> pd.DataFrame:
    """Return mean, spread and error of each phase's volume fraction over users.

    Parameters
    ----------
    phase_accuracy : DataFrame
        As made by `phase_tables`.

    Returns
    -------
    DataFrame
        dataset, realisation (if there are several), filter, variant, made_by, phase, users, mean,
        sd (sample), relative_sd (sd over mean), bias and rmse of the volume fraction, and the means
        of dice and iou. NaN where no truth is known, or for the spread of one user.
    """
    by = [*GROUP, MADE_BY, "phase"]
    if "realisation" in phase_accuracy:
        by.insert(1, "realisation")
    rows = []
    for key, group in phase_accuracy.groupby(by, sort=False):
        mean, sd = group["fraction"].mean(), sample_sd(group["fraction"])
        rows.append(
            {
                **dict(zip(by, key, strict=True)),
                "users": len(group),
                "mean": mean,
                "sd": sd,
                "relative_sd": sd / mean if mean else np.nan,
                "bias": group["bias"].mean(),
                "rmse": np.sqrt(np.mean(np.square(group["bias"]))),
                "dice": group["dice"].mean(),
                "iou": group["iou"].mean(),
            }
        )
    numbers = ["mean", "sd", "relative_sd", "bias", "rmse", "dice", "iou"]
    return pd.DataFrame(rows, columns=[*by, "users", *numbers])


def _frame(rows: list[dict], names: list[str], numbers: list[str]) -> pd.DataFrame:
    """Return a frame whose columns and types are the same with and without rows."""
    types = dict.fromkeys(names, "str") | dict.fromkeys(numbers, "float64")
    return pd.DataFrame(rows, columns=[*names, *numbers]).astype(types)
