"""What an imaging model has to reproduce of a tomogram, measured from its grey values alone.

Nothing but an image is needed: it is split into two phases roughly, and what is measured within
phases is measured away from their edges. So the same numbers can be had of a real tomogram and of
a twin, and are biased in the same way.
"""

from dataclasses import dataclass

import edt
import numpy as np
import scipy
import skimage

from ..measures.quality import CORE_DEPTH_VOXELS, LEAST_CORE_VOXELS, SMOOTHING_VOXELS
from .filters import gaussian

LAGS = 8
"""Autocorrelation is measured from a distance of 1 to this many voxels."""

FREQUENCY_EDGES = (0.04, 0.06, 0.085, 0.12, 0.16, 0.21, 0.27, 0.34, 0.42, 0.5)
"""Bins of the power spectra, cycles per voxel. Below, the shape of the particles decides."""

QUANTILES = 400
"""Evenly spaced quantiles that stand for a histogram."""

PROFILE_REACH = 8.0
"""How far an edge's profile reaches to both sides, voxels."""

_PROFILE_STEP = 0.5
_LEAST_PROFILE_VOXELS = 20
_STEEP = 0.8
# Finer than this, standard deviation of a blur in voxels, there is little but noise.
_FINE = 0.8
_FLAT = 0.5
# Shorter than this, a volume has no autocorrelation or spectrum along an axis to speak of.
_LEAST_EDGE = 2 * LAGS


@dataclass(frozen=True)
class ImageStatistics:
    """What one image looks like. Lengths in voxels; grey values in units of the contrast.

    The contrast is the difference of the mean grey of the bright and the dark phase away from
    edges. Values along z are NaN for a volume of few slices.

    Attributes
    ----------
    contrast_to_noise : float
        As `manyeyes.measures.quality.contrast_to_noise`: whatever varies within a phase is noise.
    filter_gain : float
        By how much the study's Gaussian filter raises it.
    bright_fraction : float
        Share of voxels in the bright phase of the rough split.
    autocorrelation : numpy.ndarray
        float64 (3, `LAGS`): of what varies within phases, along z, y and x, at 1, 2, ... voxels.
    spectrum_plane, spectrum_z : numpy.ndarray
        float64 (bins of `FREQUENCY_EDGES`,): power of the whole image, radially in xy planes
        (contrast^2 voxel^2) and along z (contrast^2 voxel).
    edge_width_plane, edge_width_z : float
        Distance from 10 to 90 % of the contrast across edges in xy planes, and along z.
    profile : numpy.ndarray
        float64: mean grey from `PROFILE_REACH` voxels outside to as many inside the bright phase,
        0 in the dark and 1 in the bright phase; NaN where there are too few voxels.
    overshoot : float
        How far the profile goes beyond 0 and 1 beside an edge, mean of both sides.
    quantiles : numpy.ndarray
        float64 (`QUANTILES`,): grey values, 0 in the dark and 1 in the bright phase.
    cupping : float
        How much darker the bright phase is in the slices' centre than at the middle of their edges.
    rings : float
        Standard deviation of rings about the slices' centre, 0 if there are none.
    unevenness, unevenness_length : float
        How much the level of the finest noise differs from slice to slice, standard deviation of
        its logarithm, and the distance along z at which the correlation of that falls to 1/e.
    """

    contrast_to_noise: float
    filter_gain: float
    bright_fraction: float
    autocorrelation: np.ndarray
    spectrum_plane: np.ndarray
    spectrum_z: np.ndarray
    edge_width_plane: float
    edge_width_z: float
    profile: np.ndarray
    overshoot: float
    quantiles: np.ndarray
    cupping: float
    rings: float
    unevenness: float
    unevenness_length: float

    @property
    def autocorrelation_plane(self) -> np.ndarray:
        """Mean of those along y and x."""
        return self.autocorrelation[1:].mean(axis=0)


@dataclass(frozen=True)
class _Phases:
    """A rough split of an image. bool and float32 (z, y, x); levels in the image's grey values."""

    smoothed: np.ndarray
    bright: np.ndarray
    depth: np.ndarray
    dark_level: float
    bright_level: float

    @property
    def contrast(self) -> float:
        return self.bright_level - self.dark_level

    def core(self, bright: bool) -> np.ndarray:
        return (self.bright == bright) & (self.depth > CORE_DEPTH_VOXELS)


