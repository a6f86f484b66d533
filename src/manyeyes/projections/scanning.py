"""How a twin is scanned, as described in a study's YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, hypot

from ..imaging.settings import CtSettings
from ..settings import check_number

# Least and greatest value of each number. Of photons, `manyeyes.projections.forward` knows why.
_LIMITS = {
    "photons": (1.0, 2.0**22),
    "projections": (8, 100_000),
    "whites": (1, 10_000),
    "axis_offset": (-1000.0, 1000.0),
    "drift": (-100.0, 100.0),
    "faulty_gain": (0.0, 0.5),
    "dead_share": (0.0, 0.2),
    "zinger_share": (0.0, 0.01),
    "dark_counts": (0.0, 1e5),
}


@dataclass(frozen=True, kw_only=True)
class ScanSettings:
    """A scan of a twin over a half turn, see `manyeyes.projections.forward.scan`.

    Attributes
    ----------
    photons : float
        Expected counts of a pixel without sample, at the beam's mean.
    projections : int
        Angles.
    whites : int
        Images of the open beam, and as many in the dark.
    axis_offset : float
        How far the axis is from the detector's middle at first, columns.
    drift : float
        By which the axis moves until the last projection, columns.
    faulty_gain : float
        Standard deviation by which a pixel's gain changes between whites and projections: rings.
    dead_share : float
        Share of the pixels that count nothing but the dark.
    zinger_share : float
        Share of the counts that a zinger is added to.
    dark_counts : float
        Mean counts without beam.
    material, energy_kev, attenuation_per_cm
        As in `manyeyes.imaging.settings.CtSettings`.
    """

    photons: float
    projections: int
    whites: int = 20
    axis_offset: float = 0.0
    drift: float = 0.0
    faulty_gain: float = 0.0
    dead_share: float = 0.0
    zinger_share: float = 0.0
    dark_counts: float = 100.0
    material: str | None = None
    energy_kev: float | None = None
    attenuation_per_cm: Mapping[str, float] | None = None

    def __post_init__(self):
        for key, (low, high) in _LIMITS.items():
            check_number(key, getattr(self, key), low, high)
        for key in ("projections", "whites"):
            if not isinstance(getattr(self, key), int):
                raise ValueError(f"{key} must be a whole number, found {getattr(self, key)!r}")
        # The phases absorb as they do where a tomogram is simulated.
        imaged = CtSettings(
            contrast_to_noise=1.0,
            resolution_nm=0.0,
            material=self.material,
            energy_kev=self.energy_kev,
            attenuation_per_cm=self.attenuation_per_cm,
        )
        object.__setattr__(self, "attenuation_per_cm", imaged.attenuation_per_cm)

    def columns(self, edge: int) -> int:
        """Return the detector's columns that see a square of this edge from all angles."""
        return ceil(hypot(edge, edge) + 2 * abs(self.axis_offset)) + 2 + ceil(2 * abs(self.drift))

    def axis(self, edge: int) -> float:
        """Return the column of the axis at the first projection."""
        return (self.columns(edge) - 1) / 2 + self.axis_offset
