"""What an electrode is made of, as described in a study's YAML."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..settings import check_number, read_settings


@dataclass(frozen=True, kw_only=True)
class Description:
    """What both kinds of electrode have in common. Lengths are in um, shares between 0 and 1.

    Attributes
    ----------
    size_um : tuple of float
        Edges (z, y, x) of the electrode. Particles are placed with opposite faces joined, so
        density and texture are even up to the faces. Collector and separator are not modelled.
    active_fraction : float
        Volume of the particles, internal pores and cracks filled, over the electrode's volume.
    mean_diameter_um, ln_sigma : float
        Number mean of the particles' diameters (sphere of equal volume) and the spread of their
        logarithm, cut at 2.5 spreads. A small common offset of all radii sets the active fraction
        (minus `Electrode.particle_level_um`).
    aspect_range : tuple of float
        Least and greatest thickness over width of a particle, drawn uniformly.
    tilt_sd_degrees : float
        Spread of the angle between a particle's shortest axis and z.
    distortion : float
        Spread of the logarithm of each semi-axis about the particle's shape.
    overlap : float
        How far two particles in contact overlap, as a share of their distance.
    pull_range : float
        Pairs whose gap is below this share of their distance are pulled into contact.
    spreading : float
        Before contact, particles push each other apart as if larger by this share. The larger, the
        more even the density, and the more alike are blocks of one electrode.
    roughness_um, roughness_length_um : float
        Spread of the surface's height and width of its bumps; a second, finer layer of a third of
        both is added.
    seam_um : float
        Mean width of the gap between two particles that would overlap. It varies in space between
        zero and twice this width.
    cbd_fraction : float
        Volume of the carbon-binder domain over the electrode's volume.
    cbd_patchiness_um : float
        How far binder lies, at random, from the narrowest places between two particles.
    internal_porosity : float
        Volume of pores and cracks inside particles over the particles' volume.
    crack_share : float
        Share of the internal porosity that is cracks; the rest is rounded pores.
    cracks_per_particle : float
        Mean number of cracks of a particle.
    internal_pore_length_um : float
        Distance of the nodes of the random field of rounded internal pores.
    """

    size_um: tuple[float, float, float]
    active_fraction: float
    mean_diameter_um: float
    ln_sigma: float
    aspect_range: tuple[float, float]
    tilt_sd_degrees: float
    distortion: float
    overlap: float
    pull_range: float
    spreading: float
    roughness_um: float
    roughness_length_um: float
    seam_um: float
    cbd_fraction: float
    cbd_patchiness_um: float
    internal_porosity: float
    crack_share: float
    cracks_per_particle: float
    internal_pore_length_um: float

    def __post_init__(self):
        for key in ("aspect_range", "rounded_aspect_range"):
            if hasattr(self, key):
                object.__setattr__(self, key, _checked_range(key, getattr(self, key)))
        edges = self.size_um
        try:
            edges = tuple(float(edge) for edge in edges)
        except (TypeError, ValueError):
            edges = ()
        if len(edges) != 3 or not all(math.isfinite(edge) and edge > 0 for edge in edges):
            raise ValueError(f"size_um must be three positive lengths (z, y, x): {self.size_um!r}")
        object.__setattr__(self, "size_um", edges)
        for field in dataclasses.fields(self):
            if field.name in _LIMITS:
                low, high = _LIMITS[field.name]
                check_number(field.name, getattr(self, field.name), low, high)
        if self.active_fraction + self.cbd_fraction > 0.97:
            raise ValueError(
                "active_fraction + cbd_fraction must be at most 0.97, to leave pores: "
                f"{self.active_fraction} + {self.cbd_fraction}"
            )
        longest = 2 * self.longest_semi_axis_um()
        if min(edges) < longest:
            raise ValueError(
                f"size_um must be at least the longest particle, {longest:.1f} um, on every edge: "
                f"{edges}; make the electrode larger or mean_diameter_um smaller"
            )

    def longest_semi_axis_um(self) -> float:
        """Return about how long a semi-axis can become, um."""
        spread = math.exp(2.5 * self.ln_sigma - self.ln_sigma**2 / 2 + self.distortion)
        return 0.5 * self.mean_diameter_um * spread * min(self.aspect_range) ** (-1 / 3)


@dataclass(frozen=True, kw_only=True)
class NmcDescription(Description):
    """An NMC cathode: rough, slightly flattened near-spheres.

    Defaults make an electrode resemble NREL's segmented NMC532 1-CAL volume in specific surface,
    particle sizes, chord lengths along and across z, the scatter of the active fraction between
    25 um cubes, and to the eye (`manyeyes.electrodes.targets`). The binder's fraction is also that
    of the volume, where it was computed. Internal pores and cracks are an assumption; the volume
    has none.
    """

    mean_diameter_um: float = 8.8
    ln_sigma: float = 0.29
    aspect_range: tuple[float, float] = (0.58, 0.88)
    tilt_sd_degrees: float = 15.0
    distortion: float = 0.12
    overlap: float = 0.13
    pull_range: float = 0.15
    spreading: float = 0.23
    roughness_um: float = 0.25
    roughness_length_um: float = 2.0
    seam_um: float = 0.0
    cbd_fraction: float = 0.10
    cbd_patchiness_um: float = 0.5
    internal_porosity: float = 0.015
    crack_share: float = 0.4
    cracks_per_particle: float = 0.25
    internal_pore_length_um: float = 0.7


@dataclass(frozen=True, kw_only=True)
class GraphiteDescription(Description):
    """A graphite anode: tilted oblate platelets, some of them rounded.

    Defaults are assumptions, since no measured graphite volume was available.

    Attributes
    ----------
    rounded_share : float
        Share of the particles (by number) that are rounded.
    rounded_aspect_range : tuple of float
        Thickness over width of those.
    """

    mean_diameter_um: float = 4.0
    ln_sigma: float = 0.35
    aspect_range: tuple[float, float] = (0.15, 0.35)
    tilt_sd_degrees: float = 25.0
    distortion: float = 0.12
    overlap: float = 0.12
    pull_range: float = 0.15
    spreading: float = 0.2
    roughness_um: float = 0.12
    roughness_length_um: float = 1.0
    seam_um: float = 0.1
    cbd_fraction: float = 0.06
    cbd_patchiness_um: float = 0.3
    internal_porosity: float = 0.01
    crack_share: float = 0.5
    cracks_per_particle: float = 0.1
    internal_pore_length_um: float = 0.4
    rounded_share: float = 0.15
    rounded_aspect_range: tuple[float, float] = (0.6, 0.9)


KINDS: dict[str, type[Description]] = {"nmc": NmcDescription, "graphite": GraphiteDescription}

# Least and greatest value of each number; beyond these the geometry is no electrode.
_LIMITS = {
    "active_fraction": (0.05, 0.85),
    "mean_diameter_um": (0.1, 100.0),
    "ln_sigma": (0.0, 0.8),
    "distortion": (0.0, 0.5),
    "overlap": (0.0, 0.3),
    "pull_range": (0.0, 0.5),
    "spreading": (0.0, 0.5),
    "roughness_um": (0.0, 5.0),
    "roughness_length_um": (0.05, 50.0),
    "seam_um": (0.0, 5.0),
    "cbd_fraction": (0.0, 0.5),
    "cbd_patchiness_um": (0.0, 10.0),
    "internal_porosity": (0.0, 0.3),
    "crack_share": (0.0, 1.0),
    "cracks_per_particle": (0.0, 10.0),
    "internal_pore_length_um": (0.05, 10.0),
    "rounded_share": (0.0, 1.0),
    "tilt_sd_degrees": (0.0, 90.0),
}


def read_description(description: Mapping) -> Description:
    """Check a mapping from a study's YAML and fill in the defaults.

    Parameters
    ----------
    description : Mapping
        ``kind`` (one of `KINDS`), ``size_um``, ``active_fraction`` and any other attribute of
        that kind's class.

    Returns
    -------
    NmcDescription or GraphiteDescription

    Raises
    ------
    ValueError
        If the kind or a key is unknown, a required key is missing, or a value is impossible. The
        message names the key.
    """
    kind = description.get("kind") if isinstance(description, Mapping) else None
    if isinstance(description, Mapping) and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}: found {kind!r}")
    what = "an electrode" if kind is None else f"an electrode of kind {kind}"
    return read_settings(description, KINDS.get(kind, Description), what, beside=("kind",))


def _checked_range(key: str, value: object) -> tuple[float, float]:
    try:
        low, high = (float(number) for number in value)
    except (TypeError, ValueError):
        low, high = 0.0, 0.0
    if not 0.05 <= low <= high <= 1:
        raise ValueError(
            f"{key} must be two numbers, least first, between 0.05 and 1: found {value!r}"
        )
    return low, high