def image_statistics(image: np.ndarray) -> ImageStatistics:
    """Measure an image.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 (z, y, x), the active phase bright, without voxels outside the field of view.

    Returns
    -------
    ImageStatistics

    Raises
    ------
    ValueError
        If it is no 8-bit volume of at least 24 voxels along y and x, or its two phases cannot be
        told apart roughly.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3:
        raise ValueError("expected an 8-bit volume (z, y, x)")
    if min(image.shape[1:]) < 24:
        raise ValueError(
            f"expected slices of at least 24 voxels along y and x, found {image.shape}; "
            "take a larger crop"
        )
    phases = _split(image)
    values = (image.astype(np.float32) - phases.dark_level) / np.float32(phases.contrast)
    cores = (phases.core(True), phases.core(False))
    noise = _noise(values, cores)
    filtered = gaussian(image).astype(np.float32)
    left = _noise(filtered, cores)
    plane, z = _profiles(values, phases)
    unevenness, unevenness_length = _unevenness(values, cores)
    return ImageStatistics(
        contrast_to_noise=1 / noise if noise else float("inf"),
        filter_gain=noise * _contrast(filtered, cores) / left if left else float("nan"),
        bright_fraction=float(phases.bright.mean()),
        autocorrelation=_autocorrelation(values, cores),
        spectrum_plane=_spectrum_plane(values),
        spectrum_z=_spectrum_z(values),
        edge_width_plane=_edge_width(plane),
        edge_width_z=_edge_width(z) if len(image) >= _LEAST_EDGE else float("nan"),
        profile=plane,
        overshoot=_overshoot(plane),
        quantiles=np.quantile(values, (np.arange(QUANTILES) + 0.5) / QUANTILES),
        cupping=_cupping(values, cores),
        rings=_rings(values, cores),
        unevenness=unevenness,
        unevenness_length=unevenness_length,
    )


def profile_positions() -> np.ndarray:
    """Return the distances to the edge that an edge's profile is given at, voxels."""
    edges = np.arange(-PROFILE_REACH, PROFILE_REACH + _PROFILE_STEP / 2, _PROFILE_STEP)
    return (edges[1:] + edges[:-1]) / 2


def histogram_distance(one: ImageStatistics, other: ImageStatistics) -> float:
    """Return the Wasserstein distance of two histograms, in units of the contrast.

    It is the mean distance by which grey values have to be moved to make one of the other, after
    both were scaled to 0 in the dark and 1 in the bright phase.
    """
    return float(np.abs(one.quantiles - other.quantiles).mean())


def _split(image: np.ndarray) -> _Phases:
    sigma = [SMOOTHING_VOXELS if edge > 1 else 0 for edge in image.shape]
    smoothed = scipy.ndimage.gaussian_filter(image, sigma, output=np.float32)
    if smoothed.min() == smoothed.max():
        raise ValueError("the image has one grey level only")
    bright = smoothed > skimage.filters.threshold_otsu(smoothed)
    classes = bright.astype(np.uint8) + 1
    # With several labels at once, edt gives each voxel's distance to the nearest other label.
    depth = edt.edt(classes, black_border=False, parallel=1)
    cores = [(depth > CORE_DEPTH_VOXELS) & (bright == side) for side in (False, True)]
    if min(np.count_nonzero(core) for core in cores) < LEAST_CORE_VOXELS:
        raise ValueError(
            "a rough split into two phases leaves no voxels away from edges: the structures are "
            f"thinner than {2 * CORE_DEPTH_VOXELS:g} voxels, or there is nothing but noise"
        )
    levels = [float(image[core].mean(dtype=np.float64)) for core in cores]
    return _Phases(smoothed, bright, depth, *levels)


def _contrast(values: np.ndarray, cores) -> float:
    bright, dark = (values[core].mean(dtype=np.float64) for core in cores)
    return float(bright - dark)


def _noise(values: np.ndarray, cores) -> float:
    """Return the root mean square of the standard deviations of both phases."""
    return float(np.sqrt(np.mean([values[core].var(dtype=np.float64) for core in cores])))


def _residuals(values: np.ndarray, cores) -> tuple[np.ndarray, np.ndarray]:
    """Return what varies within phases (0 elsewhere), and where it is known."""
    rest = np.zeros(values.shape, dtype=np.float32)
    known = np.zeros(values.shape, dtype=bool)
    for core in cores:
        rest[core] = values[core] - values[core].mean(dtype=np.float64)
        known |= core
    return rest, known


