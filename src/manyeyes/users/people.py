"""Draws from what was fitted to real people's outlines; see ``tools/fit_people.py``.

The outlines are of cells (BU-BIL; Gurari et al. 2015, doi:10.1109/WACV.2015.160) and of nodules in
tomograms of lungs (LIDC-IDRI; Armato et al. 2011, doi:10.1118/1.3528204), not of electrodes.
Lengths grow with the objects, whose outlines are 24 to 1,600 px long in these sets, and are carried
over to particles by that law of size.
"""

import csv
from functools import cache
from importlib.resources import files

import numpy as np

REFERENCE_OUTLINE_PX = 70.0
"""Length of outline for which lengths are stated: a particle of 22 px, 9 um at 397 nm a voxel."""

FITTED = (
    "outline_habit_sd_px",
    "outline_sitting_sd_px",
    "outline_object_sd_px",
    "outline_exponent",
    "hand_noise_px",
    "hand_noise_exponent",
    "hand_noise_ln_sd",
    "hand_correlation_px",
    "hand_correlation_exponent",
)
"""Fields of a population that people's outlines say something about."""


@cache
def people() -> np.ndarray:
    """Return draws of the joint posterior, shape (draws, fields), in the order of `FITTED`."""
    with (files(__package__) / "people.csv").open(encoding="utf-8") as file:
        return np.array([[float(row[name]) for name in FITTED] for row in csv.DictReader(file)])


def draw_of_people(rng: np.random.Generator) -> dict[str, float]:
    """Return one draw of all fields."""
    table = people()
    return dict(zip(FITTED, table[rng.integers(len(table))].tolist(), strict=True))


def typical_people() -> dict[str, float]:
    """Return the median of each field."""
    return dict(zip(FITTED, np.median(people(), axis=0).tolist(), strict=True))
