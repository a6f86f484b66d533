"""Separate the shear of an oblique view from drift."""

from dataclasses import dataclass

import numpy as np

from .geometry import SliceGeometry

# A steady motion that differs from the geometry's by more than this over the whole stack, in
# pixels, is reported: it is steady drift, or a wrong thickness or tilt.
_WORTH_A_WORD_PX = 20.0


@dataclass(frozen=True)
class Motion:
    """The parts of the measured motion of the field.

    Attributes
    ----------
    shear_rows : float
        Shear by the geometry, rows a slice.
    steady_rows, steady_columns : float
        Slope of a straight line through the rest, rows and columns per slice: steady drift, or an
        error of the stated thickness, tilt or field shift; the stack does not show which.
    drift_px : numpy.ndarray
        float64 (n, 2): measured fields minus the shear, relative to the first slice.
    """

    shear_rows: float
    steady_rows: float
    steady_columns: float
    drift_px: np.ndarray

    @property
    def doubtful(self) -> bool:
        """Whether the steady rest is so large that the geometry should be checked."""
        steady = np.hypot(self.steady_rows, self.steady_columns) * len(self.drift_px)
        return bool(steady > _WORTH_A_WORD_PX)


def part_shear(field_px: np.ndarray, geometry: SliceGeometry) -> Motion:
    """Subtract the geometry's shear from the measured fields.

    Parameters
    ----------
    field_px : numpy.ndarray
        float64 (n, 2): where each slice's field begins, rows and columns, from
        `manyeyes.fibsem.align`.
    geometry : SliceGeometry

    Raises
    ------
    ValueError
        If there are fewer than two slices.
    """
    if field_px.ndim != 2 or field_px.shape[1] != 2 or len(field_px) < 2:
        raise ValueError(f"expected fields of at least two slices (n, 2), found {field_px.shape}")
    line = np.arange(len(field_px))
    drift = field_px - field_px[0]
    drift[:, 0] -= geometry.shear_rows * line
    steady = np.polyfit(line, drift, 1)[0]
    return Motion(geometry.shear_rows, float(steady[0]), float(steady[1]), drift)


def add_shear(drift_px: np.ndarray, geometry: SliceGeometry) -> np.ndarray:
    """Return the fields that have a given drift: the inverse of `part_shear`."""
    field = np.array(drift_px, dtype=np.float64)
    field[:, 0] += geometry.shear_rows * np.arange(len(field))
    return field
