"""What a particle and its slices are like; defaults match what was measured (docs/pores.md)."""

import math
from dataclasses import dataclass

from ..settings import check_number


@dataclass(frozen=True, kw_only=True)
class ParticleSettings:
    """A block inside a secondary particle: grains that touch, and pores between and in them.

    Voxel edges and numbers of slices are those of Lee et al. 2023: slices of 15 nm, 256 x 256
    pixels over 2.3 um. Pores were calibrated to published label pictures of such slices, so their
    amounts and sizes are inputs; grains are assumptions.

    Attributes
    ----------
    slices, rows, columns : int
        Voxels along z (the direction of milling), y and x.
    slice_nm, pixel_nm : float
        Edge of a voxel along z; along y and x, nm.
    grain_nm : float
        Mean diameter of the primary grains (sphere of a grain's mean volume), nm.
    waviness_nm : float
        How far grain boundaries wander from the planes of a Voronoi polycrystal, nm (standard
        deviation of each coordinate).
    gap_porosity, gap_nm : float
        Thin pores along grain boundaries: their volume over the block's, and how fast a gap opens
        towards its middle, nm of half-width for one standard deviation of a random field.
    junction_porosity, junction_nm : float
        Pores where three grains meet, in the same way.
    round_porosity : float
        Volume of the larger rounded pores over the block's.
    round_nm, round_ln_sigma : float
        Median of their diameters by number, nm, and standard deviation of the logarithm.
    speck_porosity, speck_nm, speck_ln_sigma : float
        The same for small round pores.
    on_boundaries : float
        Share of rounded and small round pores, 0 to 1, that sit on a grain boundary.
    roughness : float
        Standard deviation of the height of a rounded pore's surface, as a share of `round_nm`.
    """

    slices: int = 100
    rows: int = 256
    columns: int = 256
    slice_nm: float = 15.0
    pixel_nm: float = 8.98
    grain_nm: float = 450.0
    waviness_nm: float = 18.0
    gap_porosity: float = 0.0020
    gap_nm: float = 20.0
    junction_porosity: float = 0.0045
    junction_nm: float = 42.0
    round_porosity: float = 0.0105
    round_nm: float = 116.0
    round_ln_sigma: float = 0.4
    speck_porosity: float = 0.0016
    speck_nm: float = 37.0
    speck_ln_sigma: float = 0.3
    on_boundaries: float = 0.7
    roughness: float = 0.16

    def __post_init__(self):
        for key in ("slices", "rows", "columns"):
            value = getattr(self, key)
            if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 4096:
                raise ValueError(f"{key} must be a whole number from 2 to 4096, found {value!r}")
        for key, (low, high) in _PARTICLE_LIMITS.items():
            check_number(key, getattr(self, key), low, high)
        if self.porosity > 0.4:
            raise ValueError(
                f"the porosities add up to {self.porosity:.3g}; with more than 0.4 grains no "
                "longer hold together"
            )

    @property
    def porosity(self) -> float:
        """Sum of the four porosities; the truth has a little less, as pores overlap."""
        return (
            self.gap_porosity + self.junction_porosity + self.round_porosity + self.speck_porosity
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels (z, y, x)."""
        return (self.slices, self.rows, self.columns)

    @property
    def voxel_size_nm(self) -> tuple[float, float, float]:
        """Edges of a voxel (z, y, x), nm."""
        return (self.slice_nm, self.pixel_nm, self.pixel_nm)


# Least and greatest value of each number; beyond these there is no particle to speak of.
_PARTICLE_LIMITS = {
    "slice_nm": (0.5, 1e4),
    "pixel_nm": (0.5, 1e4),
    "grain_nm": (20.0, 1e5),
    "waviness_nm": (0.0, 1e4),
    "gap_porosity": (0.0, 0.2),
    "gap_nm": (1.0, 1e4),
    "junction_porosity": (0.0, 0.2),
    "junction_nm": (1.0, 1e4),
    "round_porosity": (0.0, 0.2),
    "round_nm": (1.0, 1e4),
    "round_ln_sigma": (0.0, 1.0),
    "speck_porosity": (0.0, 0.2),
    "speck_nm": (1.0, 1e4),
    "speck_ln_sigma": (0.0, 1.0),
    "on_boundaries": (0.0, 1.0),
    "roughness": (0.0, 1.0),
}

IRREGULAR = ParticleSettings(
    gap_porosity=0.004,
    gap_nm=24.0,
    junction_porosity=0.021,
    junction_nm=90.0,
    round_porosity=0.029,
    round_nm=190.0,
    round_ln_sigma=0.45,
    roughness=0.45,
)
"""A particle with large, irregular pores, as in figures S1 and S2 of the paper; assumptions."""


@dataclass(frozen=True, kw_only=True)
class BseSettings:
    """How a backscattered-electron detector sees the slices, and the faults of milling.

    The image has 16 bits. Contrast, noise, shading and rims were calibrated to published pictures
    (docs/pores.md); depths are assumptions.

    Attributes
    ----------
    grey_grain, grey_pore : float
        Mean grey levels of grains and of a deep pore, 0 to 65535.
    contrast_to_noise : float
        Their difference over the standard deviation of the shot noise in grains, in a pixel of the
        image as acquired.
    resolution_nm : float
        Full width at half maximum of the Gaussian point spread, nm.
    noise_blur_px : float
        Width of the blur of the noise along the scan, pixels (standard deviation): the detector
        is slower than the scan.
    orientation_contrast : float
        Standard deviation of the grains' brightness, as a share of `grey_grain`, since electrons
        channel in crystals.
    escape_depth_nm : float
        Depth in a grain from which the signal falls to 1/e, nm: a pore just below the surface is
        seen through it.
    pore_depth_nm : float
        Depth of a pore at which the light of its floor falls to 1/e, nm; shallow pores are less
        dark.
    rim, rim_nm, rim_shift_nm : float
        Brightness of the rim of a large pore, as a share of `grey_grain`; its width, and how far
        it lies towards the foot of the image, nm.
    shading, shading_px : float
        Standard deviation of broad brightness variations of the face, as a share of `grey_grain`,
        and the distance of their nodes, pixels.
    curtain_strength : float
        Root mean square of the curtains at the foot of the face, as a share of `grey_grain`.
    brightness_drift : float
        Spread of the logarithm of the slices' brightness; neighbours are alike.
    """

    grey_grain: float = 24000.0
    grey_pore: float = 8000.0
    contrast_to_noise: float = 5.0
    resolution_nm: float = 16.0
    noise_blur_px: float = 0.5
    orientation_contrast: float = 0.02
    escape_depth_nm: float = 12.0
    pore_depth_nm: float = 15.0
    rim: float = 0.17
    rim_nm: float = 30.0
    rim_shift_nm: float = 40.0
    shading: float = 0.065
    shading_px: float = 90.0
    curtain_strength: float = 0.04
    brightness_drift: float = 0.02

    def __post_init__(self):
        for key, (low, high) in _BSE_LIMITS.items():
            check_number(key, getattr(self, key), low, high)
        if self.grey_grain <= self.grey_pore:
            raise ValueError(
                f"grey_grain must be above grey_pore: {self.grey_grain} and {self.grey_pore}"
            )


_BSE_LIMITS = {
    "grey_grain": (1.0, 65535.0),
    "grey_pore": (0.0, 65535.0),
    "contrast_to_noise": (0.05, 1000.0),
    "resolution_nm": (0.0, 1e4),
    "noise_blur_px": (0.0, 10.0),
    "orientation_contrast": (0.0, 0.3),
    "escape_depth_nm": (0.1, math.inf),
    "pore_depth_nm": (0.1, math.inf),
    "rim": (0.0, 2.0),
    "rim_nm": (1.0, 1e4),
    "rim_shift_nm": (-1e4, 1e4),
    "shading": (0.0, 0.5),
    "shading_px": (4.0, 1e4),
    "curtain_strength": (0.0, 0.5),
    "brightness_drift": (0.0, 0.5),
}
