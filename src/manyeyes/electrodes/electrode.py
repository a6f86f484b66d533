"""Describe an electrode: place its particles and find the levels that give its fractions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..randomness import generator
from .cracks import draw_cracks
from .description import Description, GraphiteDescription, read_description
from .fields import random_field
from .packing import pack, random_rotations
from .potentials import Structure, crack_potential, outer_potentials, pore_potential

# Points of the regular grid on which the levels are found. Four million give each fraction to
# about 1e-4 within seconds.
_LEVEL_POINTS = 4_000_000


@dataclass(frozen=True)
class Electrode:
    """A structure and the levels of its potentials above which a phase lies.

    Attributes
    ----------
    structure : Structure
    particle_level_um : numpy.float32
        Particles are where the depth below their nominal surface exceeds this: minus the common
        offset of their radii.
    binder_level_um : numpy.float32
        Level of the binder's potential.
    pore_level : numpy.float32
        Level of the potential of rounded pores inside particles.
    crack_level_um : numpy.float32
        Minus half the width of a crack.
    """

    structure: Structure
    particle_level_um: np.float32
    binder_level_um: np.float32
    pore_level: np.float32
    crack_level_um: np.float32

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Edges (z, y, x), um."""
        return self.structure.description.size_um


def describe_electrode(description: Mapping, *seed_names: object) -> Electrode:
    """Make an electrode from its description.

    Particles are drawn, packed until they touch (`manyeyes.electrodes.packing`) and roughened. One
    common offset of their radii gives the electrode exactly the active fraction asked for. Binder
    and internal pores are then placed in the same way. "Exactly" refers to a regular grid of about
    four million points; a finer raster of the whole electrode agrees within 0.002.

    Parameters
    ----------
    description : Mapping
        See `manyeyes.electrodes.description`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`: same names, same electrode.

    Raises
    ------
    ValueError
        If the description is wrong or cannot be met; the message names the key.
    """
    return _find_levels(_draw_structure(read_description(description), *seed_names))


def _draw_structure(description: Description, *seed_names: object) -> Structure:
    radii = _draw_radii(description, *seed_names)
    shape = generator(*seed_names, "shape")
    semi_axes = radii[:, None] * _draw_shapes(description, len(radii), shape)
    rotations = random_rotations(
        generator(*seed_names, "orientation"), len(radii), description.tilt_sd_degrees
    )
    centres = pack(
        generator(*seed_names, "places"),
        np.array(description.size_um),
        semi_axes,
        rotations,
        description.overlap,
        description.pull_range,
        description.spreading,
    )
    length = description.roughness_length_um
    platelets = isinstance(description, GraphiteDescription)
    return Structure(
        description=description,
        centres_um=centres,
        semi_axes_um=semi_axes,
        rotations=rotations,
        cracks=draw_cracks(
            round(description.cracks_per_particle * len(radii)),
            rotations[:, 2],
            semi_axes[:, 2] if platelets else radii,
            platelets,
            *seed_names,
            "cracks",
        ),
        coarse=random_field(length, *seed_names, "coarse roughness"),
        fine=random_field(length / 3, *seed_names, "fine roughness"),
        binder=random_field(length, *seed_names, "binder"),
        pores=random_field(description.internal_pore_length_um, *seed_names, "internal pores"),
    )


def _draw_radii(description: Description, *seed_names: object) -> np.ndarray:
    """Draw radii of spheres of equal volume until they fill their share of the electrode."""
    # Where neighbours overlap, their volumes count twice. The lens of each contact is proportional
    # to overlap^2; this factor keeps the radius offset within a few hundredths of the diameter.
    wanted = description.active_fraction * (1 + 2 * description.overlap**2)
    wanted *= np.prod(description.size_um)
    sigma = description.ln_sigma
    median = description.mean_diameter_um / 2 * np.exp(-(sigma**2) / 2)
    mean_volume = 4 / 3 * np.pi * median**3 * np.exp(4.5 * sigma**2)
    draw = generator(*seed_names, "sizes")
    normals = draw.standard_normal(int(2 * wanted / mean_volume) + 1000)
    radii = median * np.exp(sigma * normals[np.abs(normals) <= 2.5])
    volumes = np.cumsum(4 / 3 * np.pi * radii**3)
    return radii[: max(1, int(np.argmin(np.abs(volumes - wanted))) + 1)]


def _draw_shapes(description: Description, count: int, draw: np.random.Generator) -> np.ndarray:
    """Draw semi-axes of ellipsoids with the volume of the unit sphere, the short one last."""
    logs = description.distortion * draw.standard_normal((count, 3))
    aspect = draw.uniform(*description.aspect_range, count)
    if isinstance(description, GraphiteDescription):
        rounded = draw.uniform(*description.rounded_aspect_range, count)
        aspect = np.where(draw.uniform(size=count) < description.rounded_share, rounded, aspect)
    logs[:, 2] += np.log(aspect)
    return np.exp(logs - logs.mean(axis=1, keepdims=True))


def _find_levels(structure: Structure) -> Electrode:
    """Find the levels on a regular grid over the whole electrode."""
    description = structure.description
    step = np.cbrt(np.prod(description.size_um) / _LEVEL_POINTS)
    counts = [max(8, round(edge / step)) for edge in description.size_um]
    axes = tuple(
        (np.arange(count) + 0.5) * (edge / count)
        for count, edge in zip(counts, description.size_um, strict=True)
    )
    outer = outer_potentials(structure, axes)
    points = outer.depth_um.size

    filled_points = round(description.active_fraction * points)
    particle_level = _level(
        outer.depth_um.ravel(), filled_points, "active_fraction cannot be reached: lower seam_um"
    )
    filled = outer.depth_um > particle_level
    binder_level = _level(
        outer.binder_um[~filled],
        round(description.cbd_fraction * points),
        "cbd_fraction is larger than what active_fraction leaves",
    )

    inner_points = round(description.internal_porosity * filled_points)
    crack_points = round(description.crack_share * inner_points)
    cracks = crack_potential(structure, axes, outer, particle_level)
    crack_level = _level(
        cracks[filled],
        crack_points,
        "internal_porosity * crack_share asks for cracks wider than a crack: "
        "raise cracks_per_particle",
    )
    pores = pore_potential(structure, axes, outer, particle_level)
    pore_level = _level(
        pores[filled & ~(cracks > crack_level)],
        inner_points - crack_points,
        "internal_porosity asks for more pores than particles have room for: lower it or "
        "internal_pore_length_um",
    )
    return Electrode(structure, particle_level, binder_level, pore_level, crack_level)


def _level(potential: np.ndarray, count: int, otherwise: str) -> np.float32:
    """Return the level that exactly `count` values exceed (but for ties)."""
    if count == 0:
        return np.float32(np.inf)
    if count > np.count_nonzero(np.isfinite(potential)):
        raise ValueError(otherwise)
    if count == potential.size:
        return np.float32(-np.inf)
    place = potential.size - count - 1
    return np.partition(potential, place)[place]
