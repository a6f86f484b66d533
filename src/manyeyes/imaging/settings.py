"""How a truth is imaged, as described in a study's YAML."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..settings import check_number
from .attenuation import attenuation
from .noise import WINDOWS


@dataclass(frozen=True, kw_only=True)
class CtSettings:
    """An X-ray tomogram.

    Attributes
    ----------
    contrast_to_noise : float
        Difference of the mean grey levels of active material and pore over the standard deviation
        of the noise, away from interfaces.
    resolution_nm : float
        Full width at half maximum of the Gaussian point spread, nm.
    material : str or None
        ``nmc532``, ``nmc622`` or ``graphite``; needed unless `attenuation_per_cm` is given.
    energy_kev : float or None
        Photon energy, keV; needed with `material`.
    attenuation_per_cm : Mapping or None
        Linear attenuation of ``active``, ``cbd`` and ``pore``.
    window : str
        Window on the ramp filter of the reconstruction, see `manyeyes.imaging.noise`.
    clipped_share : float
        Share of the voxels that the 8-bit window clips, half of it at each end.
    ring_artefacts : float
        Standard deviation of rings about the slice's centre, as a share of the contrast between
        active material and pore.
    cupping : float
        How much darker a slice is at its centre than at the middle of its edges, as a share of
        the grey level above that of pore.
    """

    contrast_to_noise: float
    resolution_nm: float
    material: str | None = None
    energy_kev: float | None = None
    attenuation_per_cm: Mapping[str, float] | None = None
    window: str = "hann"
    clipped_share: float = 0.001
    ring_artefacts: float = 0.0
    cupping: float = 0.0

    def __post_init__(self):
        check_number("contrast_to_noise", self.contrast_to_noise, 0.05, 1000.0)
        check_number("resolution_nm", self.resolution_nm, 0.0, 1e5)
        check_number("clipped_share", self.clipped_share, 0.0, 0.2)
        check_number("ring_artefacts", self.ring_artefacts, 0.0, 10.0)
        check_number("cupping", self.cupping, 0.0, 0.9)
        if self.window not in WINDOWS:
            raise ValueError(f"window must be one of {', '.join(WINDOWS)}: found {self.window!r}")
        if self.attenuation_per_cm is None:
            object.__setattr__(
                self, "attenuation_per_cm", attenuation(self.material, self.energy_kev)
            )
        elif self.material is not None or self.energy_kev is not None:
            raise ValueError("give either attenuation_per_cm or material and energy_kev, not both")
        values = self.attenuation_per_cm
        if not isinstance(values, Mapping) or set(values) != {"active", "cbd", "pore"}:
            raise ValueError(
                f"attenuation_per_cm needs active, cbd and pore, and no more: found {values!r}"
            )
        for phase, value in values.items():
            check_number(f"attenuation_per_cm: {phase}", value, 0.0, 1e6)
        if values["active"] == values["pore"]:
            raise ValueError("attenuation_per_cm: active and pore must differ, or nothing is seen")


@dataclass(frozen=True, kw_only=True)
class SemSettings:
    """A secondary-electron image of a cut face, slice by slice.

    Attributes
    ----------
    grey_active, grey_cbd, grey_pore : float
        Mean grey levels, 0 to 255, of active material, binder, and pores filled with epoxy.
    contrast_to_noise : float
        Difference of the mean grey of active material and pore over the noise's standard
        deviation in active material. The noise is shot noise: its variance goes with the grey.
    resolution_nm : float
        Full width at half maximum of the Gaussian point spread, nm.
    """

    grey_active: float = 190.0
    grey_cbd: float = 60.0
    grey_pore: float = 45.0
    contrast_to_noise: float = 10.0
    resolution_nm: float = 60.0

    def __post_init__(self):
        for key in ("grey_active", "grey_cbd", "grey_pore"):
            check_number(key, getattr(self, key), 0.0, 255.0)
        check_number("contrast_to_noise", self.contrast_to_noise, 0.05, 1000.0)
        check_number("resolution_nm", self.resolution_nm, 0.0, 1e5)
        if self.grey_active <= self.grey_pore:
            raise ValueError(
                f"grey_active must be above grey_pore: {self.grey_active} and {self.grey_pore}"
            )
