"""A slice-and-view acquisition of a twin electrode, its faults, and a record of them."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from ..electrodes.electrode import Electrode
from ..electrodes.rasterising import rasterise
from ..imaging.settings import SemSettings
from ..labels import PORE
from ..randomness import generator
from ..settings import check_number, read_settings
from .curtains import curtain_field, draw_profiles
from .drift import draw_drift
from .geometry import SliceGeometry
from .marks import draw_lines, paint_coat

NOT_ELECTRODE = 0

# Axes of the electrode that a stack's slices, rows and columns run along, by the slicing axis.
_AXES = {"z": (0, 1, 2), "y": (1, 0, 2), "x": (2, 0, 1)}

_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
# Decay length of charge behind an edge, pixels (an assumption).
_WAKE_PX = 12.0


def to_electrode_axes(
    edges: tuple[float, float, float], slicing_axis: str
) -> tuple[float, float, float]:
    """Return edges given as (slices, rows, columns) along the electrode's (z, y, x)."""
    ordered = [0.0, 0.0, 0.0]
    for edge, axis in zip(edges, _AXES[slicing_axis], strict=True):
        ordered[axis] = edge
    return tuple(ordered)


def to_stack_axes(
    edges: tuple[float, float, float], slicing_axis: str
) -> tuple[float, float, float]:
    """Return edges given along the electrode's (z, y, x) as (slices, rows, columns)."""
    return tuple(edges[axis] for axis in _AXES[slicing_axis])


@dataclass(frozen=True, kw_only=True)
class Faults(SemSettings):
    """Faults that a slice-and-view acquisition adds to an image of `SemSettings`.

    Attributes
    ----------
    drift_px : float
        See `manyeyes.fibsem.drift.draw_drift`.
    curtain_strength : float
        Root mean square of the curtains at the foot of the face, grey levels.
    brightness_drift : float
        Spread of the logarithm of the slices' brightness; neighbours are alike.
    charging : float
        How much brighter the image is behind a pore's edge along the scan, grey levels, since
        epoxy holds charge; 0 for none.
    coat_um : float
        Height of the coat with tracking lines on top of the face; 0 for none.
    """

    drift_px: float = 15.0
    curtain_strength: float = 12.0
    brightness_drift: float = 0.04
    charging: float = 0.0
    coat_um: float = 2.0

    def __post_init__(self):
        super().__post_init__()
        for field in dataclasses.fields(Faults):
            check_number(field.name, getattr(self, field.name), 0)


@dataclass(frozen=True)
class MilledBlock:
    """Where in the electrode a stack is cut, and in which direction.

    Attributes
    ----------
    electrode : Electrode
    origin_um : tuple of float
        Corner (z, y, x) of the first slice's field in the electrode, um.
    slicing_axis : str
        ``z``, ``y`` or ``x`` of the electrode, along which slices follow each other. Rows run
        along the first of the other two axes, columns along the second.
    """

    electrode: Electrode
    origin_um: tuple[float, float, float]
    slicing_axis: str = "z"

    def __post_init__(self):
        if self.slicing_axis not in _AXES:
            raise ValueError(f"slicing_axis must be z, y or x, found {self.slicing_axis!r}")

    def truth(
        self,
        start: tuple[float, float, float],
        shape: tuple[int, int, int],
        unit_nm: tuple[float, float, float],
        voxel_size_nm: tuple[float, float, float] | None = None,
    ) -> np.ndarray:
        """Return the truth on a grid of the stack.

        Parameters
        ----------
        start : tuple of float
            Corner (slice, row, column) of the grid from the first field's corner, in `unit_nm`.
        shape : tuple of int
            Voxels (slice, row, column).
        unit_nm : tuple of float
            Edges of the stack's voxels, nm.
        voxel_size_nm : tuple of float, optional
            Edges of the grid's voxels if they differ, nm.

        Returns
        -------
        numpy.ndarray
            uint8 (slice, row, column), codes of `manyeyes.labels.TRUTH_PHASES`.

        Raises
        ------
        ValueError
            If the grid reaches beyond the electrode.
        """
        axes = _AXES[self.slicing_axis]
        sizes_nm = unit_nm if voxel_size_nm is None else voxel_size_nm
        origin = list(self.origin_um)
        block_shape, sizes = [0, 0, 0], [0.0, 0.0, 0.0]
        for i, axis in enumerate(axes):
            origin[axis] += start[i] * unit_nm[i] / 1000.0
            block_shape[axis] = int(shape[i])
            sizes[axis] = float(sizes_nm[i])
        block = rasterise(self.electrode, tuple(origin), tuple(block_shape), tuple(sizes))
        return block.transpose(axes)


@dataclass(frozen=True)
class Plan:
    """Everything that is drawn before the first slice.

    Attributes
    ----------
    shape : tuple of int
        Slices, rows, columns.
    geometry : SliceGeometry
    faults : Faults
    drift_px : numpy.ndarray
        float64 (slices, 2), rows and columns; see `manyeyes.fibsem.drift`.
    brightness : numpy.ndarray
        float64 (slices,), a factor for each slice.
    coat_rows : tuple of float or None
        First and last row of the coat, in rows of the first slice's field.
    seed_names : tuple
    """

    shape: tuple[int, int, int]
    geometry: SliceGeometry
    faults: Faults
    drift_px: np.ndarray
    brightness: np.ndarray
    coat_rows: tuple[float, float] | None
    seed_names: tuple

    @property
    def field_px(self) -> np.ndarray:
        """Where each slice's field begins on the face; float64 (slices, 2), rows and columns.

        The sum of shear and drift, which aligning and correcting the shear must find.
        """
        field = self.drift_px.copy()
        field[:, 0] += self.geometry.shear_rows * np.arange(len(field))
        return field

    @property
    def marks_box(self) -> tuple[int, int, int, int] | None:
        """Rows and columns of the first slice that hold the tracking lines; None without a coat.

        As an operator would frame them by eye: the coat's upper edge and the lines, away from the
        sides of the image, since lines drift.
        """
        if self.coat_rows is None:
            return None
        top, foot = self.coat_rows
        aside = int(self.faults.drift_px) + 10
        return (int(top) - 4, int(foot) - 4, aside, self.shape[2] - aside)

    @property
    def first_row(self) -> int:
        """First row of the first slice's field that shows only electrode."""
        return 0 if self.coat_rows is None else math.ceil(self.coat_rows[1]) + 4


