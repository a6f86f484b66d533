"""How well twins match a tomogram, statistic by statistic."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .image_statistics import FREQUENCY_EDGES, ImageStatistics, histogram_distance

TOLERANCE = 0.10
"""Relative difference up to which a statistic counts as matched."""

HISTOGRAM_TOLERANCE = 0.10
"""The same for the distance of histograms, in units of the contrast."""

COARSE = 0.12
"""Cycles per voxel below which a spectrum is that of the particles rather than of the imaging."""

_LAGS = (1, 2, 3, 4)
# Differences too small to matter, by the beginning of the measure: a tenth of almost nothing is not
# asked for.
_NEGLIGIBLE = {"autocorrelation": 0.02, "overshoot": 0.002, "unevenness": 0.02}


def fit_table(target: ImageStatistics, twins: Sequence[ImageStatistics]) -> pd.DataFrame:
    """Return each statistic of a tomogram beside those of twins.

    Parameters
    ----------
    target : ImageStatistics
        Of the tomogram.
    twins : sequence of ImageStatistics
        Of twins that took no part in a fit, or the comparison flatters.

    Returns
    -------
    DataFrame
        ``measure``; ``tomogram``; ``twins`` and ``twins_sd``, mean and standard deviation over
        the twins; ``difference_percent`` of the mean; ``matched``, whether it is within 10 % (or
        the difference is negligible: 0.02 for correlations and unevenness, 0.002 for overshoot);
        ``decided_by``: ``imaging``, or ``particles`` for what scatters with the few particles of a
        block. The row ``histogram distance`` has no value of the tomogram: it is a distance from
        it, in units of the contrast, and matched up to 0.1. Statistics that the tomogram does not
        have (along z, of a single slice) are left out.
    """
    rows = [
        _row(name, value, [_values(twin)[name][0] for twin in twins], decided_by)
        for name, (value, decided_by) in _values(target).items()
        if np.isfinite(value)
    ]
    distances = [histogram_distance(target, twin) for twin in twins]
    row = _row("histogram distance", np.nan, distances, "imaging")
    rows.append(row | {"matched": row["twins"] <= HISTOGRAM_TOLERANCE})
    return pd.DataFrame(rows)


def _values(found: ImageStatistics) -> dict[str, tuple[float, str]]:
    """Return each statistic and what decides it."""
    values = {
        "contrast-to-noise": (found.contrast_to_noise, "imaging"),
        "filter gain in contrast-to-noise": (found.filter_gain, "imaging"),
        "edge width in plane (voxels)": (found.edge_width_plane, "imaging"),
        "edge width along z (voxels)": (found.edge_width_z, "imaging"),
        "overshoot beside edges": (found.overshoot, "imaging"),
    }
    if np.isfinite(found.unevenness):
        values["unevenness of the noise along z"] = (found.unevenness, "imaging")
    for name, curve in (("in plane", found.autocorrelation_plane), ("z", found.autocorrelation[0])):
        for lag in _LAGS:
            values[f"autocorrelation {name}, {lag} voxels"] = (curve[lag - 1], "imaging")
    for name, power in (("in plane", found.spectrum_plane), ("along z", found.spectrum_z)):
        for low, high, value in zip(FREQUENCY_EDGES, FREQUENCY_EDGES[1:], power, strict=False):
            decided_by = "imaging" if low >= COARSE else "particles"
            values[f"power {name}, {low:g}-{high:g} cycles/voxel"] = (value, decided_by)
    return values


def _row(name: str, value: float, twins: list[float], decided_by: str) -> dict:
    mean = float(np.mean(twins))
    difference = (mean / value - 1) if value else np.nan
    negligible = _NEGLIGIBLE.get(name.split()[0], 0.0)
    return {
        "measure": name,
        "tomogram": float(value),
        "twins": mean,
        "twins_sd": float(np.std(twins, ddof=1)) if len(twins) > 1 else np.nan,
        "difference_percent": 100 * difference,
        "matched": bool(abs(difference) <= TOLERANCE or abs(mean - value) <= negligible),
        "decided_by": decided_by,
    }
