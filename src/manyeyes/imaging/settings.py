"""How a truth is imaged, as described in a study's YAML."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..settings import check_number
from .attenuation import attenuation
from .noise import WINDOWS, NoiseColour

# Least and greatest value of each number of an X-ray tomogram.
_CT_LIMITS = {
    "contrast_to_noise": (0.05, 1000.0),
    "resolution_nm": (0.0, 1e5),
    "clipped_share": (0.0, 0.2),
    "ring_artefacts": (0.0, 10.0),
    "cupping": (0.0, 0.9),
    "noise_blur_exponent": (0.5, 4.0),
    "white_noise_share": (0.0, 1.0),
    "unblurred_noise_share": (0.0, 1.0),
    "uneven_noise": (0.0, 2.0),
    "uneven_noise_slices": (0.1, 1000.0),
    "fringe": (0.0, 10.0),
    "fringe_nm": (1.0, 1e5),
    "beam_hardening": (0.0, 0.5),
    "texture": (0.0, 2.0),
    "texture_length_nm": (1.0, 1e5),
    "particle_variation": (0.0, 2.0),
    "cbd_variation": (0.0, 2.0),
    "cbd_length_nm": (1.0, 1e5),
}


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
    resolution_z_nm : float or None
        The point spread's width along z, nm; as `resolution_nm` unless given.
    noise_blur_voxels : tuple of float
        Width of the blur of the noise along z, y and x, voxels
        (`manyeyes.imaging.noise.tomogram_noise`). 0 along z makes slices independent.
    noise_blur_exponent : float
        Shape of that blur: 2 for a Gaussian, of which the widths are standard deviations; less
        leaves more of the finest detail.
    white_noise_share : float
        Share of the noise's variance, before that blur, that is white instead of having the colour
        of back-projection.
    unblurred_noise_share : float
        Share of the noise's variance that is white and not blurred.
    uneven_noise, uneven_noise_slices : float
        Standard deviation of the logarithm of the noise's level from slice to slice, as rows of a
        detector see more or fewer photons, and the distance at which its correlation falls to 1/e,
        slices. The noise's variance over the whole volume stays.
    fringe, fringe_nm : float
        Edge enhancement, by propagation or a sharpening filter: this many times the image's
        difference from its own blur of that width (full width at half maximum, nm) is added.
    beam_hardening : float
        By what share the longest path's attenuation is underestimated; that of shorter paths in
        proportion to their attenuation (`manyeyes.imaging.beam_hardening`).
    texture, texture_length_nm : float
        Standard deviation of the grey within all phases, as a share of the contrast, and the
        distance at which its correlation falls to 1/e (`manyeyes.imaging.texture`).
    particle_variation : float
        Standard deviation of the particles' mean greys, as a share of the contrast.
    cbd_variation, cbd_length_nm : float
        Standard deviation of the carbon-binder domain's attenuation, whose porosity varies, as a
        share of its mean, and the distance at which its correlation falls to 1/e.
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
    resolution_z_nm: float | None = None
    noise_blur_voxels: tuple[float, float, float] = (0.0, 0.0, 0.0)
    noise_blur_exponent: float = 2.0
    white_noise_share: float = 0.0
    unblurred_noise_share: float = 0.0
    uneven_noise: float = 0.0
    uneven_noise_slices: float = 5.0
    fringe: float = 0.0
    fringe_nm: float = 2000.0
    beam_hardening: float = 0.0
    texture: float = 0.0
    texture_length_nm: float = 1000.0
    particle_variation: float = 0.0
    cbd_variation: float = 0.0
    cbd_length_nm: float = 1000.0

    def __post_init__(self):
        for key, (low, high) in _CT_LIMITS.items():
            check_number(key, getattr(self, key), low, high)
        if self.resolution_z_nm is None:
            object.__setattr__(self, "resolution_z_nm", self.resolution_nm)
        check_number("resolution_z_nm", self.resolution_z_nm, 0.0, 1e5)
        blur = self.noise_blur_voxels
        if not isinstance(blur, list | tuple) or len(blur) != 3:
            raise ValueError(f"noise_blur_voxels must be three numbers (z, y, x), found {blur!r}")
        for value in blur:
            check_number("noise_blur_voxels", value, 0.0, 10.0)
        object.__setattr__(self, "noise_blur_voxels", tuple(float(value) for value in blur))
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

    @property
    def noise_colour(self) -> NoiseColour:
        """The shape of the noise's spectrum."""
        return NoiseColour(
            self.window,
            self.white_noise_share,
            self.noise_blur_voxels,
            self.noise_blur_exponent,
            self.unblurred_noise_share,
        )


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
