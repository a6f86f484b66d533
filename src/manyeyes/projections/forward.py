"""A scan of a twin: what a detector counts behind a known sample."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..imaging.phases_to_grey import check_truth, sharp_greys
from ..randomness import generator
from ..settings import check_number
from .beams import LANES, in_groups, project
from .geometry import check_angles

# Photons without sample vary over the detector by this share, smoothly, as a beam does.
_UNEVEN = 0.2
_MOST_COUNTS = 2.0**24
_PHASES = ("active", "cbd", "pore")


class Scan(NamedTuple):
    """The counts of a scan, and what is true about it.

    Attributes
    ----------
    counts : numpy.ndarray
        float32 (angles, rows, columns), whole numbers.
    whites, darks : numpy.ndarray
        float32 (frames, rows, columns), whole numbers.
    angles_deg : numpy.ndarray
        float64 (angles,).
    centres : numpy.ndarray
        float64 (angles,), column of the axis in each projection.
    gains : numpy.ndarray
        float32 (rows, columns), how far a pixel's response differs from that in the whites; 0 is
        a dead pixel.
    zingers : int
        How many values a zinger was added to.
    """

    counts: np.ndarray
    whites: np.ndarray
    darks: np.ndarray
    angles_deg: np.ndarray
    centres: np.ndarray
    gains: np.ndarray
    zingers: int


def attenuation_map(
    truth: np.ndarray, attenuation_per_cm: Mapping[str, float], voxel_size_nm: float
) -> np.ndarray:
    """Return by how much each voxel of a truth attenuates the beam.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 (z, y, x), codes of `manyeyes.labels.TRUTH_PHASES`.
    attenuation_per_cm : Mapping
        Of ``active``, ``cbd`` and ``pore``, see `manyeyes.imaging.attenuation`.
    voxel_size_nm : float
        Edge of a voxel.

    Returns
    -------
    numpy.ndarray
        float32 (z, y, x), attenuation per voxel.

    Raises
    ------
    ValueError
        If the truth cannot be imaged, or the voxel size is not positive.
    """
    check_number("voxel_size_nm", voxel_size_nm, 1e-3)
    per_voxel = [attenuation_per_cm[phase] * voxel_size_nm * 1e-7 for phase in _PHASES]
    return sharp_greys(check_truth(truth), tuple(per_voxel))


def projections(
    attenuation: np.ndarray,
    angles_deg: np.ndarray,
    *,
    columns: int,
    centre: float | np.ndarray,
    rays: int = 2,
) -> np.ndarray:
    """Return the transmission of a volume, seen by a parallel beam.

    Parameters
    ----------
    attenuation : numpy.ndarray
        float32 (z, y, x), attenuation per pixel; the axis is at the middle of its slices.
    angles_deg : numpy.ndarray
        (angles,), degrees.
    columns : int
        Of the detector, whose pixels are as large as voxels.
    centre : float or numpy.ndarray
        Column of the axis; one, or one for each projection.
    rays : int
        Rays of a pixel. Their transmissions are averaged, as a detector does, so that the
        attenuation of a pixel with an edge in it is lower than its mean path.

    Returns
    -------
    numpy.ndarray
        float32 (angles, rows, columns).

    Raises
    ------
    ValueError
        If shapes do not fit or angles are missing.
    """
    attenuation = np.asarray(attenuation)
    if attenuation.ndim != 3 or 0 in attenuation.shape:
        raise ValueError(f"expected a volume (z, y, x), found shape {attenuation.shape}")
    if rays < 1 or columns < 2:
        raise ValueError(f"expected a ray and two columns at least, found {rays} and {columns}")
    angles = check_angles(angles_deg, len(angles_deg))
    turned = np.deg2rad(angles)
    directions = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    fine = (np.arange(columns * rays) + 0.5) / rays - 0.5
    places = fine[None, :] - np.broadcast_to(np.asarray(centre, float), len(angles))[:, None]
    out = np.empty((len(angles), len(attenuation), columns), dtype=np.float32)
    for first in range(0, len(attenuation), LANES):
        part = np.pad(attenuation[first : first + LANES], ((0, 0), (1, 1), (1, 1)))
        paths = np.zeros((len(angles), columns * rays, LANES), dtype=np.float32)
        project(in_groups(part)[0], directions, places, paths)
        passed = np.exp(-paths).reshape(len(angles), columns, rays, LANES).mean(axis=2)
        out[:, first : first + len(part)] = np.moveaxis(passed, 2, 1)[:, : len(part)]
    return out


def scan(
    attenuation: np.ndarray,
    *seed_names: object,
    projections_count: int,
    photons: float,
    columns: int | None = None,
    centre: float | None = None,
    drift: float = 0.0,
    faulty_gain: float = 0.0,
    dead_share: float = 0.0,
    zinger_share: float = 0.0,
    dark_counts: float = 100.0,
    frames: int = 20,
    rays: int = 2,
) -> Scan:
    """Scan a volume over a half turn, with a real detector's faults.

    Parameters
    ----------
    attenuation : numpy.ndarray
        See `projections`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    projections_count : int
        Projections at evenly spaced angles from 0 on; that at 180 degrees is left out.
    photons : float
        Expected counts of a pixel without sample, at the beam's mean. Infinite for no noise: then
        counts are multiples of the transmission and not whole numbers.
    columns : int, optional
        Of the detector; unless given, as many as see all of the slices from every angle.
    centre : float, optional
        Column of the axis at the first projection; the detector's middle unless given.
    drift : float
        By which the axis moves until the last projection, columns.
    faulty_gain : float
        Standard deviation by which a pixel's gain changes between whites and projections: rings.
    dead_share : float
        Share of the pixels that count nothing but the dark.
    zinger_share : float
        Share of the counts to which a zinger adds between half and twice the open beam.
    dark_counts : float
        Mean counts without beam.
    frames : int
        Whites, and as many darks.
    rays : int
        See `projections`.

    Returns
    -------
    Scan

    Raises
    ------
    ValueError
        If a setting is impossible; the message names it.
    """
    noisy = np.isfinite(photons)
    if noisy:
        check_number("photons", photons, 1.0, _MOST_COUNTS / 4)
    for name, value, high in (
        ("faulty_gain", faulty_gain, 0.5),
        ("dead_share", dead_share, 0.2),
        ("zinger_share", zinger_share, 0.01),
        ("dark_counts", dark_counts, 1e5),
    ):
        check_number(name, value, 0.0, high)
    check_number("projections_count", projections_count, 2)
    check_number("frames", frames, 1)
    depth = len(attenuation)
    if columns is None:
        columns = int(np.ceil(np.hypot(*np.shape(attenuation)[1:]))) + 2 + int(np.ceil(abs(drift)))
    angles = np.arange(projections_count) * 180.0 / projections_count
    first = (columns - 1) / 2 if centre is None else float(centre)
    centres = first + drift * np.linspace(0.0, 1.0, projections_count)
    passed = projections(attenuation, angles, columns=columns, centre=centres, rays=rays)
    gains = _gains((depth, columns), faulty_gain, dead_share, *seed_names)
    beam = _beam(depth, columns) * np.float32(photons if noisy else 1e4)
    # Each kind of count has its own draws, so that a change of one leaves the others as they are.
    of_counts, of_fields = generator(*seed_names, "counts"), generator(*seed_names, "fields")
    counts = passed
    for angle in range(projections_count):
        counts[angle] = _count(passed[angle] * beam * gains, dark_counts, of_counts, noisy)
    alive = (gains > 0).astype(np.float32)
    whites = [_count(beam * alive, dark_counts, of_fields, noisy) for _ in range(frames)]
    darks = [_count(np.zeros_like(beam), dark_counts, of_fields, noisy) for _ in range(frames)]
    zingers = _add_zingers(counts, zinger_share, float(beam.mean()), *seed_names)
    return Scan(counts, np.stack(whites), np.stack(darks), angles, centres, gains, zingers)


def _beam(rows: int, columns: int) -> np.ndarray:
    """Return the open beam over its mean, float32 (rows, columns): bright in the middle."""
    y, x = (np.linspace(-1, 1, edge) for edge in (rows, columns))
    beam = 1 - _UNEVEN * (y[:, None] ** 2 + x**2) / 2
    return (beam / beam.mean()).astype(np.float32)


def _gains(
    shape: tuple[int, int], spread: float, dead_share: float, *seed_names: object
) -> np.ndarray:
    draw = generator(*seed_names, "gains")
    gains = np.maximum(1 + spread * draw.standard_normal(shape), 0.05)
    gains[draw.random(shape) < dead_share] = 0.0
    return gains.astype(np.float32)


def _count(expected: np.ndarray, dark: float, draw: np.random.Generator, noisy: bool) -> np.ndarray:
    """Return counts with the offset of the dark, float32."""
    if not noisy:
        return (expected + np.float32(dark)).astype(np.float32)
    return draw.poisson(expected.astype(np.float64) + dark).astype(np.float32)


def _add_zingers(counts: np.ndarray, share: float, beam: float, *seed_names: object) -> int:
    """Add zingers to counts, in place; return their number."""
    draw = generator(*seed_names, "zingers")
    number = int(draw.poisson(share * counts.size))
    places = draw.choice(counts.size, number, replace=False) if number else np.empty(0, int)
    counts.reshape(-1)[places] += np.rint(beam * draw.uniform(0.5, 2.0, number)).astype(np.float32)
    return number
