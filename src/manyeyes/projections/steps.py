"""The steps from counts to a tomogram, with the settings that a config gives.

Counts become transmission row by row, or in any group of rows. Phase retrieval, if it is asked
for, mixes rows: it takes whole projections, in any group of angles. Attenuation and slices are
again row by row. However a scan is divided for a step, the result is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..devices import check_device
from ..settings import check_number
from .filtering import WINDOWS
from .normalise import attenuation, open_field, transmission
from .phase import phase_length, retrieve_phase
from .rings import remove_rings
from .zingers import remove_zingers

_PHASE_KEYS = {"distance_mm", "energy_kev", "delta_over_beta"}


@dataclass(frozen=True, kw_only=True)
class ReconstructionSettings:
    """How projections become a tomogram.

    Attributes
    ----------
    most_dead : float
        See `manyeyes.projections.normalise.open_field`.
    zingers : bool
        Whether zingers are replaced.
    zinger_sigmas, zinger_width : float, int
        See `manyeyes.projections.zingers.remove_zingers`.
    phase : Mapping or None
        ``distance_mm``, ``energy_kev``, ``delta_over_beta`` and, if it is not 1,
        ``magnification``, see `manyeyes.projections.phase`; None for no phase retrieval.
    floor : float
        Least transmission, see `manyeyes.projections.normalise.attenuation`.
    rings : bool
        Whether rings are removed. It blurs the sample too, so leave it out where none are seen.
    ring_snr, ring_large, ring_small : float, int or None
        See `manyeyes.projections.rings.remove_rings`.
    centre : float or None
        Column of the axis; None to find it.
    centre_rows : int
        In how many rows of the detector it is sought.
    window : str
        See `manyeyes.projections.filtering.WINDOWS`.
    rows : tuple of int or None
        First and end row of the detector that are reconstructed; None for all.
    field : tuple of int or None
        Part of a slice that is kept, see `manyeyes.projections.reconstruct.reconstruct`.
    size : int or None
        Rows and columns of a whole slice; the detector's columns unless given.
    extend : bool
        Whether the sample reaches beyond the detector.
    device : {"cpu", "gpu"}
        Where beams are projected back.
    slab : int
        Rows that are in memory at once.
    """

    most_dead: float = 0.01
    zingers: bool = True
    zinger_sigmas: float = 10.0
    zinger_width: int = 7
    phase: Mapping[str, float] | None = None
    floor: float = 1e-4
    rings: bool = False
    ring_snr: float = 3.0
    ring_large: int | None = None
    ring_small: int | None = None
    centre: float | None = None
    centre_rows: int = 16
    window: str = "hann"
    rows: tuple[int, int] | None = None
    field: tuple[int, int, int, int] | None = None
    size: int | None = None
    extend: bool = True
    device: str = "cpu"
    slab: int = 16

    def __post_init__(self):
        check_number("most_dead", self.most_dead, 0.0, 0.5)
        check_number("zinger_sigmas", self.zinger_sigmas, 1.0, 1000.0)
        check_number("floor", self.floor, 1e-9, 0.5)
        check_number("ring_snr", self.ring_snr, 1.01, 1000.0)
        check_number("centre_rows", self.centre_rows, 1, 10_000)
        check_device(self.device)
        check_number("slab", self.slab, 1, 100_000)
        if self.zinger_width < 3 or self.zinger_width % 2 == 0:
            raise ValueError(f"zinger_width must be odd and at least 3: {self.zinger_width!r}")
        if self.window not in WINDOWS:
            raise ValueError(f"window must be one of {', '.join(WINDOWS)}: found {self.window!r}")
        for key, count in (("rows", 2), ("field", 4)):
            value = getattr(self, key)
            if value is not None:
                if not isinstance(value, list | tuple) or len(value) != count:
                    raise ValueError(f"{key} must be {count} whole numbers, found {value!r}")
                object.__setattr__(self, key, tuple(int(edge) for edge in value))
        if self.phase is not None:
            keys = set(self.phase) if isinstance(self.phase, Mapping) else set()
            if not keys >= _PHASE_KEYS or keys - _PHASE_KEYS - {"magnification"}:
                raise ValueError(
                    f"phase needs {', '.join(sorted(_PHASE_KEYS))} and may have magnification, "
                    f"found {self.phase!r}"
                )
            phase_length(**self.phase)


class Normalised(NamedTuple):
    """Transmission, and what was repaired.

    Attributes
    ----------
    values : numpy.ndarray
        float32 (angles, rows, columns).
    dead : int
        Pixels of the detector that see no beam, filled from their neighbours.
    zingers : int
        Values that were replaced.
    """

    values: np.ndarray
    dead: int
    zingers: int


class Prepared(NamedTuple):
    """Attenuation, and what was limited.

    Attributes
    ----------
    values : numpy.ndarray
        float32 (angles, rows, columns).
    floored : int
        Values whose transmission was below the floor.
    """

    values: np.ndarray
    floored: int


def normalised(
    counts: np.ndarray,
    whites: np.ndarray | None,
    darks: np.ndarray | None,
    settings: ReconstructionSettings,
) -> Normalised:
    """Return the transmission of rows without zingers.

    Parameters
    ----------
    counts : numpy.ndarray
        (angles, rows, columns): all angles, any rows.
    whites, darks : numpy.ndarray or None
        (frames, rows, columns), the same rows.
    settings : ReconstructionSettings

    Raises
    ------
    ValueError
        See `manyeyes.projections.normalise`.
    """
    field = open_field(whites, darks, most_dead=settings.most_dead)
    values, zingers = transmission(counts, field), 0
    if settings.zingers:
        values, zingers = remove_zingers(values, settings.zinger_sigmas, settings.zinger_width)
    return Normalised(values, int(field.dead.sum()), zingers)


def with_phase(
    transmitted: np.ndarray, pixel_nm: float, settings: ReconstructionSettings
) -> np.ndarray:
    """Return the transmission after phase retrieval, or as it is if none is asked for.

    Parameters
    ----------
    transmitted : numpy.ndarray
        float32 (angles, rows, columns): any angles, all rows.
    pixel_nm : float
        Edge of a pixel in the sample.
    settings : ReconstructionSettings
    """
    if settings.phase is None:
        return transmitted
    check_number("pixel_nm", pixel_nm, 1e-3)
    return retrieve_phase(transmitted, phase_length(**settings.phase) / pixel_nm)


def prepared(transmitted: np.ndarray, settings: ReconstructionSettings) -> Prepared:
    """Return the attenuation of rows, without rings if that is asked for.

    Parameters
    ----------
    transmitted : numpy.ndarray
        float32 (angles, rows, columns): all angles, any rows.
    settings : ReconstructionSettings
    """
    values, floored = attenuation(transmitted, settings.floor)
    if settings.rings:
        keys = {"large": settings.ring_large, "small": settings.ring_small}
        for row in range(values.shape[1]):
            values[:, row] = remove_rings(values[:, row], snr=settings.ring_snr, **keys)
    return Prepared(values, floored)


def rows_for_centre(rows: int, count: int) -> np.ndarray:
    """Return rows, evenly spaced from top to bottom, from which the axis is found.

    Neither the first nor the last row is among them if there are others.
    """
    return np.unique(((np.arange(count) + 0.5) * rows / count).astype(int))