@dataclass(frozen=True)
class Slice:
    """One slice as acquired.

    Attributes
    ----------
    image : numpy.ndarray
        uint8 (y, x).
    truth : numpy.ndarray
        uint8 (y, x), what each pixel's centre shows: 0 no electrode, otherwise codes of
        `manyeyes.labels.TRUTH_PHASES`.
    curtains : numpy.ndarray
        float32 (x,): the image contains `manyeyes.fibsem.curtains.curtain_field` of it.
    """

    image: np.ndarray
    truth: np.ndarray
    curtains: np.ndarray


def plan_acquisition(
    shape: tuple[int, int, int], geometry: SliceGeometry, faults: Mapping, *seed_names: object
) -> Plan:
    """Draw drift and brightness, and frame the field so that the coat stays in view.

    Parameters
    ----------
    shape : tuple of int
        Slices, rows, columns.
    geometry : SliceGeometry
    faults : Mapping
        Attributes of `Faults`.
    *seed_names : object
        Names for `manyeyes.randomness.generator`.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        If a setting is wrong, or no part of the face is common to all slices.
    """
    settings = read_settings(faults, Faults, "faults")
    count, rows, columns = shape
    drift = draw_drift(count, settings.drift_px, *seed_names, "drift")
    steps = generator(*seed_names, "brightness").standard_normal(count)
    # An autoregressive series of unit spread, of which a tenth is new with each slice.
    course = scipy.signal.lfilter([math.sqrt(1 - 0.9**2)], [1, -0.9], steps)
    plan = Plan(
        tuple(shape),
        geometry,
        settings,
        drift,
        np.exp(settings.brightness_drift * course),
        None,
        seed_names,
    )
    field = plan.field_px
    span = field.max(axis=0) - field.min(axis=0)
    if settings.coat_um > 0:
        top = float(field[:, 0].max()) + 4.0
        foot = top + settings.coat_um * 1000 / geometry.row_size_nm
        plan = dataclasses.replace(plan, coat_rows=(top, foot))
        span[0] = foot - field[:, 0].min()
    if span[0] >= rows or span[1] >= columns:
        raise ValueError(
            f"shear, drift and coat take {span[0]:.0f} rows and {span[1]:.0f} columns of a field "
            f"of {rows} x {columns}: nothing of the face is common to all slices; enlarge the "
            "field, or set field_shift_nm so that it follows the face"
        )
    return plan


def acquire(block: MilledBlock, plan: Plan) -> Iterator[Slice]:
    """Yield a stack slice by slice; only one is in memory.

    Each face is rasterised where the drifted field lies, so no image is interpolated. The steps are
    grey levels by phase, the coat, a Gaussian point spread, charging, brightness, shot noise and
    curtains. Curtains come last so that they can be subtracted exactly (except for rounding and
    clipping).

    Raises
    ------
    ValueError
        If a field reaches beyond the electrode.
    """
    count, rows, columns = plan.shape
    settings, sizes = plan.faults, plan.geometry.voxel_size_nm
    lines = draw_lines(columns + plan.faults.drift_px, *plan.seed_names, "lines")
    profiles = draw_profiles(
        count, columns, settings.curtain_strength, *plan.seed_names, "curtains"
    )
    noise_in_active = (settings.grey_active - settings.grey_pore) / settings.contrast_to_noise
    gain = noise_in_active**2 / settings.grey_active
    pore = settings.grey_pore
    greys = np.array([pore, settings.grey_active, settings.grey_cbd, pore, pore], np.float32)
    spread = [settings.resolution_nm / _FWHM_PER_SIGMA / size for size in sizes[1:]]
    for k, (profile, field) in enumerate(zip(profiles, plan.field_px, strict=True)):
        truth = block.truth((k, *field), (1, rows, columns), sizes)[0].copy()
        image = greys[truth]
        if plan.coat_rows is not None:
            places = [np.arange(n) + 0.5 + at for n, at in zip(image.shape, field, strict=True)]
            paint_coat(image, *places, plan.coat_rows, lines)
            truth[places[0] < plan.coat_rows[1]] = NOT_ELECTRODE
        image = scipy.ndimage.gaussian_filter(image, spread)
        if settings.charging > 0:
            image += settings.charging * _wake(truth)
        mean = np.maximum(plan.brightness[k] * image.astype(np.float64), 0)
        noise = generator(*plan.seed_names, "shot noise", k)
        seen = noise.poisson(mean / gain) * gain + curtain_field(profile, rows)
        yield Slice(np.rint(np.clip(seen, 0, 255)).astype(np.uint8), truth, profile)


def _wake(truth: np.ndarray) -> np.ndarray:
    """Return 1 where the scan, from left to right, enters a pore, decaying behind; float32."""
    pore = truth == PORE
    enters = np.zeros(truth.shape, dtype=np.float32)
    enters[:, 1:] = pore[:, 1:] & ~pore[:, :-1]
    wake = scipy.signal.lfilter([1.0], [1.0, -math.exp(-1 / _WAKE_PX)], enters, axis=1)
    return wake.astype(np.float32)
