"""Lengths that files state, in nanometres."""

import math

_NM = {
    "nm": 1.0, "nanometer": 1.0, "nanometre": 1.0, "nanometers": 1.0, "nanometres": 1.0,
    "um": 1e3, "µm": 1e3, "μm": 1e3, "micron": 1e3, "microns": 1e3,
    "micrometer": 1e3, "micrometre": 1e3, "micrometers": 1e3, "micrometres": 1e3,
    "mm": 1e6, "millimeter": 1e6, "millimetre": 1e6, "millimeters": 1e6, "millimetres": 1e6,
    "cm": 1e7, "centimeter": 1e7, "centimetre": 1e7,
    "m": 1e9, "meter": 1e9, "metre": 1e9, "meters": 1e9, "metres": 1e9,
    "pm": 1e-3, "å": 0.1, "angstrom": 0.1, "ångström": 0.1, "in": 2.54e7, "inch": 2.54e7,
}  # fmt: skip
# Edges of voxels of microscopes, in nm.
SMALLEST_NM, LARGEST_NM = 0.01, 200_000.0


def unit_nm(name: object) -> float | None:
    """Return the nanometres of a unit of length, None for pixels and unknown ones."""
    if isinstance(name, bytes):
        name = name.decode("utf-8", errors="replace")
    return _NM.get(str(name).strip().strip("\"'").lower().rstrip(".")) if name is not None else None


def voxel_edge_nm(value: object, nm: float | None) -> float | None:
    """Return an edge of a voxel in nm, None if it is none of a microscope's or the unit unknown."""
    try:
        edge = abs(float(value)) * nm if nm else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return float(f"{edge:.9g}") if SMALLEST_NM <= edge <= LARGEST_NM else None