def _autocorrelation(values: np.ndarray, cores) -> np.ndarray:
    """Return the mean over both phases; pairs of voxels lie in the same phase."""
    found = np.full((2, 3, LAGS), np.nan)
    for n, core in enumerate(cores):
        rest, known = _residuals(values, (core,))
        variance = (rest[core].astype(np.float64) ** 2).mean()
        for axis in range(3):
            if values.shape[axis] < _LEAST_EDGE:
                continue
            ahead, sure = np.moveaxis(rest, axis, 0), np.moveaxis(known, axis, 0)
            for lag in range(1, LAGS + 1):
                pairs = np.count_nonzero(sure[lag:] & sure[:-lag])
                product = np.einsum("ijk,ijk->", ahead[lag:], ahead[:-lag], dtype=np.float64)
                found[n, axis, lag - 1] = product / max(pairs, 1) / max(variance, 1e-12)
    return found.mean(axis=0)


def _spectrum_plane(values: np.ndarray) -> np.ndarray:
    rows, columns = values.shape[1:]
    taper = np.outer(np.hanning(rows), np.hanning(columns)).astype(np.float32)
    mean = values.mean(dtype=np.float64)
    frequency = np.hypot(scipy.fft.fftfreq(rows)[:, None], scipy.fft.rfftfreq(columns)[None])
    power = np.zeros(frequency.shape)
    for one in values:
        power += np.abs(scipy.fft.rfft2((one - mean) * taper, workers=1)) ** 2
    power /= len(values) * (taper.astype(np.float64) ** 2).sum()
    return _binned(frequency, power)


