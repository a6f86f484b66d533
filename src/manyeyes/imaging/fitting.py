"""Find the settings of `manyeyes.imaging.ct` whose twins look like a given tomogram.

By simulated moments (McFadden 1989, doi:10.2307/1913621): twins of a few electrodes are imaged,
measured as the tomogram is (`manyeyes.imaging.image_statistics`), and settings are changed until
the mean of their statistics is that of the tomogram. All draws stay the same meanwhile, so that the
difference is a smooth function of the settings and Gauss-Newton steps find its least.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy

from .ct import image_ct
from .image_statistics import ImageStatistics, image_statistics

SLAB = 24
"""Slices of a twin of which one is compared with a single slice."""

_FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
# Distance from 10 to 90 % of an edge that a Gaussian blurred, over its standard deviation.
_EDGE_PER_SIGMA = 2.563
# The rough statistics of cupping and rings scatter by about this much between twins without any.
_LEAST_CUPPING = 0.05
_LEAST_RINGS = 0.03
# The finest noise of slices of some thousand voxels differs by about this much by chance.
_LEAST_UNEVENNESS = 0.05


@dataclass(frozen=True)
class _Parameter:
    """A setting that is fitted: bounds, step of the derivative, and whether on a log scale."""

    low: float
    high: float
    step: float
    log: bool = False

    def coded(self, value: float) -> float:
        value = float(np.clip(value, self.low, self.high))
        return float(np.log(value)) if self.log else value

    def decoded(self, code: float) -> float:
        return float(np.exp(code)) if self.log else float(code)


_PARAMETERS = {
    "contrast_to_noise": _Parameter(0.3, 100.0, 0.04, log=True),
    "resolution": _Parameter(0.5, 20.0, 0.04, log=True),
    "resolution_z": _Parameter(0.5, 20.0, 0.04, log=True),
    "blur_z": _Parameter(0.02, 4.0, 0.05),
    "blur_y": _Parameter(0.02, 4.0, 0.05),
    "blur_x": _Parameter(0.02, 4.0, 0.05),
    "exponent": _Parameter(0.7, 3.0, 0.1),
    "white": _Parameter(0.0, 1.0, 0.05),
    "unblurred": _Parameter(0.00001, 0.5, 0.2, log=True),
    "fringe": _Parameter(0.0, 2.0, 0.05),
    "fringe_width": _Parameter(2.0, 30.0, 0.1, log=True),
    "texture": _Parameter(0.0, 0.6, 0.02),
    "texture_length": _Parameter(1.0, 30.0, 0.1, log=True),
    "binder": _Parameter(0.0, 0.9, 0.05),
}
# Of one slice nothing can be told along z.
_ALONG_Z = ("resolution_z", "blur_z")


@dataclass(frozen=True)
class Fit:
    """What was found.

    Attributes
    ----------
    settings : dict
        ``imaging`` of a study's config.
    target : ImageStatistics
        Of the tomogram.
    twins : tuple of ImageStatistics
        Of twins with these settings whose electrodes and noise took no part in the fit.
    picture : numpy.ndarray
        uint8 (z, y, x), the first of them.
    misfit : float
        Root mean square of the differences, in units of their tolerances, of the twins that took
        part in the fit.
    """

    settings: dict
    target: ImageStatistics
    twins: tuple[ImageStatistics, ...]
    picture: np.ndarray
    misfit: float


def fit_imaging(
    image: np.ndarray,
    voxel_size_nm: float | tuple[float, float, float],
    geometry: Callable[[float, object], np.ndarray],
    *seed_names: object,
    realisations: int = 3,
    steps: int = 14,
    progress: Callable[[str], None] = lambda text: None,
) -> Fit:
    """Find the settings whose twins have the statistics of an image.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 (z, y, x), active material bright; one slice will do for all but the settings
        along z, which are then taken to be those in the slice.
    voxel_size_nm : float or tuple of float
        nm; one number, or (z, y, x).
    geometry : callable
        From a volume fraction and a name to a truth of the image's shape (of `SLAB` slices for a
        single slice): uint8 (z, y, x), codes 1 to 4.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.
    realisations : int
        Geometries to fit to; the result is judged by others, twice as many.
    steps : int
        Most steps of the search.
    progress : callable
        Is told what is being done.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If the image cannot be measured; see `manyeyes.imaging.image_statistics`.
    """
    target = image_statistics(image)
    progress("making electrodes")
    truths = [
        _geometry_like(target.bright_fraction, geometry, (*seed_names, "fit", n), image.shape)
        for n in range(realisations)
    ]
    names = [name for name in _PARAMETERS if len(image) > 1 or name not in _ALONG_Z]
    if not any((truth == 2).any() for truth in truths):
        names.remove("binder")
    uneven = _unevenness(target, len(image))
    problem = _Problem(target, truths, voxel_size_nm, names, seed_names, progress, uneven)
    start = problem.coded(_start(target))
    progress("fitting")
    found = scipy.optimize.least_squares(
        problem.residuals,
        start,
        jac=problem.derivative,
        bounds=problem.bounds,
        x_scale=problem.steps,
        ftol=5e-4,
        xtol=1e-3,
        max_nfev=steps,
    )
    settings = _in_three_digits(problem.settings(found.x))
    settings |= _shading(target, problem.twins(settings))
    progress("judging by other electrodes")
    others = [
        _geometry_like(target.bright_fraction, geometry, (*seed_names, "judge", n), image.shape)
        for n in range(2 * realisations)
    ]
    judged = replace(problem, truths=others, seed_names=(*seed_names, "judge"))
    images = judged.images(settings)
    return Fit(
        settings=settings,
        target=target,
        twins=tuple(image_statistics(one) for one in images),
        picture=images[0],
        misfit=_rms(found.fun),
    )


def _geometry_like(fraction: float, geometry, seed_names, shape) -> np.ndarray:
    """Return a geometry with about a volume fraction in this very block, not in the electrode."""
    asked = fraction
    for _ in range(3):
        truth = geometry(asked, "/".join(map(str, seed_names)))
        wrong = fraction - np.isin(truth, (1, 4)).mean()
        if abs(wrong) < 0.005:
            break
        asked = float(np.clip(asked + wrong, 0.05, 0.85))
    wanted = (SLAB, *shape[1:]) if shape[0] == 1 else shape
    if truth.shape != tuple(wanted):
        raise ValueError(f"the geometry has shape {truth.shape}, expected {tuple(wanted)}")
    return truth


def _start(target: ImageStatistics) -> dict[str, float]:
    """Return settings that would be right if each statistic had one cause; lengths in voxels."""
    first = np.clip(target.autocorrelation[:, 0], 1e-6, 0.97)
    # Of white noise that a Gaussian blurred; with a lower exponent the same takes a wider blur.
    blur = 1.35 * np.sqrt(-0.25 / np.log(first))
    widths = np.array([target.edge_width_plane, target.edge_width_z])
    widths = np.where(np.isfinite(widths), widths, np.nanmax(np.append(widths, 2.0)))
    plane, z = np.maximum(widths, 1.0) / _EDGE_PER_SIGMA * _FWHM_PER_SIGMA * 1.35
    return {
        "contrast_to_noise": target.contrast_to_noise,
        "resolution": plane,
        "resolution_z": z,
        "blur_z": float(np.nan_to_num(blur[0], nan=blur[1])),
        "blur_y": blur[1],
        "blur_x": blur[2],
        "exponent": 1.4,
        "white": 0.8,
        "unblurred": 0.001,
        "fringe": 20 * target.overshoot,
        "fringe_width": 2.5 * plane,
        "texture": 0.5 / target.contrast_to_noise,
        "texture_length": 5.0,
        "binder": 0.1,
    }


def _unevenness(target: ImageStatistics, slices: int) -> dict[str, float]:
    """Return how the noise's level varies from slice to slice, which shows directly.

    Levels that stay alike over many slices vary less within a volume than they do elsewhere, by
    their mean correlation.
    """
    if not target.unevenness > _LEAST_UNEVENNESS:
        return {}
    length = max(target.unevenness_length, 0.1)
    apart = np.subtract.outer(np.arange(slices), np.arange(slices)) / length
    alike = float(np.exp(-(apart**2)).mean())
    return {
        "uneven_noise": _rounded(target.unevenness / np.sqrt(max(1 - alike, 0.1))),
        "uneven_noise_slices": _rounded(length),
    }


def _shading(target: ImageStatistics, twins: Sequence[ImageStatistics]) -> dict[str, float]:
    """Return what cupping and rings the tomogram has beyond those of twins without any."""
    cupping = target.cupping - np.mean([twin.cupping for twin in twins])
    rings = np.sqrt(max(target.rings**2 - np.mean([twin.rings**2 for twin in twins]), 0.0))
    found = {}
    if cupping > _LEAST_CUPPING:
        found["cupping"] = _rounded(cupping)
    if rings > _LEAST_RINGS:
        found["ring_artefacts"] = _rounded(rings)
    return found


@dataclass
class _Problem:
    """The differences of twins from a tomogram as a function of coded parameters."""

    target: ImageStatistics
    truths: list[np.ndarray]
    voxel_size_nm: float | tuple[float, float, float]
    names: list[str]
    seed_names: tuple
    progress: Callable[[str], None]
    fixed: Mapping

    @property
    def bounds(self) -> tuple[list[float], list[float]]:
        parameters = [_PARAMETERS[name] for name in self.names]
        return [p.coded(p.low) for p in parameters], [p.coded(p.high) for p in parameters]

    @property
    def steps(self) -> np.ndarray:
        return np.array([_PARAMETERS[name].step for name in self.names])

    def coded(self, values: Mapping[str, float]) -> np.ndarray:
        """Return parameters as the search changes them, clear of the bounds."""
        lows, highs = self.bounds
        codes = [_PARAMETERS[name].coded(values[name]) for name in self.names]
        return np.clip(codes, np.add(lows, 1e-3), np.subtract(highs, 1e-3))

    def settings(self, codes: np.ndarray) -> dict:
        """Return the imaging block of coded parameters, not rounded: that would be rough steps."""
        pairs = zip(self.names, codes, strict=True)
        value = {name: _PARAMETERS[name].decoded(code) for name, code in pairs}
        z_nm, y_nm, _ = np.broadcast_to(np.asarray(self.voxel_size_nm, dtype=float), 3)
        blur_z = value.get("blur_z", value["blur_y"])
        resolution_z = value.get("resolution_z", value["resolution"] * y_nm / z_nm)
        return {
            "contrast_to_noise": value["contrast_to_noise"],
            "resolution_nm": value["resolution"] * y_nm,
            "resolution_z_nm": resolution_z * z_nm,
            "attenuation_per_cm": {
                "active": 1.0,
                "cbd": value.get("binder", 0.0),
                "pore": 0.0,
            },
            "window": "ramp",
            "white_noise_share": value["white"],
            "unblurred_noise_share": value["unblurred"],
            "noise_blur_voxels": [blur_z, value["blur_y"], value["blur_x"]],
            "noise_blur_exponent": value["exponent"],
            "fringe": value["fringe"],
            "fringe_nm": value["fringe_width"] * y_nm,
            "texture": value["texture"],
            "texture_length_nm": value["texture_length"] * y_nm,
            "clipped_share": 0.002,
            **self.fixed,
        }

    def images(self, settings: Mapping) -> list[np.ndarray]:
        """Return a twin of each geometry."""
        names = (*self.seed_names, "imaging")
        images = [
            image_ct(truth, self.voxel_size_nm, settings, *names, n)
            for n, truth in enumerate(self.truths)
        ]
        if np.isfinite(self.target.edge_width_z) or len(images[0]) != SLAB:
            return images
        return [np.ascontiguousarray(one[SLAB // 2 : SLAB // 2 + 1]) for one in images]

    def twins(self, settings: Mapping) -> list[ImageStatistics]:
        """Return the statistics of a twin of each geometry."""
        return [image_statistics(one) for one in self.images(settings)]

    def residuals(self, codes: np.ndarray) -> np.ndarray:
        """Return differences in units of their tolerances, each kind with the same weight."""
        wanted = _moments(self.target)
        twins = [_moments(twin) for twin in self.twins(self.settings(codes))]
        parts = []
        for kind, (values, tolerance) in wanted.items():
            mean = np.mean([twin[kind][0] for twin in twins], axis=0)
            known = np.isfinite(values)
            # What a twin lacks altogether, such as an edge's width, is far off.
            wrong = np.nan_to_num((mean - values) / tolerance, nan=10.0)[known]
            parts.append(wrong / np.sqrt(max(known.sum(), 1)))
        return np.concatenate(parts)

    def derivative(self, codes: np.ndarray) -> np.ndarray:
        """Return the derivative of `residuals` by each parameter, from differences."""
        here = self.residuals(codes)
        self.progress(f"misfit {_rms(here):.2f}")
        _, highs = self.bounds
        columns = []
        for n, step in enumerate(self.steps):
            step = step if codes[n] + step < highs[n] else -step
            moved = codes.copy()
            moved[n] += step
            columns.append((self.residuals(moved) - here) / step)
        return np.stack(columns, axis=1)


def _moments(found: ImageStatistics) -> dict[str, tuple[np.ndarray, np.ndarray | float]]:
    """Return what is to agree, by kind, and to within what.

    The lowest frequencies are those of a few particles, and scatter from block to block.
    """
    scatter = np.array([0.5, 0.3, 0.15] + [0.06] * (len(found.spectrum_plane) - 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "contrast to noise": (np.log([found.contrast_to_noise]), 0.03),
            "filter gain": (np.log([found.filter_gain]), 0.03),
            "autocorrelation z": (found.autocorrelation[0], 0.02),
            "autocorrelation y": (found.autocorrelation[1], 0.02),
            "autocorrelation x": (found.autocorrelation[2], 0.02),
            "spectrum plane": (np.log(found.spectrum_plane), scatter),
            "spectrum z": (np.log(found.spectrum_z), scatter),
            "edge width plane": (np.log([found.edge_width_plane]), 0.04),
            "edge width z": (np.log([found.edge_width_z]), 0.04),
            "overshoot": (np.array([found.overshoot]), 0.01),
            "histogram": (found.quantiles[10::20], 0.015),
        }


def _rms(residuals: np.ndarray) -> float:
    """Return the root mean square over the eleven kinds of moments, each of the same weight."""
    return float(np.sqrt((residuals**2).sum() / 11))


def _in_three_digits(settings: Mapping) -> dict:
    """Return settings with their numbers rounded, also those in lists and mappings."""
    found = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found[key] = _in_three_digits(value)
        elif isinstance(value, list):
            found[key] = [_rounded(one) for one in value]
        else:
            found[key] = value if isinstance(value, str) else _rounded(value)
    return found


def _rounded(value: float) -> float:
    """Return three significant digits of a number."""
    return float(f"{value:.3g}")
