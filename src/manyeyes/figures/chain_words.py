"""Sentences on the effect of each step of the FIB-SEM chain, from its tables."""

from collections.abc import Mapping

import pandas as pd

STEPS = ("align", "crop", "destripe", "denoise", "segment", "fill", "resample")
NAMES = {
    "align": "Align, correct the shear",
    "crop": "Crop to what all slices show",
    "destripe": "Destripe",
    "denoise": "Even out brightness, denoise",
    "segment": "Watershed",
    "fill": "Fill internal pores",
    "resample": "Resample to cubes",
}
_FILTERS = {"wavelet_fourier": "Wavelet-Fourier", "fourier_wedge": "The Fourier wedge"}


def sentences(
    facts: Mapping[str, object], block: Mapping[str, float], scores: pd.DataFrame | None
) -> dict[str, str]:
    """Return what is known about each step.

    Parameters
    ----------
    facts : mapping
        ``views.json``, as the rule `fibsem_views` writes it.
    block : mapping
        The row of ``block.csv``.
    scores : DataFrame or None
        ``fibsem_scores.csv`` (step, measure, value) of a twin; None if the truth is not known.

    Returns
    -------
    dict
        A text for each of `STEPS`; without scores it only says what was done.
    """
    count, rows, columns = facts["acquired_shape"]
    _, common_rows, common_columns = facts["common_shape"]
    kept = " x ".join(str(n) for n in facts["crop_shape"])
    active, filled = block["active_fraction"], block["active_fraction_filled"]
    size = f"{facts['resampled_nm']:g} nm"
    text = {
        "align": f"The field drifts by up to {facts['furthest_drift_px']:.1f} px and shears by "
        f"{facts['shear_rows']:.2f} rows a slice.",
        "crop": f"All {count} slices of {rows} x {columns} px show {common_rows} x "
        f"{common_columns}; {kept} (slices, rows, columns) are kept.",
        "destripe": f"{_FILTERS[facts['destripe']]} filter." if scores is None else "",
        "denoise": "Both classes brought to one grey level in all slices; Gaussian along the face.",
        "segment": f"Volume fraction {100 * active:.1f} %.",
        "fill": "What the surface does not reach becomes active material.",
        "resample": f"Volume fraction {100 * filled:.1f} % in cubes of {size}.",
    }
    if scores is None:
        return text
    value = scores.set_index(["step", "measure"])["value"]
    others = [step for step in dict.fromkeys(scores["step"]) if step.startswith("destripe by ")]
    resampled = f"resample {size}"
    text["align"] += (
        f" Slices lie {value['raw', 'drift_rms_px']:.1f} px (RMS) off as acquired, "
        f"{value['align', 'drift_rms_px']:.2g} px once aligned"
        f" ({value['align by structure', 'drift_rms_px']:.1f} px if by structure alone)."
    )
    text["destripe"] = " ".join(
        f"{_FILTERS[name]} leaves {100 * value[step, 'stripes_left']:.0f} % of the curtains' "
        f"energy and takes {100 * value[step, 'signal_lost']:.1f} % of the signal."
        for step, name in [
            ("destripe", facts["destripe"]),
            *((other, other.removeprefix("destripe by ")) for other in others),
        ]
    )
    text["denoise"] += (
        " Spread of the slices' brightness: "
        f"{value['destripe', 'brightness_spread']:.1f} grey levels before, "
        f"{value['denoise', 'brightness_spread']:.1f} after. Contrast-to-noise "
        f"{value['destripe', 'contrast_to_noise']:.1f} before, "
        f"{value['denoise', 'contrast_to_noise']:.1f} after."
    )
    text["segment"] += " " + _labels(value, "segment")
    text["fill"] += (
        f" Adds {100 * (value['fill', 'active_fraction'] - active):.2f} points; the truth has "
        f"{100 * (value['fill', 'truth_fraction'] - value['segment', 'truth_fraction']):.2f} in "
        "pores and cracks of particles, of which those that open to the outside or to the block's "
        f"end stay. {_labels(value, 'fill')}"
    )
    text["resample"] += " " + _labels(value, resampled)
    return text


def _labels(value: pd.Series, step: str) -> str:
    """Return Dice and the error of the volume fraction."""
    return (
        f"Dice {value[step, 'dice']:.3f}, volume fraction {value[step, 'error_points']:+.2f} "
        "points off the truth."
    )