def _spectrum_z(values: np.ndarray) -> np.ndarray:
    depth = len(values)
    if depth < _LEAST_EDGE:
        return np.full(len(FREQUENCY_EDGES) - 1, np.nan)
    # Overlapping halves (Welch 1967, doi:10.1109/TAU.1967.1161901), or slices at the ends would
    # hardly count, which matters where some slices are noisier than others.
    length = depth // 2 if depth >= 4 * _LEAST_EDGE else depth
    starts = sorted({0, (depth - length) // 2, depth - length})
    taper = np.hanning(length).astype(np.float32)
    mean = values.mean(dtype=np.float64)
    power = np.zeros(length // 2 + 1)
    for start in starts:
        for y in range(values.shape[1]):
            columns = (values[start : start + length, y] - mean) * taper[:, None]
            power += (np.abs(scipy.fft.rfft(columns, axis=0, workers=1)) ** 2).mean(axis=1)
    power /= len(starts) * values.shape[1] * (taper.astype(np.float64) ** 2).sum()
    return _binned(scipy.fft.rfftfreq(length), power)


def _binned(frequency: np.ndarray, power: np.ndarray) -> np.ndarray:
    bins = np.digitize(frequency.ravel(), FREQUENCY_EDGES, right=True)
    count = np.bincount(bins, minlength=len(FREQUENCY_EDGES) + 1)[1:-1]
    total = np.bincount(bins, power.ravel(), minlength=len(FREQUENCY_EDGES) + 1)[1:-1]
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _profiles(values: np.ndarray, phases: _Phases) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean grey by distance to the split's surface, across edges in plane and along z.

    A voxel's edge faces where the smoothed image is steepest.
    """
    # The surface lies half a voxel from the nearest voxel of the other phase.
    distance = np.where(phases.bright, phases.depth - 0.5, 0.5 - phases.depth)
    near = np.abs(distance) < PROFILE_REACH
    if len(values) >= _LEAST_EDGE:
        slope = np.stack([part[near] for part in np.gradient(phases.smoothed)])
        upright = np.abs(slope[0]) / np.maximum(np.sqrt((slope**2).sum(axis=0)), 1e-9)
    else:
        upright = np.zeros(np.count_nonzero(near))
    place = ((distance[near] + PROFILE_REACH) / _PROFILE_STEP).astype(int)
    greys = values[near]
    size = round(2 * PROFILE_REACH / _PROFILE_STEP)
    profiles = []
    for chosen in (upright < _FLAT, upright > _STEEP):
        count = np.bincount(place[chosen], minlength=size)[:size]
        total = np.bincount(place[chosen], greys[chosen], minlength=size)[:size]
        enough = count >= _LEAST_PROFILE_VOXELS
        profiles.append(np.divide(total, count, out=np.full(size, np.nan), where=enough))
    return profiles[0], profiles[1]


def _edge_width(profile: np.ndarray) -> float:
    """Return the distance between the crossings of 0.1 and 0.9 that are nearest to the edge."""
    place = profile_positions()
    known = np.isfinite(profile)
    place, grey = place[known], profile[known]
    if len(place) < 3:
        return float("nan")
    middle = int(np.argmin(np.abs(place)))
    above = [n for n in range(max(middle, 1), len(place)) if grey[n] >= 0.9]
    below = [n for n in range(min(middle, len(place) - 2), -1, -1) if grey[n] <= 0.1]
    if not above or not below:
        return float("nan")
    high = _crossing(place, grey, above[0] - 1, 0.9)
    return high - _crossing(place, grey, below[0], 0.1)


def _crossing(place: np.ndarray, grey: np.ndarray, n: int, level: float) -> float:
    """Return where the line from point n to the next crosses a level."""
    rise = grey[n + 1] - grey[n]
    share = (level - grey[n]) / rise if rise > 0 else 0.5
    return float(place[n] + np.clip(share, 0, 1) * (place[n + 1] - place[n]))


def _overshoot(profile: np.ndarray) -> float:
    """Return by how much the extremes lie beyond the two levels, at least 0."""
    place = profile_positions()
    bright, dark = profile[place > 0], profile[place < 0]
    if np.isnan(bright).all() or np.isnan(dark).all():
        return float("nan")
    return float((max(np.nanmax(bright) - 1, 0) + max(-np.nanmin(dark), 0)) / 2)


def _radius(shape: tuple[int, ...], centre: tuple[float, float] = (0.5, 0.5)) -> np.ndarray:
    """Return each pixel's distance from a point of the slice, voxels, (y, x)."""
    y = np.arange(shape[1]) - (shape[1] - 1) * centre[0]
    x = np.arange(shape[2]) - (shape[2] - 1) * centre[1]
    return np.hypot(y[:, None], x[None, :])


def _cupping(values: np.ndarray, cores) -> float:
    """Return d of the best fit of 1 - d (1 - r^2) to the bright phase."""
    depth = 1 - np.minimum(_radius(values.shape) / (max(values.shape[1:]) / 2), 1) ** 2
    core = cores[0]
    inward = np.broadcast_to(depth, values.shape)[core].astype(np.float64)
    grey = values[core].astype(np.float64)
    spread = inward.var()
    if spread < 1e-9:
        return 0.0
    slope = np.mean((inward - inward.mean()) * (grey - grey.mean())) / spread
    rim = grey.mean() - slope * inward.mean()
    return float(-slope / rim) if rim > 0 else 0.0


def _rings(values: np.ndarray, cores) -> float:
    """Return how much more rings about the centre vary than rings about other points."""
    rest, known = _residuals(values, cores)
    elsewhere = [(0.3, 0.3), (0.3, 0.7), (0.7, 0.3), (0.7, 0.7)]
    usual = np.mean([_ring_variance(rest, known, place) for place in elsewhere])
    return float(np.sqrt(max(_ring_variance(rest, known, (0.5, 0.5)) - usual, 0.0)))


def _unevenness(values: np.ndarray, cores) -> tuple[float, float]:
    """Return the spread of the logarithm of the slices' noise, and its correlation length.

    Only what a blur within the slice takes away counts: texture and shading are coarser.
    """
    if len(values) < _LEAST_EDGE:
        return float("nan"), float("nan")
    known = cores[0] | cores[1]
    levels = []
    for one, sure in zip(values, known, strict=True):
        fine = (one - scipy.ndimage.gaussian_filter(one, _FINE))[sure]
        enough = len(fine) >= LEAST_CORE_VOXELS and fine.any()
        levels.append(np.log(fine.std(dtype=np.float64)) if enough else np.nan)
    levels = np.array(levels) - np.nanmean(levels) if np.isfinite(levels).any() else np.zeros(1)
    levels = np.nan_to_num(levels)
    variance = float((levels**2).mean())
    if variance < 1e-12:
        return 0.0, 1.0
    after = 1.0
    for lag in range(1, len(levels) // 2):
        before, after = after, float((levels[lag:] * levels[:-lag]).mean()) / variance
        if after < np.exp(-1):
            return float(np.sqrt(variance)), lag - 1 + (before - np.exp(-1)) / (before - after)
    return float(np.sqrt(variance)), len(levels) / 2


def _ring_variance(rest: np.ndarray, known: np.ndarray, centre: tuple[float, float]) -> float:
    """Return the variance of means over rings of 8 to 24 voxels, slice by slice."""
    ring = np.rint(_radius(rest.shape, centre)).astype(int)
    used = (ring >= 8) & (ring <= 24)
    rings = ring[used]
    squares, weights = 0.0, 0.0
    for one, sure in zip(rest, known, strict=True):
        here = sure[used]
        count = np.bincount(rings[here], minlength=25)
        total = np.bincount(rings[here], one[used][here], minlength=25)
        whole = count >= 20
        mean = total[whole] / count[whole]
        squares += (mean**2).sum()
        weights += len(mean)
    return squares / weights if weights else 0.0
