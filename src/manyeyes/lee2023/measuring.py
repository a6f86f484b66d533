"""What is measured of a particle: its slices, its pores in 3-D, and how predictions compare."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..pores.codes import GRAIN, PORE
from ..pores.labelling import grey_labels, level_by_eye, threshold_labels
from ..pores.statistics import pore_statistics, slice_statistics
from .bounds import f1_at_most, mse_at_least
from .names import LABELS, THRESHOLD, TRUTH, VOLUMES
from .scores import CUT, score, score_as_keras, score_no_pore

Volumes = Mapping[str, np.ndarray]

SCORED_AGAINST = (LABELS, TRUTH)
"""What predictions are compared with: the labels (the paper's ground truth) and the true pores."""


def as_labels(probability: np.ndarray) -> np.ndarray:
    """Return 2 where pore is more probable than not, else 1; uint8 (z, y, x)."""
    return np.where(probability > CUT, np.uint8(PORE), np.uint8(GRAIN))


def thresholded(images: np.ndarray, share: float) -> np.ndarray:
    """Return pores by one global threshold of a stack, uint8 (z, y, x).

    Parameters
    ----------
    images : ndarray of uint16, shape (z, y, x)
        Filtered slices.
    share : float
        Where the level lies between the black of the stack (0) and the grey of its grains (1).
    """
    return threshold_labels(images, level_by_eye(images, share))


def slices_table(particle: str, volumes: Volumes, voxel_size_nm: Sequence[float]) -> pd.DataFrame:
    """Return the pores of each slice, of truth and labels.

    Returns
    -------
    DataFrame
        particle, method (``truth`` or ``labels``), slice, pore_area_percent, pores,
        median_diameter_nm.
    """
    tables = []
    for name in (TRUTH, LABELS):
        table = slice_statistics(volumes[name], tuple(voxel_size_nm))
        table.insert(0, "particle", particle)
        table.insert(1, "method", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def volume_row(labels: np.ndarray, voxel_size_nm: Sequence[float]) -> dict[str, float]:
    """Return porosity (0 to 1), pore volume (um^3) and pore surface (um^2) of labels."""
    found = pore_statistics(labels, tuple(voxel_size_nm))
    return {
        "porosity": found.porosity,
        "pore_volume_um3": found.pore_volume_um3,
        "pore_surface_um2": found.pore_surface_um2,
    }


def with_ratios(row: Mapping[str, float], references: Mapping[str, Mapping]) -> dict[str, float]:
    """Return a row of `volume_row` with its ratios to references, as ``porosity_per_truth``."""
    units = {"porosity": "", "pore_volume": "_um3", "pore_surface": "_um2"}
    ratios = {}
    for name, reference in references.items():
        for volume in VOLUMES:
            whole = reference[volume + units[volume]]
            ratio = row[volume + units[volume]] / whole if whole else float("nan")
            ratios[f"{volume}_per_{name}"] = ratio
    return {**row, **ratios}


def volumes_table(
    names: Iterable[Mapping[str, object]],
    labels: Iterable[np.ndarray],
    references: Mapping[str, Mapping],
    voxel_size_nm: Sequence[float],
) -> pd.DataFrame:
    """Return the pores in 3-D of some labels, beside references.

    Parameters
    ----------
    names : iterable of mapping
        First columns of each row: particle, slices, method, trained_on, seed.
    labels : iterable of ndarray of uint8, shape (z, y, x)
    references : mapping of str to mapping
        `volume_row` of truth and labels.
    voxel_size_nm : sequence of float
        Edges (z, y, x).

    Returns
    -------
    DataFrame
        The columns of `names`, porosity, pore_volume_um3, pore_surface_um2, and each of them over
        that of every reference.
    """
    rows = [
        {**name, **with_ratios(volume_row(volume, voxel_size_nm), references)}
        for name, volume in zip(names, labels, strict=True)
    ]
    return pd.DataFrame(rows)


def threshold_table(
    particle: str,
    images: np.ndarray,
    volumes: Volumes,
    shares: Iterable[float],
    voxel_size_nm: Sequence[float],
) -> pd.DataFrame:
    """Return what one global threshold makes of a stack, for levels from black to grey.

    Parameters
    ----------
    particle : str
    images : ndarray of uint16, shape (z, y, x)
    volumes : mapping
        ``labels`` and ``truth``.
    shares : iterable of float
        As in `thresholded`.
    voxel_size_nm : sequence of float

    Returns
    -------
    DataFrame
        particle, share, the columns of `volumes_table`, f1_pore_labels and f1_pore_truth.
    """
    references = {name: volume_row(volumes[name], voxel_size_nm) for name in SCORED_AGAINST}
    rows = []
    for share in shares:
        labels = thresholded(images, share)
        found = {
            f"f1_pore_{name}": score(labels == PORE, volumes[name]).f1_pore
            for name in SCORED_AGAINST
        }
        measured = with_ratios(volume_row(labels, voxel_size_nm), references)
        rows.append({"particle": particle, "share": share, **measured, **found})
    return pd.DataFrame(rows)


def score_rows(
    name: Mapping[str, object], probability: np.ndarray, volumes: Volumes
) -> Iterator[dict]:
    """Yield how a prediction compares with labels and with the truth.

    Parameters
    ----------
    name : mapping
        First columns: particle, slices, method, trained_on, seed.
    probability : ndarray of float or bool, shape (z, y, x)
        Of pore.
    volumes : mapping
        What to compare with, by name: any of `SCORED_AGAINST`.

    Yields
    ------
    dict
        The columns of `name`, against, those of `manyeyes.lee2023.scores.Scores.row`; accuracy, F1
        of grain and squared error of predicting no pore at all (``..._no_pore``); and the highest
        F1 of pore that this accuracy and this share of pore allow.
    """
    for against, labels in volumes.items():
        found, nothing = score(probability, labels), score_no_pore(labels)
        yield {
            **name,
            "against": against,
            **found.row(),
            "accuracy_no_pore": nothing.accuracy,
            "f1_grain_no_pore": nothing.f1_grain,
            "mse_no_pore": nothing.mse,
            "f1_pore_at_most": float(f1_at_most(1 - found.accuracy, found.pore_share)),
        }


def grey_table(
    names: Sequence[Mapping[str, object]],
    probabilities: Sequence[np.ndarray],
    labels: np.ndarray,
    settings: Mapping,
    seed_names: tuple,
) -> pd.DataFrame:
    """Return the scores that Keras would print for predictions if some label pixels were grey.

    The predictions are the same for all shares of grey pixels; only the labels change.

    Parameters
    ----------
    names : sequence of mapping
        First columns of each prediction.
    probabilities : sequence of ndarray of float, shape (z, y, x)
    labels : ndarray of uint8, shape (z, y, x)
        1 grain, 2 pore.
    settings : mapping
        ``shares`` of grey pixels (0 for none), and ``departure``: how far their label is from 0 or
        1, see `manyeyes.pores.labelling.grey_labels`.
    seed_names : tuple
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    DataFrame
        The columns of `names`, share, departure, grey_share, accuracy, f1_pore, f1_grain, mse; the
        bounds f1_at_most and mse_at_least at that accuracy; and whether F1 of grain and the squared
        error lie beyond them (f1_beyond, mse_beyond).
    """
    rows = []
    for share in settings["shares"]:
        target = grey_labels(labels, share, settings["departure"], (*seed_names, share))
        for name, probability in zip(names, probabilities, strict=True):
            found = score_as_keras(probability, target)
            most, least = f1_at_most(1 - found["accuracy"]), mse_at_least(1 - found["accuracy"])
            rows.append(
                {
                    **name,
                    "share": share,
                    "departure": settings["departure"],
                    **found,
                    "f1_at_most": float(most),
                    "mse_at_least": float(least),
                    "f1_beyond": bool(found["f1_grain"] > most),
                    "mse_beyond": bool(found["mse"] < least),
                }
            )
    return pd.DataFrame(rows)


def threshold_name(particle: str) -> dict[str, object]:
    """Return the first columns of the threshold's rows: it was trained on nothing."""
    return {"particle": particle, "slices": "", "method": THRESHOLD, "trained_on": "", "seed": 0}
